//! The messages, as far as a connector needs them, and their JSON form.
//!
//! What we read is tolerant: members that are left out have their default, unknown ones are ignored. What we write
//! has nothing but what every runtime knows.

use capture_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// JSON text as it came.
pub type Json = Box<RawValue>;

/// The protocol's version, which the runtime checks.
pub const PROTOCOL_VERSION: u32 = 3_032_023;

/// A request of the runtime. It may hold credentials, so it has no `Debug`.
pub enum Request {
    /// What the connector can do.
    Spec,
    /// Which bindings there could be.
    Discover(DiscoverRequest),
    /// Whether these bindings would work.
    Validate(CaptureRequest),
    /// A capture is about to be opened in this form.
    Apply,
    /// Begin to capture.
    Open(OpenRequest),
    /// So many further checkpoints are durable.
    Acknowledge(u32),
}

/// A capture, or one that is to be.
pub struct DiscoverRequest {
    /// The endpoint's configuration.
    pub config: Json,
    /// What the capture is called, where the runtime says so.
    pub name: Option<String>,
    /// When the capture was published first; `None` before that, and where the runtime does not say.
    pub created_at: Option<Timestamp>,
}

/// A capture's configuration and bindings.
pub struct CaptureRequest {
    /// The endpoint's configuration.
    pub config: Json,
    /// In the order that counts everywhere.
    pub bindings: Vec<BindingRequest>,
    /// When the capture was published first, where the runtime says so.
    pub created_at: Option<Timestamp>,
}

/// A binding of a capture.
pub struct BindingRequest {
    /// Which resource, and how.
    pub resource_config: Json,
    /// Under which its state is kept; empty before the capture is opened.
    pub state_key: String,
    /// The key of the collection, as JSON pointers; empty if the runtime did not say.
    pub collection_key: Vec<String>,
}

/// What a session begins with.
pub struct OpenRequest {
    /// The capture.
    pub capture: CaptureRequest,
    /// Where this shard's range of keys begins: 0 for the first or only one.
    pub key_begin: u32,
    /// The state of the last durable checkpoint.
    pub state: Json,
}

impl Request {
    /// The kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Spec => "spec",
            Self::Discover(_) => "discover",
            Self::Validate(_) => "validate",
            Self::Apply => "apply",
            Self::Open(_) => "open",
            Self::Acknowledge(_) => "acknowledge",
        }
    }

    /// Reads the JSON form.
    pub(crate) fn from_json(line: &[u8]) -> Result<Self> {
        // The text of serde's errors quotes values, and there are credentials among them.
        let message: Message = serde_json::from_slice(line).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Eof => "ends too early",
                serde_json::error::Category::Data => "has a member of an unexpected type",
                _ => "is not JSON",
            };
            malformed(format!("a request {what} (at byte {})", error.column()))
        })?;
        let mut requests = message.into_requests();
        match (requests.next(), requests.next()) {
            (Some(request), None) => request,
            (None, _) => Err(malformed("a request is of no kind that this connector knows")),
            (Some(_), Some(_)) => Err(malformed("a request is of several kinds at once")),
        }
    }
}

/// The runtime sent what is not a request.
pub(crate) fn malformed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
        .with_hint("requests are one JSON object a line, each with one member")
}

