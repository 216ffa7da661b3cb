//! A whole sync in one program: a client, a destination, and the one call between them.
//!
//! `cargo run -p ashby-source --example sync` needs `ASHBY_API_KEY`; `ashby sim serve` and `ASHBY_BASE_URL` do for a
//! company. The destination is memory here; any [`Sink`](capture_core::Sink) takes its place.

// An example prints its result.
#![allow(clippy::print_stdout)]

use ashby_client::Client;
use capture_core::{MemorySink, Outcome, RunnerOptions, Selection};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Client::builder().api_key(std::env::var("ASHBY_API_KEY")?);
    if let Ok(url) = std::env::var("ASHBY_BASE_URL") {
        builder = builder.base_url(&url);
    }
    sync(&builder.build()?).await
}

async fn sync(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    // Tells keys apart without telling them.
    println!("asking with key {}", client.key_fingerprint());

    let sink = MemorySink::new();
    let streams = ["departments", "jobs", "openings"].map(Selection::new);
    let report =
        ashby_source::sync(client, sink.clone(), streams, RunnerOptions::default(), Default::default())
            .await?;
    for (name, stream) in &report.streams {
        match &stream.outcome {
            Outcome::UpToDate => println!("{name}: {} rows", sink.rows(name).len()),
            Outcome::Skipped { reason, .. } | Outcome::Failed { reason, .. } => println!("{name}: {reason}"),
            Outcome::Interrupted => println!("{name}: to be continued"),
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ashby_sim::{Organisation, Server, ServerOptions, Shape};

    use super::*;

    #[tokio::test]
    async fn it_reads_what_it_names() {
        let organisation = Organisation::new(&Shape::small());
        let server = Server::start(organisation, ServerOptions::default()).await.unwrap();
        let client = Client::builder().base_url(&server.base_url()).api_key("sim-key").build().unwrap();
        sync(&client).await.unwrap();
        for operation in ["department.list", "job.list", "opening.list"] {
            assert!(server.log().count(operation) > 0, "{operation}");
        }
    }
}
