//! Values of every shape, and what is not there.

use serde_json::json;

use crate::company::Company;

#[test]
fn custom_fields_have_a_row_for_each_value_and_its_type() {
    let mut company = Company::new();
    for (id, kind) in [
        ("text", "String"),
        ("date", "Date"),
        ("many", "MultiValueSelect"),
        ("money", "Currency"),
        ("pay", "CompensationRange"),
    ] {
        company.put("custom_fields", json!({"id": id, "title": format!("Now {id}"), "objectType": "Candidate", "fieldType": kind, "isArchived": false, "isPrivate": false}));
    }
    company.put("candidates", json!({"id": "c", "name": "C", "customFields": [
        {"id": "text", "title": "Then", "value": ""},
        {"id": "date", "title": "Then", "value": "2026-01-02T23:00:00.000Z"},
        {"id": "many", "title": "Then", "value": ["b", "a"], "valueLabel": ["B", "A"]},
        {"id": "money", "title": "Then", "value": {"value": 5, "currencyCode": "EUR"}},
        {"id": "pay", "title": "Then", "value": {"type": "compensation-range", "minValue": 1, "maxValue": 2, "currencyCode": "USD", "interval": "1 YEAR"}},
        {"id": "unknown", "title": "Then", "value": {"type": "number-range", "minValue": 1, "maxValue": 2}},
        {"id": "no", "title": "Then", "value": false},
        {"id": "zero", "title": "Then", "value": 0},
        {"id": "null", "title": "Then", "value": null},
        {"id": "empty", "title": "Then", "value": []},
    ]}));
    let company = company.made();
    assert_eq!(
        company.rows("SELECT custom_field_id, value_index, field_title, field_type, coalesce(value_text, value_number, value_bool, value_date, value_min),
            coalesce(value_currency, value_label, value_at, value_max) FROM custom_field_values ORDER BY 1, 2"),
        [
            "date|0|Now date|Date|2026-01-02|2026-01-02T23:00:00.000Z",
            "many|0|Now many|MultiValueSelect|b|B",
            "many|1|Now many|MultiValueSelect|a|A",
            "money|0|Now money|Currency|5|EUR",
            "no|0|Then|Boolean|0|-",
            "pay|0|Now pay|CompensationRange|1|USD",
            "text|0|Now text|String||-",
            "unknown|0|Then|NumberRange|1|2",
            "zero|0|Then|Number|0|-",
        ]
    );
}

#[test]
fn answers_stand_with_their_questions() {
    let mut company = Company::new();
    company.application("a", "Active", "p-review", json!({}));
    let field = |path: &str, kind: &str| {
        json!({"field": {"id": format!("id-{path}"), "path": path, "title": format!("What of {path}?"), "type": kind,
        "selectableValues": [{"label": "Good", "value": "3"}, {"label": "Poor", "value": "1"}]}})
    };
    for (id, score) in [("1", json!("3")), ("2", json!(3)), ("3", json!({"score": 3}))] {
        company.put("application_feedback", json!({"id": id, "applicationId": "a", "feedbackFormDefinitionId": "form",
            "formDefinition": {"sections": [{"title": "Section", "fields": [field("overall_recommendation", "Score"), field("text", "RichText"), field("none", "String")]}]},
            "submittedValues": {"overall_recommendation": score, "text": {"type": "RichText", "value": "words"}, "none": null, "stray": "x"}}));
    }
    let company = company.made();
    assert_eq!(
        company.rows("SELECT overall_score, overall_label FROM application_feedback"),
        ["3|Good", "3|Good", "3|Good"]
    );
    assert_eq!(
        company.rows("SELECT field_path, section_title, field_title, field_type, value_text, value_number, value_label FROM form_answers WHERE submission_id = '3' ORDER BY 1"),
        [
            "overall_recommendation|Section|What of overall_recommendation?|Score|3|3|Good",
            "stray|-|stray|String|x|-|-",
            "text|Section|What of text?|RichText|words|-|-",
        ]
    );
}

#[test]
fn what_was_not_captured_has_empty_tables() {
    let mut company = Company::empty();
    company.put("users", json!({"id": "u", "firstName": "U", "lastName": "V"}));
    let company = company.made();
    for table in models::TABLES.iter() {
        company.rows(&format!("SELECT * FROM {} LIMIT 1", table.name));
    }
    assert_eq!(company.row("SELECT name FROM users"), "U V");
}

#[test]
fn what_does_not_parse_is_null_and_counted() {
    let mut company = Company::new();
    company.application("a", "Active", "p-review", json!({"createdAt": "yesterday"}));
    let company = company.made();
    assert_eq!(company.a("created_at, created_month"), "-|-");
    assert_eq!(
        company.row("SELECT value FROM model_info WHERE key = 'unparsed.applications.created_at'"),
        "1"
    );
}

#[test]
fn every_column_is_described() {
    let mut company = Company::new();
    let company = company.made();
    let missing = company.rows(
        "SELECT s.name, c.name FROM sqlite_schema s, pragma_table_info(s.name) c
         WHERE s.type IN ('table', 'view') AND substr(s.name, 1, 1) <> '_' AND s.name NOT LIKE 'sqlite%'
         AND NOT EXISTS (SELECT 1 FROM model_columns d WHERE d.table_name = s.name AND d.column_name = c.name AND d.description <> '')",
    );
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn departments_know_their_place() {
    let mut company = Company::empty();
    for (id, parent) in [("a", None), ("b", Some("a")), ("c", Some("b")), ("lost", Some("nowhere"))] {
        company.put("departments", json!({"id": id, "name": id.to_uppercase(), "parentId": parent}));
    }
    let company = company.made();
    assert_eq!(
        company.rows("SELECT department_id, path, depth, root_department_id FROM departments ORDER BY 1"),
        ["a|A|0|a", "b|A / B|1|a", "c|A / B / C|2|a", "lost|LOST|0|lost"]
    );
}
