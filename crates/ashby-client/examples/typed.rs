//! The typed client: what it lists, and a note that it writes. `cargo run -p ashby-client --example typed` needs `ASHBY_API_KEY`;
//! `ashby sim serve` and `ASHBY_BASE_URL` do for a company.

// An example prints its result.
#![allow(clippy::print_stdout)]

use ashby_client::candidate::CreateNote;
use ashby_client::types::ApplicationStatus;
use ashby_client::{Client, Error};

/// Notes on the candidate of each active application on the first page that somebody has seen it; returns how many.
async fn note_that_it_was_seen(ashby: &Client) -> Result<usize, Error> {
    let page = ashby.application().list().status(ApplicationStatus::Active).page().await?;
    for application in page.records.iter().take(3) {
        println!("{} for {}", application.candidate.name, application.job.title);
        let note = CreateNote::new(application.candidate.id.clone(), "Seen by the weekly review");
        match ashby.candidate().create_note(note).await {
            Ok(note) => println!("  noted: {}", note.id),
            // A write is sent once: whether Ashby has carried it out is told, not guessed.
            Err(error) if error.may_have_taken_effect() => println!("  perhaps noted: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(page.records.len().min(3))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut builder = Client::builder();
    if let Ok(url) = std::env::var("ASHBY_BASE_URL") {
        builder = builder.base_url(&url);
    }
    let key = std::env::var("ASHBY_API_KEY").unwrap_or_default();
    let ashby = builder.api_key(key).build()?;
    println!("{} candidates got a note", note_that_it_was_seen(&ashby).await?);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ashby_sim::{Organisation, Server, ServerOptions, Shape};

    use super::*;

    #[tokio::test]
    async fn notes_are_written_once_each() {
        let shape = Shape { candidates: 20, applications: 20, ..Shape::small() };
        let server = Server::start(Organisation::new(&shape), ServerOptions::default()).await.unwrap();
        let ashby = Client::builder().base_url(&server.base_url()).api_key("sim-key").build().unwrap();
        let noted = note_that_it_was_seen(&ashby).await.unwrap();
        assert!(noted > 0);
        assert_eq!(server.log().count("candidate.createNote"), noted as u64);
        let page = ashby.application().list().status(ApplicationStatus::Active).page().await.unwrap();
        let notes = ashby.candidate().list_notes(page.records[0].candidate.id.clone()).all().await.unwrap();
        assert!(
            notes
                .iter()
                .any(|note| note.content.value().is_some_and(|text| text == "Seen by the weekly review"))
        );
    }
}
