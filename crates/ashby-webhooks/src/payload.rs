//! Payloads as typed values.

use ashby_client::types;

use crate::event::Event;

/// Makes the enumeration of payloads from its table: kinds of events and the type of their `data`.
macro_rules! payloads {
    ($($variant:ident $name:literal $type:ident;)*) => {
        /// The `data` of an event, by its kind. Members that the types do not know are kept in them.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Payload {
            $(#[doc = concat!("Of `", $name, "`.")] $variant(Box<types::$type>),)*
            /// Of a kind that is not in the catalog.
            Unknown(serde_json::Value),
        }

        impl Event {
            /// What stands under `data`, as the catalog describes it for this kind.
            ///
            /// # Errors
            /// If it is something else than described. [`data`](Event::data) still has it.
            pub fn payload(&self) -> serde_json::Result<Payload> {
                Ok(match self.action() {
                    $($name => Payload::$variant(Box::new(json_slices::read(self.data())?)),)*
                    _ => Payload::Unknown(json_slices::read(self.data())?),
                })
            }
        }

        /// What a payload says, in JSON again.
        #[cfg(test)]
        fn again(payload: &Payload) -> serde_json::Value {
            match payload {
                $(Payload::$variant(data) => serde_json::to_value(data).unwrap(),)*
                Payload::Unknown(data) => panic!("of no kind: {data}"),
            }
        }

        /// The table: names, and names of types.
        #[cfg(test)]
        const PAYLOADS: &[(&str, &str)] = &[$(($name, stringify!($type)),)*];
    };
}

payloads! {
    ApplicationSubmit "applicationSubmit" ApplicationPayload;
    ApplicationUpdate "applicationUpdate" ApplicationPayload;
    CandidateDelete "candidateDelete" CandidatePayload;
    CandidateHire "candidateHire" HirePayload;
    CandidateMerge "candidateMerge" MergePayload;
    CandidateRecentEmailMessagesUpdated "candidateRecentEmailMessagesUpdated" RecentEmailMessagesPayload;
    CandidateStageChange "candidateStageChange" ApplicationPayload;
    InterviewPlanTransition "interviewPlanTransition" InterviewPlanTransitionPayload;
    InterviewScheduleCreate "interviewScheduleCreate" InterviewSchedulePayload;
    InterviewScheduleUpdate "interviewScheduleUpdate" InterviewSchedulePayload;
    JobCreate "jobCreate" JobPayload;
    JobPostingDelete "jobPostingDelete" JobPostingDeletePayload;
    JobPostingPublish "jobPostingPublish" JobPostingPayload;
    JobPostingUnpublish "jobPostingUnpublish" JobPostingPayload;
    JobPostingUpdate "jobPostingUpdate" JobPostingPayload;
    JobUpdate "jobUpdate" JobPayload;
    OfferCreate "offerCreate" OfferPayload;
    OfferDelete "offerDelete" OfferDeletePayload;
    OfferUpdate "offerUpdate" OfferPayload;
    OpeningCreate "openingCreate" OpeningPayload;
    Ping "ping" PingPayload;
    PushToHris "pushToHRIS" ApplicationPayload;
    SignatureRequestUpdate "signatureRequestUpdate" SignatureRequestPayload;
    SurveySubmit "surveySubmit" SurveySubmissionPayload;
    TakeHomeAssignmentAssigned "takeHomeAssignmentAssigned" TakeHomeAssignmentPayload;
    TakeHomeAssignmentCancelled "takeHomeAssignmentCancelled" TakeHomeAssignmentPayload;
    TakeHomeAssignmentCompleted "takeHomeAssignmentCompleted" TakeHomeAssignmentPayload;
    TakeHomeAssignmentSubmitted "takeHomeAssignmentSubmitted" TakeHomeAssignmentPayload;
}

#[cfg(test)]
mod tests {
    use ashby_sim::{Organisation, Shape};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_table_is_the_catalogs() {
        let catalog: Vec<_> =
            ashby_catalog::events().iter().map(|event| (event.name, event.payload.name)).collect();
        assert_eq!(PAYLOADS, catalog);
    }

    #[test]
    fn payloads_are_typed_and_lose_nothing() {
        let body = br#"{"action":"candidateMerge","data":{"deletedCandidate":{"id":"a"},"mergedCandidate":{"id":"b"},"new":1}}"#;
        let event = Event::parse(body.to_vec().into()).unwrap();
        let Payload::CandidateMerge(merge) = event.payload().unwrap() else { panic!("{event:?}") };
        let again = serde_json::to_value(&merge).unwrap();
        assert_eq!(again, serde_json::from_slice::<Value>(event.data()).unwrap());
        let event = Event::parse(br#"{"action":"cometSighted","data":{"x":1}}"#.to_vec().into()).unwrap();
        assert_eq!(event.payload().unwrap(), Payload::Unknown(json!({"x": 1})));
        // Where it is not what it should be, that is an error and no panic.
        for name in ashby_catalog::events().iter().map(|event| event.name) {
            let body = format!(r#"{{"action":"{name}","data":[{{}}]}}"#);
            Event::parse(body.into_bytes().into()).unwrap().payload().unwrap_err();
        }
    }

    fn decoded(action: &str, data: &Value) -> Value {
        let body = json!({"action": action, "data": data}).to_string();
        let event = Event::parse(body.into_bytes().into()).unwrap();
        again(&event.payload().unwrap_or_else(|error| panic!("{action}: {error}: {data}")))
    }

    #[test]
    fn of_every_kind_all_that_is_said_is_kept_also_what_is_new() {
        let organisation = Organisation::new(&Shape::small());
        for event in ashby_catalog::events() {
            let name = event.name;
            let example = serde_json::from_str(event.example).unwrap();
            let more = (0..3).map(|choice| organisation.event_data(name, choice).expect(name));
            for mut data in std::iter::once(example).chain(more) {
                assert_eq!(decoded(name, &data), data, "{name}");
                let members = data.as_object_mut().unwrap();
                if let Some(inner) = members.values_mut().find_map(Value::as_object_mut) {
                    inner.insert("ofAnotherYear".to_owned(), json!({"x": [1.5, null]}));
                }
                members.insert("ofAnotherYear".to_owned(), json!("x"));
                assert_eq!(decoded(name, &data), data, "{name}");
            }
        }
    }

    #[test]
    fn half_a_character_is_replaced() {
        let body = br#"{"action":"ping","data":{"webhookActionType":"jobUpdate","note":"Cut \ud83d"}}"#;
        for action in ["ping", "cometSighted"] {
            let body = String::from_utf8_lossy(body).replace("ping", action);
            let payload = Event::parse(body.into_bytes().into()).unwrap().payload().unwrap();
            let text = match payload {
                Payload::Unknown(data) => data.to_string(),
                Payload::Ping(data) => serde_json::to_string(&data).unwrap(),
                other => panic!("{other:?}"),
            };
            assert!(text.contains("Cut \u{fffd}"), "{text}");
        }
    }
}
