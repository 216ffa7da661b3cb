use ashby_client::catalog::Enumeration;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const ID: &str = "9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b";

fn operation(name: &str) -> &'static Operation {
    catalog::find(name).unwrap()
}

fn body(name: &str, given: &[(&str, &[&str])]) -> Result<Value, String> {
    let mut draft = Draft::new(operation(name));
    given.iter().for_each(|(place, texts)| draft.set_texts(place, texts));
    draft
        .finish()
        .map(Value::Object)
        .map_err(|problems| problems.lines(Spelling::Flags).collect::<Vec<_>>().join("\n"))
}

#[test]
fn texts_become_what_their_parameters_are() {
    let text = |kind: &Type, text: &str| value(kind, text);
    static WORDS: Enumeration = Enumeration { name: "Words", values: &["Open", "1 HOUR", "both", "Both"] };
    static WORD: Type = Type::Enumeration(&WORDS);
    static TEXT: Type = Type::String;
    static LIST: Type = Type::List { of: &TEXT, min: 0, max: 9 };
    static NUMBERS: Type = Type::List { of: &Type::Integer, min: 0, max: 9 };
    for (kind, given, made) in [
        (Type::Boolean, "TRUE", json!(true)),
        (Type::Boolean, "false", json!(false)),
        (Type::Integer, " -5", json!(-5)),
        (Type::Number, "1.5", json!(1.5)),
        (Type::String, "true", json!("true")),
        (Type::String, "5", json!("5")),
        (Type::Instant, "2026-01-31", json!("2026-01-31T00:00:00Z")),
        (Type::Instant, "2026-01-31T09:00:00+01:00", json!("2026-01-31T08:00:00Z")),
        (Type::Instant, "soon", json!("soon")),
        (Type::Milliseconds, "2026-01-31", json!(1_769_817_600_000_i64)),
        (Type::Milliseconds, "1970-01-01T00:00:01.5Z", json!(1500)),
        (Type::Milliseconds, "17", json!(17)),
        (WORD, "open", json!("Open")),
        (WORD, "1 hour", json!("1 HOUR")),
        (WORD, "BOTH", json!("BOTH")),
        (WORD, "both", json!("both")),
        (Type::Object, "{\"a\": 1}", json!({"a": 1})),
        (Type::Json, "[1]", json!([1])),
        (Type::Json, "Berlin", json!("Berlin")),
        (Type::Json, "2026-01-31", json!("2026-01-31")),
        (LIST, "[\"a\", \"b\"]", json!(["a", "b"])),
        (LIST, "[draft] a", json!(["[draft] a"])),
        (LIST, "5", json!(["5"])),
        (NUMBERS, "5", json!([5])),
        (Type::Either(&[Type::String, Type::Object]), "{\"a\":1}", json!({"a": 1})),
        (Type::Either(&[Type::String, Type::Object]), "a", json!("a")),
        (Type::Either(&[Type::Integer, Type::Boolean]), "true", json!(true)),
    ] {
        assert_eq!(text(&kind, given), Ok(made), "{given} as {kind:?}");
    }
    for (kind, given) in [
        (Type::Boolean, "yes"),
        (Type::Boolean, "1"),
        (Type::Integer, "1.5"),
        (Type::Number, "many"),
        (Type::Milliseconds, "soon"),
        (Type::Object, "[1]"),
        (Type::Json, "{a: 1}"),
        (Type::Json, "True"),
        (NUMBERS, "x"),
        (Type::Either(&[Type::Integer, Type::Boolean]), "x"),
    ] {
        assert!(text(&kind, given).is_err(), "{given} as {kind:?}");
    }
}

#[test]
fn members_of_objects_have_flags_of_their_own() {
    let made = body(
        "candidate.create",
        &[("name", &["Ann"]), ("location.city", &["Berlin"]), ("location.country", &["DE"])],
    );
    assert_eq!(made.unwrap(), json!({"name": "Ann", "location": {"city": "Berlin", "country": "DE"}}));
    let mut draft = Draft::new(operation("candidate.create"));
    draft.merge(
        serde_json::from_value(json!({"name": "Ann", "location": {"city": "Rome", "country": "IT"}}))
            .unwrap(),
    );
    draft.set_texts("location.city", &["Milan"]);
    assert_eq!(
        Value::Object(draft.finish().unwrap()),
        json!({"name": "Ann", "location": {"city": "Milan", "country": "IT"}})
    );
}

#[test]
fn everything_wrong_is_said_at_once_and_by_its_flag() {
    let wrong = body("candidate.createNote", &[("sendNotifications", &["perhaps"])]).unwrap_err();
    assert_eq!(
        wrong,
        "--send-notifications must be true or false\n--candidate-id is missing\n--note is missing"
    );
    let wrong = body("candidate.info", &[]).unwrap_err();
    assert_eq!(wrong, "exactly one of --id, --external-mapping-id must be given");
    let wrong = body("candidate.info", &[("id", &[ID]), ("externalMappingId", &["5"])]).unwrap_err();
    assert_eq!(wrong, "exactly one of --id, --external-mapping-id must be given");
    let wrong = body("candidate.info", &[("id", &["secret"])]).unwrap_err();
    assert_eq!(wrong, "--id must be a UUID");
}

