//! Every setting.

use std::fmt::Write as _;

use super::text;
use crate::settings::table::{Default, Group, SETTINGS, Setting, Takes};

/// Groups in the order of the page, with what they are about.
const GROUPS: [(Group, &str, &str); 6] = [
    (Group::Connection, "Connection", "How Ashby is reached, and with which key."),
    (Group::General, "General", "What is said, and how."),
    (Group::Destination, "Destination and model", "Where records go, and how the model beside them is made."),
    (Group::Sync, "Sync", "What is synced, and how."),
    (Group::Receiver, "Listening", "Where this program can be reached."),
    (Group::Webhooks, "Webhooks", "Where secrets, ids and events are kept."),
];

/// The page.
pub(super) fn page() -> String {
    let mut page = "# Settings\n\n\
         <!-- Written by the program; a test compares: ASHBY_UPDATE_DOCUMENTS=1 writes it anew. -->\n\n\
         A setting is a key of `~/.config/ashby/config.toml` and of `./ashby.toml`, a variable, and in most cases a flag. The \
         command line wins, then the environment, then `./ashby.toml`, then your own file. `ashby --show-config` prints all of them \
         with where each comes from.\n\n\
         ```toml\n# ~/.config/ashby/config.toml\nmax_rpm = 600\nexcept = [\"audit_log\"]\n\n[profiles.acme]        # ashby sync --profile acme\n\
         to = \"sqlite:/var/lib/ashby/acme.db\"\n```\n\n\
         Settings with a ⚠ say where keys and records go, what may leave, who may connect, or what becomes of rows and their lock. From `./ashby.toml` they count only \
         after `ashby config trust`, and until the file changes.\n"
        .to_owned();
    for (group, heading, about) in GROUPS {
        let _ = write!(page, "\n## {heading}\n\n{about}\n");
        SETTINGS.iter().filter(|setting| setting.group == group).for_each(|setting| page += &entry(setting));
    }
    page
}

fn entry(setting: &Setting) -> String {
    let mut known = Vec::new();
    if let Some(flag) = &setting.flag {
        let value = match &flag.takes {
            Takes::Nothing => String::new(),
            Takes::Number(name) | Takes::Value(name, _) | Takes::Values(name, _) => format!(" {name}"),
        };
        let short = flag.short.map_or_else(String::new, |short| format!("-{short}, "));
        known.push(format!("`{short}--{}{value}`", setting.long()));
    }
    known.push(format!("`ASHBY_{}`", setting.name.to_uppercase()));
    match setting.default {
        Default::Text(text) => known.push(format!("default `{text}`")),
        Default::Number(number) => known.push(format!("default `{number}`")),
        Default::Off => known.push("default `false`".to_owned()),
        Default::None | Default::Nothing => {}
    }
    let routes = if setting.routes { " ⚠" } else { "" };
    format!("\n### `{}`{routes}\n\n{}\n\n{}.\n", setting.name, known.join(" · "), text(setting.help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_there_with_its_variable() {
        let page = page();
        for setting in SETTINGS {
            assert!(page.contains(&format!("\n### `{}`", setting.name)), "{}", setting.name);
        }
        assert!(page.contains("`--max-rpm N` · `ASHBY_MAX_RPM` · default `1000`"));
        assert!(page.contains("### `api_key_file` ⚠"));
    }
}
