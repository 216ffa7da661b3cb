//! Values of settings as they may be shown.

use std::path::Path;

use connecting::given::blotted;
use outside_text::MASKED;

use super::table::{Default, Setting};
use super::values::{Raw, Read as _};

/// A value as it may be shown, in the spelling of JSON.
pub(super) fn shown(name: &str, raw: &Raw) -> serde_json::Value {
    match raw {
        Raw::Text(text) => match name {
            "api_key" | "api_key_command" | "notify" => MASKED.into(),
            // A key in the place of a path is no path.
            "api_key_file" if !Path::new(&**text).exists() => format!("{MASKED} (no such file)").into(),
            // Variables and options are texts, whatever they are of.
            _ => match Setting::named(name).map(|setting| setting.default) {
                Some(Default::Number(_)) if u32::read(raw).is_ok() => {
                    u32::read(raw).unwrap_or_default().into()
                }
                Some(Default::Off) if bool::read(raw).is_ok() => bool::read(raw).unwrap_or_default().into(),
                _ => blotted(&address(text)).into(),
            },
        },
        Raw::Number(number) => (*number).into(),
        Raw::Switch(switch) => (*switch).into(),
        Raw::List(names) => names.iter().map(|name| blotted(name).into_owned()).collect(),
        // As on the command line.
        Raw::Table(table) => {
            let pairs: Vec<String> = table.iter().map(|(name, text)| format!("{name}={text}")).collect();
            blotted(&pairs.join(",")).into()
        }
        Raw::Other => serde_json::Value::Null,
    }
}

/// An address without what stands before its host's @ and in its query: names, passwords, keys.
pub(crate) fn address(text: &str) -> String {
    let (scheme, rest) = match text.find("://") {
        Some(at) => text.split_at(at + 3),
        None if ["sqlite:", "jsonl:", "parquet:"].iter().any(|kind| text.starts_with(kind)) => {
            return text.to_owned();
        }
        None => ("", text),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) if query.contains('=') => (rest, format!("?{MASKED}")),
        _ => (rest, String::new()),
    };
    // A password may hold anything: what stands before the last @ is none of the host.
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}{MASKED}@{host}{query}"),
        None => format!("{scheme}{rest}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_of_an_address_is_shown() {
        for (text, shown) in [
            ("https://api.ashbyhq.com", "https://api.ashbyhq.com"),
            ("https://KEY@host/x", "https://[masked]@host/x"),
            ("postgres://u:SE/CR@ET@h/db", "postgres://[masked]@h/db"),
            ("postgres://h/db?password=SECRET", "postgres://h/db?[masked]"),
            ("u:SECRET@h", "[masked]@h"),
            ("sqlite:a@b.db", "sqlite:a@b.db"),
            ("sqlite://u:SECRET@h", "sqlite://[masked]@h"),
        ] {
            assert_eq!(address(text), shown);
        }
        for name in ["api_key", "api_key_command", "api_key_file"] {
            let value = super::shown(name, &Raw::text("0123456789abcdef")).to_string();
            assert!(value.contains(MASKED) && !value.contains("0123"), "{value}");
        }
    }
}
