//! Client, survey, source, identity and runner, put together in the one way that is right.

use ashby_client::Client;
use capture_core::{
    ErrorKind, Outcome, Report, Result, Runner, RunnerOptions, Selection, Sink, StreamReport,
};
use tokio_util::sync::CancellationToken;

use crate::error::lacks_permission;
use crate::{AshbySource, Readable, stream, survey};

/// Brings a destination up to date: asks what the key may read, leaves out what it may not, and runs the captures as
/// the one that the key is, so that another key's tokens are not continued and its rows not taken for gone.
///
/// With an [interval](RunnerOptions::interval) it goes on until `cancel` is cancelled; a run that shall outlive what
/// passes is put into [`supervise`](capture_core::supervise). Streams that the key may not read are
/// [skipped](Outcome::Skipped) in the report.
///
/// What it does by itself, for those who need it otherwise: [`survey`], [`Survey::identity`](crate::Survey::identity)
/// with [`Client::key_fingerprint`], [`AshbySource::new`], [`Runner::run`].
///
/// # Errors
/// Those of [`survey`] and of [`Runner::run`].
///
/// # Examples
/// `examples/sync.rs` is a whole program.
///
/// ```no_run
/// # async fn example(sink: capture_core::MemorySink) -> Result<(), Box<dyn std::error::Error>> {
/// use ashby_client::Client;
/// use capture_core::{RunnerOptions, Selection};
///
/// let client = Client::from_env()?;
/// let streams = ["jobs", "applications"].map(Selection::new);
/// let report = ashby_source::sync(&client, sink, streams, RunnerOptions::default(), Default::default()).await?;
/// for (name, stream) in &report.streams {
///     println!("{name}: {} records", stream.records);
/// }
/// # Ok(())
/// # }
/// ```
pub async fn sync<K: Sink>(
    client: &Client,
    sink: K,
    streams: impl IntoIterator<Item = Selection>,
    options: RunnerOptions,
    cancel: CancellationToken,
) -> Result<Report> {
    let survey = survey(client).await?;
    let is_readable = |wanted: &Selection| survey.streams.get(wanted.stream.as_str()) != Some(&Readable::No);
    let (readable, denied): (Vec<_>, Vec<_>) = streams.into_iter().partition(is_readable);
    let runner = Runner::new(AshbySource::new(client.clone()), sink).options(options);
    let mut report = runner.run(readable, survey.identity(client), cancel).await?;
    for Selection { stream: name, .. } in denied {
        let reason = lacks_permission(stream(&name).map_or("", |stream| stream.permission));
        let outcome = Outcome::Skipped { kind: ErrorKind::Denied, reason };
        report.streams.insert(name, StreamReport::untried(outcome));
    }
    Ok(report)
}