#[derive(Deserialize)]
struct Message {
    spec: Option<serde::de::IgnoredAny>,
    discover: Option<DiscoverMessage>,
    validate: Option<CaptureMessage>,
    apply: Option<serde::de::IgnoredAny>,
    open: Option<OpenMessage>,
    acknowledge: Option<AcknowledgeMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DiscoverMessage {
    config: Option<Json>,
    name: Option<String>,
    created_at: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CaptureMessage {
    config: Option<Json>,
    #[serde(default)]
    bindings: Vec<BindingMessage>,
    #[serde(default)]
    linked_collections: Vec<CollectionMessage>,
    created_at: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BindingMessage {
    resource_config: Option<Json>,
    #[serde(default)]
    state_key: String,
    collection: Option<CollectionMessage>,
    #[serde(default)]
    collection_index: usize,
}

#[derive(Deserialize)]
struct CollectionMessage {
    #[serde(default)]
    key: Vec<String>,
}

#[derive(Deserialize)]
struct OpenMessage {
    capture: Option<CaptureMessage>,
    #[serde(default)]
    range: Option<RangeMessage>,
    state: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RangeMessage {
    #[serde(default)]
    key_begin: u32,
}

#[derive(Deserialize)]
struct AcknowledgeMessage {
    #[serde(default)]
    checkpoints: u32,
}

impl Message {
    fn into_requests(self) -> impl Iterator<Item = Result<Request>> {
        let open = |open: OpenMessage| {
            let capture = open.capture.ok_or_else(|| malformed("an open request has no capture"))?;
            Ok(Request::Open(OpenRequest {
                capture: capture.into_request("open")?,
                key_begin: open.range.map_or(0, |range| range.key_begin),
                state: open.state.unwrap_or_else(empty_object),
            }))
        };
        let discover = |discover: DiscoverMessage| {
            Ok(Request::Discover(DiscoverRequest {
                config: required(discover.config, "discover", "config")?,
                name: discover.name.filter(|name| !name.is_empty()),
                created_at: instant(discover.created_at.as_ref()),
            }))
        };
        [
            self.spec.map(|_| Ok(Request::Spec)),
            self.discover.map(discover),
            self.validate.map(|validate| validate.into_request("validate").map(Request::Validate)),
            self.apply.map(|_| Ok(Request::Apply)),
            self.open.map(open),
            self.acknowledge.map(|acknowledge| Ok(Request::Acknowledge(acknowledge.checkpoints))),
        ]
        .into_iter()
        .flatten()
    }
}

impl CaptureMessage {
    fn into_request(self, kind: &str) -> Result<CaptureRequest> {
        let linked = self.linked_collections;
        let bindings = self.bindings.into_iter().map(|binding| {
            let collection = binding.collection.as_ref().or_else(|| linked.get(binding.collection_index));
            Ok(BindingRequest {
                resource_config: required(binding.resource_config, kind, "resourceConfig of a binding")?,
                state_key: binding.state_key,
                collection_key: collection.map(|collection| collection.key.clone()).unwrap_or_default(),
            })
        });
        Ok(CaptureRequest {
            bindings: bindings.collect::<Result<_>>()?,
            config: required(self.config, kind, "config")?,
            created_at: instant(self.created_at.as_ref()),
        })
    }
}

/// An instant as protobuf's JSON form has it. The epoch stands for none; what is of another form is not known.
fn instant(json: Option<&serde_json::Value>) -> Option<Timestamp> {
    let instant: Timestamp = json?.as_str()?.parse().ok()?;
    Some(instant).filter(|instant| *instant > Timestamp::UNIX_EPOCH)
}

fn required(json: Option<Json>, kind: &str, what: &str) -> Result<Json> {
    json.ok_or_else(|| malformed(format!("a {kind} request has no {what}")))
}

pub(crate) fn empty_object() -> Json {
    RawValue::from_string("{}".to_owned()).expect("this is JSON")
}

/// An answer, documents excepted: those go through [`Output::document`](crate::Output::document).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Response {
    /// To [`Request::Spec`].
    Spec(Spec),
    /// To [`Request::Discover`].
    Discovered(Discovered),
    /// To [`Request::Validate`].
    Validated(Validated),
    /// To [`Request::Apply`]: nothing had to be done.
    #[serde(serialize_with = "applied")]
    Applied,
    /// To [`Request::Open`].
    #[serde(rename_all = "camelCase")]
    Opened {
        /// Whether the runtime shall say which checkpoints are durable.
        explicit_acknowledgements: bool,
    },
    /// All documents since the last checkpoint may be committed, together with a JSON merge patch of the state.
    Checkpoint(#[serde(serialize_with = "state_patch")] serde_json::Value),
}

fn applied<S: serde::Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Applied {
        action_description: &'static str,
    }
    Applied { action_description: "" }.serialize(serializer)
}

fn state_patch<S: serde::Serializer>(patch: &serde_json::Value, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct State<'a> {
        updated: &'a serde_json::Value,
        merge_patch: bool,
    }
    #[derive(Serialize)]
    struct Checkpoint<'a> {
        state: State<'a>,
    }
    Checkpoint { state: State { updated: patch, merge_patch: true } }.serialize(serializer)
}

/// What the connector can do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    /// [`PROTOCOL_VERSION`].
    pub protocol: u32,
    /// JSON schema of the endpoint's configuration.
    pub config_schema: serde_json::Value,
    /// JSON schema of a binding's resource configuration.
    pub resource_config_schema: serde_json::Value,
    /// Where a person reads on.
    pub documentation_url: String,
    /// Where the resource configuration holds the parts of the resource's path.
    pub resource_path_pointers: Vec<String>,
}

/// Bindings that there could be.
#[derive(Debug, Clone, Serialize)]
pub struct Discovered {
    /// In any order.
    pub bindings: Vec<DiscoveredBinding>,
}

/// A binding that there could be.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiscoveredBinding {
    /// What the collection could be called.
    pub recommended_name: String,
    /// The resource's configuration.
    pub resource_config: serde_json::Value,
    /// JSON schema of its documents.
    pub document_schema: serde_json::Value,
    /// The key of its documents, as JSON pointers.
    pub key: Vec<String>,
    /// Added, but off until a person turns it on.
    pub disable: bool,
}

/// The bindings of [`Request::Validate`] would work.
#[derive(Debug, Clone, Serialize)]
pub struct Validated {
    /// In the order of the request.
    pub bindings: Vec<ValidatedBinding>,
}

