//! Estuary's capture protocol and a [`Sink`](capture_core::Sink) that speaks it.
//!
//! A capture connector is a child process of Estuary's runtime: [`Request`]s come in on standard input,
//! [`Response`]s go out on standard output, framed by a [`Codec`]. Within an open session [`EstuarySink`] turns
//! records into documents and commits into checkpoints; [`SavedState`] reads what earlier sessions checkpointed.
//!
//! Protocol and messages are described in <https://github.com/estuary/flow> (`go/protocols/capture`), the state's shape
//! is that of Estuary's own Python connectors, so that a capture can change hands in both directions.
//!
//! Nothing in here knows what is captured: the names of streams come from outside ([`Binding`]).

mod acknowledgements;
mod codec;
mod document;
mod doubts;
mod output;
mod protobuf;
mod protocol;
mod repeats;
mod sink;
mod snapshot;
mod state;

pub use acknowledgements::Acknowledgements;
pub use codec::Codec;
pub use document::Numbers;
pub use doubts::Doubts;
pub use output::Output;
pub use protocol::{
    BindingRequest, CaptureRequest, DiscoverRequest, Discovered, DiscoveredBinding, Json, OpenRequest,
    PROTOCOL_VERSION, Request, Response, Spec, Validated, ValidatedBinding,
};
pub use sink::EstuarySink;
pub use state::{Binding, Origin, SavedState};

/// What the README shows runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
