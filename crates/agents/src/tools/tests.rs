use super::*;

/// What some host refuses, by where it stands.
fn refused(schema: &Value, place: &str, found: &mut Vec<String>) {
    let bad = |found: &mut Vec<String>, what: &str| found.push(format!("{place}: {what}"));
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    (
                        "oneOf" | "anyOf" | "allOf" | "not" | "if" | "$ref" | "$defs" | "format" | "default"
                        | "$schema",
                        _,
                    ) => {
                        bad(found, name);
                    }
                    ("type", Value::Array(_)) => bad(found, "several types"),
                    ("properties", Value::Object(properties)) => {
                        for (name, value) in properties {
                            let is_fine = !name.is_empty()
                                && name.len() <= 64
                                && name
                                    .bytes()
                                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
                            if !is_fine {
                                found.push(format!("{place}: the name {name}"));
                            }
                            if value.is_boolean() {
                                found.push(format!("{place}.{name}: a bare boolean"));
                            }
                            refused(value, &format!("{place}.{name}"), found);
                        }
                    }
                    ("items", value) => {
                        if !value.is_object() {
                            found.push(format!("{place}: items are no schema"));
                        }
                        refused(value, &format!("{place}[]"), found);
                    }
                    ("enum", Value::Array(words)) if words.iter().any(Value::is_null) => {
                        bad(found, "null in enum")
                    }
                    _ => {}
                }
            }
        }
        _ => bad(found, "no object"),
    }
}

#[test]
fn every_host_takes_every_schema() {
    let all: Vec<&'static Operation> = ashby_client::catalog::operations().collect();
    let writes = Writes::new(crate::Allowed::usual(), "none");
    let tools = super::all(Some(&writes), &all, false);
    assert!(tools.len() > all.len());
    let mut found = Vec::new();
    for tool in &tools {
        let schema = Value::Object(tool.schema.clone());
        assert_eq!(schema["type"], "object", "{}", tool.name);
        refused(&schema, &tool.name, &mut found);
        for (name, property) in schema["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{}.{name} says nothing", tool.name);
        }
        assert!(
            !tool.title.is_empty() && !tool.description.is_empty() && tool.description.len() < 1_000,
            "{}",
            tool.name
        );
    }
    assert!(found.is_empty(), "{found:#?}");
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    assert!(names.is_sorted());
}

#[test]
fn the_usual_tools_are_few_and_short() {
    let tools = super::all(None, &[], false);
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    assert_eq!(
        names,
        [
            "call_operation",
            "describe_data",
            "describe_operation",
            "find_operations",
            "get",
            "list",
            "pipeline_overview",
            "query",
            "read_resume",
            "read_resume",
            "search"
        ]
    );
    let letters: usize = tools
        .iter()
        .map(|tool| tool.description.len() + Value::Object(tool.schema.clone()).to_string().len() + 200)
        .sum();
    assert!(letters < 16_000, "{letters}");
    assert!(tools.iter().all(|tool| tool.is_read_only));
}
