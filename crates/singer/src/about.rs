//! `--about`.

use connecting::Marks;
use serde_json::{Value, json};

pub(crate) const DESCRIPTION: &str =
    "Reads a company's recruiting data from Ashby, by sync tokens where there are any";

pub(crate) fn about() -> Value {
    json!({
        "name": "tap-ashby",
        "description": DESCRIPTION,
        "version": env!("CARGO_PKG_VERSION"),
        "capabilities": ["catalog", "discover", "state", "about", "test", "activate-version"],
        "settings": connecting::schema(Marks {
            secret: "secret",
            hidden: "hidden",
            dated: "candidates, applications, and what belongs to them,",
        }),
    })
}

pub(crate) fn markdown() -> String {
    let about = about();
    let settings = about["settings"]["properties"].as_object().into_iter().flatten();
    let rows = settings.map(|(name, setting)| {
        let text = |member: &str| setting[member].as_str().unwrap_or_default().to_owned();
        format!("| `{name}` | {} | {} |\n", text("type"), text("description"))
    });
    format!(
        "# tap-ashby\n\n{DESCRIPTION}.\n\n| setting | type | |\n|---|---|---|\n{}",
        rows.collect::<String>()
    )
}