#[test]
fn parameters_are_cleared_only_where_that_is_possible() {
    let nullable = catalog::operations().find_map(|operation| {
        let field = operation.parameters.iter().find(|field| field.nullable && !field.required)?;
        Some((operation, field))
    });
    let (operation, field) = nullable.expect("some parameter is nullable");
    let mut draft = Draft::new(operation);
    draft.clear(&kebab(field.name));
    assert_eq!(draft.body[field.name], Value::Null);
    assert!(draft.problems.is_empty());
    draft.clear(field.name);
    assert_eq!(draft.problems.len(), 1, "it is there already");

    let mut draft = Draft::new(self::operation("candidate.createNote"));
    draft.set_texts("candidateId", &[ID]);
    draft.set_texts("note", &["x"]);
    draft.clear("note");
    draft.clear("nothing");
    let problems = draft.finish().unwrap_err();
    assert_eq!(problems.found.len(), 2, "{problems}");
}

#[test]
fn what_is_set_is_believed_and_doubted() {
    let mut draft = Draft::new(operation("candidate.create"));
    draft.set_texts("name", &["Ann"]);
    draft.set_other("brandNew={\"a\": [1]}");
    draft.set_other("location.planet=\"Mars\"");
    draft.set_other("email=5");
    let plan = draft.plan().unwrap();
    let sent = json!({"name": "Ann", "brandNew": {"a": [1]}, "location": {"planet": "Mars"}, "email": 5});
    assert_eq!(Value::Object(plan.parameters().clone()), sent);
    let doubted = |plan: &Plan| plan.doubts().iter().map(|doubt| doubt.path.clone()).collect::<Vec<_>>();
    let mut places = doubted(&plan);
    places.sort();
    assert_eq!(places, ["brandNew", "email", "location.planet"]);
    // What was believed once still is.
    assert_eq!(doubted(&plan.into_draft().plan().unwrap()).len(), 3);
    // Believing one place says nothing of the others.
    let mut draft = Draft::new(operation("candidate.create"));
    draft.set_other("brandNew=1");
    draft.set("email", json!(5));
    assert_eq!(draft.plan().unwrap_err().found.len(), 2, "the name is missing, and that is no address");
}

#[test]
fn words_are_believed_if_asked_for_and_nothing_else_with_them() {
    let list = |limit: Value| {
        let mut draft = Draft::new(operation("job.list"));
        draft.set_texts("status", &["Paused"]);
        draft.set("limit", limit);
        draft
    };
    let refused = list(json!(5)).plan().unwrap_err();
    assert!(refused.is_about_words() && !refused.names_what_is_unknown());
    let mut trusting = list(json!(5));
    trusting.trust_words();
    assert_eq!(trusting.plan().unwrap().doubts().len(), 1);
    let mut trusting = list(json!("five"));
    trusting.trust_words();
    assert!(!trusting.plan().unwrap_err().is_about_words());
}

#[test]
fn open_operations_take_members_that_nobody_knows() {
    let open = catalog::operations().find(|operation| operation.is_open).expect("some operation is open");
    let mut draft = Draft::new(open);
    draft.set_other("brandNew={\"a\": [1]}");
    draft.set_other("broken={a}");
    assert_eq!(draft.body["brandNew"], json!({"a": [1]}));
    assert_eq!(draft.problems.len(), 1);
}

#[test]
fn values_that_are_json_already_are_taken_as_they_are() {
    let mut draft = Draft::new(operation("candidate.create"));
    draft.set("name", json!("Ann"));
    draft.set("location.city", json!("Berlin"));
    draft.set("nane", json!("secret"));
    draft.set("email", json!(5));
    let problems = draft.clone().plan().unwrap_err();
    let said: Vec<String> = problems.lines(Spelling::Members).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("nane") && said[0].contains("name") && said[1].starts_with("email"), "{said:?}");
    assert!(!problems.to_string().contains("secret"));
    assert_eq!(draft.body["location"], json!({"city": "Berlin"}));
}

