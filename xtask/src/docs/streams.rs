//! `docs/streams.md`: what can be captured.

use std::fmt::Write as _;

use ashby_client::catalog::Permission;
use ashby_source::{Cost, Field, FieldKind, Mode, Stream, public_postings, streams};

use crate::workspace::table;

/// The page.
pub(super) fn reference() -> String {
    let streams = streams();
    let on_request = streams.iter().filter(|stream| !stream.is_default()).count();
    let mut text = format!(
        "# Streams\n\n\
         <!-- Written by `cargo xtask docs` from crates/ashby-source/src/table.rs. -->\n\n\
         {} streams; {} of them are captured unless something else is asked for. The other {on_request} cost a \
         request for each record of a parent stream of which there may be many: name them, or use `--all`. `ashby streams` lists them, \
         too, and with `--readable` says which of them your key can read.\n\n",
        streams.len(),
        streams.len() - on_request,
    );
    let header =
        ["stream", "operation", "permission", "mode", "key", "parent", "cost of a sync", "by default"];
    text += &table(&header, streams.iter().map(row));
    text += "\n\
         - **permission**: as the screen Admin > API Keys has it, and in brackets as Ashby's API reference spells it; `-` if none is needed.\n\
         - **mode**: *incremental* streams bring only what changed since the last sync; *snapshot* streams are listed \
         whole each time, and what is gone is marked as deleted; *child* streams are asked for each record of their \
         parent that changed.\n\
         - *experimental*: Ashby's documentation of the operation is incomplete; the stream steps aside if it is not \
         there.\n\n\
         ## Without a key\n\n\
         `ashby sync --board NAME` captures public job boards, which need no key, as the stream `public_postings`: a \
         snapshot, keyed by `board` and `id`, for one request per board. A board that cannot be read keeps its rows, and \
         so does one that is not named; `--full` removes those of boards that are not named.\n\n\
         ## Known fields\n\n\
         Top-level fields, which destinations with columns offer as columns. They are text unless a kind is given. \
         Records are kept as Ashby sent them, with all other fields, too.\n";
    let public = public_postings();
    for stream in streams.iter().map(|stream| &stream.descriptor).chain([&public]) {
        let fields: Vec<String> = stream.fields.iter().map(field).collect();
        // A string takes any text.
        let _ = write!(text, "\n### {}\n\n{}\n", stream.name, fields.join(", "));
    }
    text
}

fn row(stream: &Stream) -> Vec<String> {
    let code = |text: &str| format!("`{text}`");
    let permission = Some(stream.permission).filter(|name| !name.is_empty()).map(Permission::new);
    let experimental = if stream.experimental { " *experimental*" } else { "" };
    vec![
        code(stream.name()) + experimental,
        code(stream.operation),
        super::permission(permission),
        mode(stream.descriptor.mode).to_owned(),
        stream.descriptor.key.iter().map(|field| code(field)).collect::<Vec<_>>().join(", "),
        stream.parent.map_or_else(|| "-".to_owned(), code),
        cost(stream.cost).to_owned(),
        if stream.is_default() { "yes" } else { "no" }.to_owned(),
    ]
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Incremental => "incremental",
        Mode::Snapshot => "snapshot",
        Mode::Child => "child",
    }
}

fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::Pages => "a request per 100 changed records",
        Cost::One => "one request",
        Cost::Shared => "nothing beside the parent",
        Cost::PerChangedParent => "a request per changed parent",
        Cost::PerParent => "a request per parent",
    }
}

fn field(field: &Field) -> String {
    let kind = match field.kind {
        FieldKind::String | FieldKind::Any => return format!("`{}`", field.name),
        FieldKind::Instant => "instant",
        FieldKind::Integer => "integer",
        FieldKind::Number => "number",
        FieldKind::Boolean => "boolean",
        FieldKind::Array => "array",
        FieldKind::Object => "object",
    };
    format!("`{}` ({kind})", field.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_names_every_stream_with_its_permission_and_fields() {
        let text = reference();
        for stream in streams() {
            let row = text.lines().find(|line| line.starts_with(&format!("| `{}`", stream.name()))).unwrap();
            assert!(row.contains(stream.operation) && row.contains(stream.permission), "{row}");
            assert!(text.contains(&format!("\n### {}\n", stream.name())));
        }
        assert!(text.contains("Candidates: Read (`candidatesRead`)"));
        assert!(text.contains("`createdAt` (instant)"));
    }
}