/// What identifies a resource.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidatedBinding {
    /// The parts of its path.
    pub resource_path: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Request> {
        Request::from_json(line.as_bytes())
    }

    #[test]
    fn what_is_left_out_has_its_default_and_what_is_unknown_is_ignored() {
        let line = r#"{"open":{"capture":{"name":"a/b","connectorType":"IMAGE","config":{"x":1},"extra":[],
            "bindings":[{"resourceConfig":{"name":"jobs"},"resourcePath":["jobs"],"stateKey":"jobs","backfill":0,
            "collection":{"name":"a/jobs","key":["/id"],"projections":[{}]}}]},"version":"v1"},"$internal":"AAE="}"#;
        let Ok(Request::Open(open)) = read(line) else { panic!("an open request") };
        assert_eq!((open.key_begin, open.state.get()), (0, "{}"));
        let [binding] = &open.capture.bindings[..] else { panic!("one binding") };
        assert_eq!(
            (binding.state_key.as_str(), &binding.collection_key[..]),
            ("jobs", &["/id".to_owned()][..])
        );
        assert!(matches!(read(r#"{"acknowledge":{"checkpoints":3}}"#), Ok(Request::Acknowledge(3))));
        assert!(matches!(read(r#"{"apply":{"version":"v1"},"spec":null}"#), Ok(Request::Apply)));
    }

    #[test]
    fn when_a_capture_was_created_is_read_where_it_is_said() {
        for (json, expected) in [
            (r#""2025-03-01T08:00:00Z""#, Some("2025-03-01T08:00:00Z")),
            (r#""1970-01-01T00:00:00Z""#, None),
            (r#""yesterday""#, None),
            ("7", None),
            ("null", None),
        ] {
            let line = format!(r#"{{"discover":{{"config":{{}},"name":"a/b","createdAt":{json}}}}}"#);
            let Ok(Request::Discover(discover)) = read(&line) else { panic!("a discover request") };
            assert_eq!(discover.created_at.map(|at| at.to_string()).as_deref(), expected, "{json}");
            assert_eq!(discover.name.as_deref(), Some("a/b"));
            let line = format!(r#"{{"open":{{"capture":{{"config":{{}},"createdAt":{json}}}}}}}"#);
            let Ok(Request::Open(open)) = read(&line) else { panic!("an open request") };
            assert_eq!(open.capture.created_at.map(|at| at.to_string()).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn collections_may_be_given_by_index() {
        let line = r#"{"open":{"capture":{"config":{},"linkedCollections":[{"key":["/a"]},{"key":["/b"]}],
            "bindings":[{"resourceConfig":{}},{"resourceConfig":{},"collectionIndex":1}]},"range":{"keyBegin":5}}}"#;
        let Ok(Request::Open(open)) = read(line) else { panic!("an open request") };
        let keys: Vec<_> =
            open.capture.bindings.iter().map(|binding| binding.collection_key[0].as_str()).collect();
        assert_eq!((keys, open.key_begin), (vec!["/a", "/b"], 5));
    }

    #[test]
    fn errors_say_what_is_wrong_without_quoting() {
        for (line, expected) in [
            (r#"{"spec":{"config":{}"#, "ends too early"),
            ("nonsense", "is not JSON"),
            (r#"{"discover":{"config":"#, "ends too early"),
            (r#"{"open":"SECRET"}"#, "unexpected type"),
            (r#"{"discover":{"connectorType":"IMAGE"}}"#, "no config"),
            (r#"{"validate":{"config":{},"bindings":[{}]}}"#, "no resourceConfig"),
            (r#"{"validate":{"config":{},"bindings":{"SECRET":1}}}"#, "unexpected type"),
            (r#"{"open":{"state":{}}}"#, "no capture"),
            (r#"{"derive":{}}"#, "no kind"),
            (r#"{"spec":{},"apply":{}}"#, "several kinds"),
        ] {
            let error = read(line).err().unwrap_or_else(|| panic!("{line} is accepted"));
            assert!(error.to_string().contains(expected), "{line}: {error}");
            assert!(!error.chain().contains("SECRET"), "{error}");
        }
    }

    #[test]
    fn responses_have_exactly_the_known_members() {
        let json = |response: Response| serde_json::to_string(&response).unwrap();
        assert_eq!(json(Response::Applied), r#"{"applied":{"actionDescription":""}}"#);
        assert_eq!(
            json(Response::Opened { explicit_acknowledgements: false }),
            r#"{"opened":{"explicitAcknowledgements":false}}"#
        );
        assert_eq!(
            json(Response::Checkpoint(serde_json::json!({"a": null}))),
            r#"{"checkpoint":{"state":{"updated":{"a":null},"mergePatch":true}}}"#
        );
        let bindings = vec![ValidatedBinding { resource_path: vec!["jobs".to_owned()] }];
        assert_eq!(
            json(Response::Validated(Validated { bindings })),
            r#"{"validated":{"bindings":[{"resourcePath":["jobs"]}]}}"#
        );
    }
}