/// Any value of a type.
fn valid(kind: &'static Type, depth: u32) -> BoxedStrategy<Value> {
    match kind {
        Type::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Type::Integer | Type::Milliseconds => any::<i64>().prop_map(Value::from).boxed(),
        Type::Number => any::<i32>().prop_map(|number| json!(f64::from(number) / 8.0)).boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Json => prop_oneof![Just(json!(5)), any::<String>().prop_map(Value::from)].boxed(),
        Type::Object => any::<String>().prop_map(|name| json!({ name: 1 })).boxed(),
        Type::Uuid | Type::Id(_) => Just(json!(ID)).boxed(),
        Type::Instant => Just(json!("2026-01-31T09:00:00.123Z")).boxed(),
        Type::Date => Just(json!("2026-01-31")).boxed(),
        Type::Email => Just(json!("a@example.com")).boxed(),
        Type::Url => Just(json!("https://example.com/a?b=c")).boxed(),
        Type::Enumeration(enumeration) => {
            prop::sample::select(enumeration.values).prop_map(Value::from).boxed()
        }
        Type::Record(shape) => object(shape.fields, depth + 1).prop_map(Value::Object).boxed(),
        Type::List { of, min, max } => {
            let most = (*max).min(min + 3);
            prop::collection::vec(valid(of, depth + 1), *min..=most).prop_map(Value::from).boxed()
        }
        Type::Either(kinds) => prop::sample::select((0..kinds.len()).collect::<Vec<_>>())
            .prop_flat_map(move |index| valid(&kinds[index], depth + 1))
            .boxed(),
    }
}

/// An object with the required members and, near the top, some of the others.
fn object(fields: &'static [Field], depth: u32) -> BoxedStrategy<Map<String, Value>> {
    let members: Vec<BoxedStrategy<Option<(String, Value)>>> = fields
        .iter()
        .filter(|field| field.required || depth < 3)
        .map(|field| {
            let value = valid(&field.kind, depth).prop_map(|value| Some((field.name.to_owned(), value)));
            if field.required { value.boxed() } else { prop_oneof![Just(None), value].boxed() }
        })
        .collect();
    members.prop_map(|members| members.into_iter().flatten().collect()).boxed()
}

/// The body of an operation; what its rules forbid is left out, what they want is there.
fn request() -> BoxedStrategy<(&'static Operation, Map<String, Value>)> {
    let operations: Vec<&'static Operation> = catalog::operations().collect();
    prop::sample::select(operations)
        .prop_flat_map(|operation| {
            let all = operation.parameters.iter().map(|field| valid(&field.kind, 0)).collect::<Vec<_>>();
            (Just(operation), object(operation.parameters, 0), all)
        })
        .prop_map(|(operation, mut body, all)| {
            for rule in operation.rules {
                use catalog::Rule;
                let (Rule::ExactlyOne(names) | Rule::AtMostOne(names) | Rule::AtLeastOne(names)) = rule
                else {
                    if let Rule::Requires(name, _) = rule {
                        body.remove(*name);
                    }
                    continue;
                };
                names.iter().for_each(|name| drop(body.remove(*name)));
                let index = operation.parameters.iter().position(|field| field.name == names[0]).unwrap();
                body.insert(names[0].to_owned(), all[index].clone());
            }
            (operation, body)
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_valid_body_passes_unchanged((operation, body) in request()) {
        let mut draft = Draft::new(operation);
        draft.merge(body.clone());
        prop_assert_eq!(draft.finish().map_err(|problems| problems.to_string()), Ok(body), "{}", operation.name);
    }

    #[test]
    fn values_given_as_texts_come_out_as_they_were((operation, body) in request()) {
        let mut draft = Draft::new(operation);
        for (name, value) in &body {
            let text = match value {
                // Text that reads as JSON is JSON for a parameter that may be any.
                Value::String(text) if !matches!(operation.parameter(name).unwrap().kind, Type::Json) => text.clone(),
                Value::String(text) if operation.parameter(name).unwrap().kind.name().contains(" or ") => text.clone(),
                value => value.to_string(),
            };
            draft.set_texts(name, &[text]);
        }
        let made = draft.finish().map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        for (name, value) in body {
            // An instant is the same in another spelling; text that may also be a list or an object stays what it reads as.
            let kind = &operation.parameter(&name).unwrap().kind;
            if !matches!(kind, Type::Instant | Type::Either(_) | Type::List { .. }) {
                prop_assert_eq!(&made[&name], &value, "{} {}", operation.name, name);
            }
        }
    }

    #[test]
    fn any_text_is_taken_or_refused_and_never_quoted(index in any::<prop::sample::Index>(), text in "\\PC{12,40}") {
        let operations: Vec<&'static Operation> = catalog::operations().collect();
        let operation = operations[index.index(operations.len())];
        let mut draft = Draft::new(operation);
        for field in operation.parameters {
            draft.set_texts(field.name, &[&text]);
            for member in members(&field.kind) {
                draft.set_texts(&format!("{}.{}", field.name, member.name), &[&text]);
            }
        }
        draft.set_other(&format!("x={text}"));
        match draft.clone().finish() {
            Ok(mut body) => {
                body.remove("x");
                prop_assert!(catalog::check(operation, &body).is_ok());
            }
            Err(problems) => {
                let said = problems.lines(Spelling::Flags).chain(problems.lines(Spelling::Members));
                prop_assert!(said.collect::<String>().find(&*text).is_none());
            }
        }
    }
}
