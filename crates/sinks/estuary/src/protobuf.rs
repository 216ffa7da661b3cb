//! The protobuf form of the messages: only the fields that are used, with the numbers that `capture.proto` and
//! `flow.proto` of <https://github.com/estuary/flow> give them.

use bytes::Bytes;
use capture_core::Result;
use prost::Message as _;
use serde_json::value::RawValue;

use crate::protocol::{
    BindingRequest, CaptureRequest, DiscoverRequest, Json, OpenRequest, Request, Response, empty_object,
    malformed,
};

/// Generated types have a `Debug` that would print credentials: they stay in here.
mod message {
    use bytes::Bytes;

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Request {
        #[prost(message, optional, tag = "1")]
        pub(super) spec: Option<Unread>,
        #[prost(message, optional, tag = "2")]
        pub(super) discover: Option<Discover>,
        #[prost(message, optional, tag = "3")]
        pub(super) validate: Option<Validate>,
        #[prost(message, optional, tag = "4")]
        pub(super) apply: Option<Unread>,
        #[prost(message, optional, tag = "5")]
        pub(super) open: Option<Open>,
        #[prost(message, optional, tag = "6")]
        pub(super) acknowledge: Option<Acknowledge>,
    }

    /// A message none of whose fields matters.
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Unread {}

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Discover {
        #[prost(bytes = "bytes", tag = "2")]
        pub(super) config_json: Bytes,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Validate {
        #[prost(bytes = "bytes", tag = "3")]
        pub(super) config_json: Bytes,
        #[prost(message, repeated, tag = "4")]
        pub(super) bindings: Vec<ProposedBinding>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ProposedBinding {
        #[prost(bytes = "bytes", tag = "1")]
        pub(super) resource_config_json: Bytes,
        #[prost(message, optional, tag = "2")]
        pub(super) collection: Option<Collection>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Collection {
        #[prost(string, repeated, tag = "3")]
        pub(super) key: Vec<String>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Open {
        #[prost(message, optional, tag = "1")]
        pub(super) capture: Option<Capture>,
        #[prost(message, optional, tag = "3")]
        pub(super) range: Option<Range>,
        #[prost(bytes = "bytes", tag = "4")]
        pub(super) state_json: Bytes,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Capture {
        #[prost(bytes = "bytes", tag = "3")]
        pub(super) config_json: Bytes,
        #[prost(message, repeated, tag = "4")]
        pub(super) bindings: Vec<Binding>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Binding {
        #[prost(bytes = "bytes", tag = "1")]
        pub(super) resource_config_json: Bytes,
        #[prost(message, optional, tag = "3")]
        pub(super) collection: Option<Collection>,
        #[prost(string, tag = "5")]
        pub(super) state_key: String,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct Range {
        #[prost(fixed32, tag = "2")]
        pub(super) key_begin: u32,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct Acknowledge {
        #[prost(uint32, tag = "1")]
        pub(super) checkpoints: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Response {
        #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5, 6, 7")]
        pub(super) kind: Option<Kind>,
    }

    #[derive(Clone, PartialEq, prost::Oneof)]
    pub(super) enum Kind {
        #[prost(message, tag = "1")]
        Spec(Spec),
        #[prost(message, tag = "2")]
        Discovered(Discovered),
        #[prost(message, tag = "3")]
        Validated(Validated),
        #[prost(message, tag = "4")]
        Applied(Unread),
        #[prost(message, tag = "5")]
        Opened(Opened),
        #[prost(message, tag = "6")]
        Captured(Captured),
        #[prost(message, tag = "7")]
        Checkpoint(Checkpoint),
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Spec {
        #[prost(uint32, tag = "1")]
        pub(super) protocol: u32,
        #[prost(bytes = "bytes", tag = "2")]
        pub(super) config_schema_json: Bytes,
        #[prost(bytes = "bytes", tag = "3")]
        pub(super) resource_config_schema_json: Bytes,
        #[prost(string, tag = "4")]
        pub(super) documentation_url: String,
        #[prost(string, repeated, tag = "6")]
        pub(super) resource_path_pointers: Vec<String>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Discovered {
        #[prost(message, repeated, tag = "1")]
        pub(super) bindings: Vec<DiscoveredBinding>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct DiscoveredBinding {
        #[prost(string, tag = "1")]
        pub(super) recommended_name: String,
        #[prost(bytes = "bytes", tag = "2")]
        pub(super) resource_config_json: Bytes,
        #[prost(bytes = "bytes", tag = "3")]
        pub(super) document_schema_json: Bytes,
        #[prost(string, repeated, tag = "4")]
        pub(super) key: Vec<String>,
        #[prost(bool, tag = "5")]
        pub(super) disable: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Validated {
        #[prost(message, repeated, tag = "1")]
        pub(super) bindings: Vec<ValidatedBinding>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ValidatedBinding {
        #[prost(string, repeated, tag = "1")]
        pub(super) resource_path: Vec<String>,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct Opened {
        #[prost(bool, tag = "1")]
        pub(super) explicit_acknowledgements: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Captured {
        #[prost(uint32, tag = "1")]
        pub(super) binding: u32,
        #[prost(bytes = "bytes", tag = "2")]
        pub(super) doc_json: Bytes,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Checkpoint {
        #[prost(message, optional, tag = "1")]
        pub(super) state: Option<State>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct State {
        #[prost(bytes = "bytes", tag = "1")]
        pub(super) updated_json: Bytes,
        #[prost(bool, tag = "2")]
        pub(super) merge_patch: bool,
    }
}

use message::Kind;

/// Reads a request without its length.
pub(crate) fn decode(frame: Bytes) -> Result<Request> {
    let request =
        message::Request::decode(frame).map_err(|_| malformed("a request is not a protobuf message"))?;
    let mut requests = [
        request.spec.map(|_| Ok(Request::Spec)),
        request.discover.map(|discover| discovery(&discover)),
        request.validate.map(|validate| {
            let bindings = validate
                .bindings
                .into_iter()
                .map(|binding| bound(&binding.resource_config_json, String::new(), binding.collection));
            let bindings = bindings.collect::<Result<_>>()?;
            let config = json(&validate.config_json)?;
            Ok(Request::Validate(CaptureRequest { config, bindings, created_at: None }))
        }),
        request.apply.map(|_| Ok(Request::Apply)),
        request.open.map(open),
        request.acknowledge.map(|acknowledge| Ok(Request::Acknowledge(acknowledge.checkpoints))),
    ]
    .into_iter()
    .flatten();
    match (requests.next(), requests.next()) {
        (Some(request), None) => request,
        (None, _) => Err(malformed("a request is of no kind that this connector knows")),
        (Some(_), Some(_)) => Err(malformed("a request is of several kinds at once")),
    }
}

// Runtimes that say when a capture was created do so in fields whose numbers no published protocol gives yet.
fn discovery(discover: &message::Discover) -> Result<Request> {
    let config = json(&discover.config_json)?;
    Ok(Request::Discover(DiscoverRequest { config, name: None, created_at: None }))
}

fn open(open: message::Open) -> Result<Request> {
    let capture = open.capture.ok_or_else(|| malformed("an open request has no capture"))?;
    let bindings = capture
        .bindings
        .into_iter()
        .map(|binding| bound(&binding.resource_config_json, binding.state_key, binding.collection));
    let bindings = bindings.collect::<Result<_>>()?;
    Ok(Request::Open(OpenRequest {
        capture: CaptureRequest { config: json(&capture.config_json)?, bindings, created_at: None },
        key_begin: open.range.map_or(0, |range| range.key_begin),
        state: if open.state_json.is_empty() { empty_object() } else { json(&open.state_json)? },
    }))
}

fn bound(
    resource_config: &Bytes,
    state_key: String,
    collection: Option<message::Collection>,
) -> Result<BindingRequest> {
    let collection_key = collection.map(|collection| collection.key).unwrap_or_default();
    Ok(BindingRequest { resource_config: json(resource_config)?, state_key, collection_key })
}

fn json(text: &Bytes) -> Result<Json> {
    let text = std::str::from_utf8(text).ok().map(str::to_owned);
    text.and_then(|text| RawValue::from_string(text).ok())
        .ok_or_else(|| malformed("a request holds what is not JSON"))
}

/// Appends a response with its length.
pub(crate) fn push(output: &mut Vec<u8>, response: &Response) {
    let text = |json: &serde_json::Value| Bytes::from(json.to_string());
    let kind = match response {
        Response::Spec(spec) => Kind::Spec(message::Spec {
            protocol: spec.protocol,
            config_schema_json: text(&spec.config_schema),
            resource_config_schema_json: text(&spec.resource_config_schema),
            documentation_url: spec.documentation_url.clone(),
            resource_path_pointers: spec.resource_path_pointers.clone(),
        }),
        Response::Discovered(discovered) => {
            let bindings = discovered.bindings.iter().map(|binding| message::DiscoveredBinding {
                recommended_name: binding.recommended_name.clone(),
                resource_config_json: text(&binding.resource_config),
                document_schema_json: text(&binding.document_schema),
                key: binding.key.clone(),
                disable: binding.disable,
            });
            Kind::Discovered(message::Discovered { bindings: bindings.collect() })
        }
        Response::Validated(validated) => {
            let bindings = validated.bindings.iter();
            let bindings = bindings
                .map(|binding| message::ValidatedBinding { resource_path: binding.resource_path.clone() });
            Kind::Validated(message::Validated { bindings: bindings.collect() })
        }
        Response::Applied => Kind::Applied(message::Unread {}),
        Response::Opened { explicit_acknowledgements } => {
            Kind::Opened(message::Opened { explicit_acknowledgements: *explicit_acknowledgements })
        }
        Response::Checkpoint(patch) => Kind::Checkpoint(message::Checkpoint {
            state: Some(message::State { updated_json: text(patch), merge_patch: true }),
        }),
    };
    push_kind(output, kind);
}

/// Appends a document with its length.
pub(crate) fn push_captured(output: &mut Vec<u8>, binding: u32, document: &[u8]) {
    push_kind(
        output,
        Kind::Captured(message::Captured { binding, doc_json: Bytes::copy_from_slice(document) }),
    );
}

fn push_kind(output: &mut Vec<u8>, kind: Kind) {
    let response = message::Response { kind: Some(kind) };
    // The protocol's frames are 4 GiB at most; a document that large does not get past the client's body limit.
    let length = u32::try_from(response.encoded_len()).unwrap_or(u32::MAX);
    output.extend_from_slice(&length.to_le_bytes());
    response.encode_raw(output);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a runtime would send.
    fn encoded(request: &message::Request) -> Bytes {
        request.encode_to_vec().into()
    }

    #[test]
    fn an_open_request_arrives_whole() {
        let collection = Some(message::Collection { key: vec!["/id".to_owned()] });
        let binding = message::Binding {
            resource_config_json: Bytes::from_static(br#"{"name":"jobs"}"#),
            collection,
            state_key: "jobs.v1".to_owned(),
        };
        let capture = message::Capture { config_json: Bytes::from_static(b"{}"), bindings: vec![binding] };
        let open = message::Open {
            capture: Some(capture),
            range: Some(message::Range { key_begin: 7 }),
            state_json: Bytes::from_static(br#"{"a":1}"#),
        };
        let request = message::Request { open: Some(open), ..Default::default() };
        let Ok(Request::Open(open)) = decode(encoded(&request)) else { panic!("an open request") };
        assert_eq!((open.key_begin, open.state.get()), (7, r#"{"a":1}"#));
        let binding = &open.capture.bindings[0];
        assert_eq!((binding.state_key.as_str(), binding.collection_key[0].as_str()), ("jobs.v1", "/id"));
    }

    #[test]
    fn every_response_is_one_frame_with_its_length() {
        let mut output = Vec::new();
        push(&mut output, &Response::Checkpoint(serde_json::json!({})));
        push_captured(&mut output, 3, br#"{"id":"x"}"#);
        let mut rest = &output[..];
        let mut frames = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (frame, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            frames.push(message::Response::decode(frame).unwrap().kind.unwrap());
            rest = after;
        }
        let state = Some(message::State { updated_json: Bytes::from_static(b"{}"), merge_patch: true });
        let captured = message::Captured { binding: 3, doc_json: Bytes::from_static(br#"{"id":"x"}"#) };
        assert_eq!(frames, [Kind::Checkpoint(message::Checkpoint { state }), Kind::Captured(captured)]);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for frame in [Bytes::new(), Bytes::from_static(b"\xff\xff"), Bytes::from_static(b"\x12\x02\x12\x00")]
        {
            assert!(decode(frame).is_err());
        }
    }
}
