//! A read.

use std::sync::Arc;

use ashby_source::{AshbySource, Stream};
use capture_core::{Error, ErrorKind, Outcome, ReconcilePolicy, Result, Runner, RunnerOptions, Selection};
use connecting::{Config, Progress, stop_on_signal};
use serde_json::Value;
use sink_singer::{Bookmarks, Catalog, Listings, SingerSink, schema_message};
use typed_records::Shape;

use crate::discover;

/// What is to be read: streams, their keys, and how their records look.
pub(crate) struct Wanted(Vec<(String, Vec<String>, Shape)>);

impl Wanted {
    /// What is selected in a catalog, or by default.
    pub(crate) fn of(catalog: Option<&str>) -> Result<Self> {
        let text = catalog.map_or_else(|| discover::catalog(None).to_string(), str::to_owned);
        let selected = Catalog::read(&text)?.streams.into_iter().filter(|stream| stream.is_selected);
        let wanted = selected.map(|selected| {
            let name = selected.name;
            let stream: Stream = ashby_source::stream(&name).ok_or_else(|| {
                Error::new(
                    ErrorKind::Configuration,
                    format!("there is no stream named {}", outside_text::name(&name)),
                )
                .with_hint("make the catalog anew with --discover")
            })?;
            let shape = discover::shape(&stream).without(selected.left_out);
            Ok((name, stream.descriptor.key.clone(), shape))
        });
        let wanted: Vec<_> = wanted.collect::<Result<_>>()?;
        if wanted.is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "no stream is selected")
                .with_hint("set \"selected\": true in the metadata of streams in the catalog"));
        }
        Ok(Self(wanted))
    }

    pub(crate) fn schemas(&self) -> Vec<Value> {
        self.0.iter().map(|(name, key, shape)| schema_message(name, key, shape)).collect()
    }
}

/// Reads what is wanted, from where the state ends; whether all of it came.
pub(crate) async fn read(config: &Config, Wanted(wanted): Wanted, state: &str) -> Result<bool> {
    let bookmarks = Bookmarks::read(state)?;
    let client = config.client(crate::USER_AGENT)?;
    let identity = ashby_source::who_asks(&client).await?;
    let source = AshbySource::new(client).created_after_ms(config.start_date_ms);
    let selections: Vec<_> = wanted.iter().map(|(name, ..)| Selection::new(&**name)).collect();
    let listings = Listings::default();
    let sink = SingerSink::new(std::io::stdout(), wanted, bookmarks, listings.clone())?;
    // What was sent is not known any more: versions say what is gone.
    let options = RunnerOptions::default().reconcile(ReconcilePolicy::Accept);
    let runner =
        Runner::new(source, sink).options(options).observer(Arc::new(Progress::default().beside(listings)));
    let report = runner.run(selections, identity, stop_on_signal("printed, with its state")?).await?;
    if report.output_closed {
        return Err(Error::new(ErrorKind::Closed, "the target has gone"));
    }
    for (name, stream) in &report.streams {
        match &stream.outcome {
            Outcome::Failed { reason, hint: Some(hint), .. } => tracing::error!("{name}: {reason}; {hint}"),
            Outcome::Failed { reason, .. } | Outcome::Skipped { reason, .. } => {
                tracing::error!("{name}: {reason}")
            }
            Outcome::UpToDate | Outcome::Interrupted => {}
        }
    }
    Ok(report.streams.values().all(|stream| stream.outcome == Outcome::UpToDate))
}
