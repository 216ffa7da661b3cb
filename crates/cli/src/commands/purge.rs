//! `ashby purge`: takes out for good what is gone, what nobody wants any more, or what is held of one candidate.

mod person;
mod receipt;

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use agents::Texts;
use ashby_client::catalog::{self, Type};
use ashby_webhooks::{Inbox, InboxOptions, Reader};
use capture_core::{Place, Purge, Purging, Removal, StreamDescriptor};
use clap::Args;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{self, counted, explain};
use crate::said;
use crate::settings::{Settings, duration};
use crate::webhooks::{INBOX, inbox_of};
use crate::{destination, local, modelling};
use person::{Anonymous, Chooser, Looking, Person};
use receipt::{Downloads, Found, InboxPart, Receipt, ReceiptFile};

/// What to take out.
#[derive(Debug, Clone, Args)]
pub(crate) struct PurgeFlags {
    /// Only what is gone of these streams
    #[arg(value_name = "STREAM")]
    streams: Vec<String>,
    /// Everything of these streams, not only what is gone; their state, too, so that a later sync lists them anew
    #[arg(long, requires = "streams", conflicts_with = "older_than")]
    everything: bool,
    /// Only what has been gone for so long: 30d, 720h, P30D
    #[arg(long, value_name = "DURATION")]
    older_than: Option<String>,
    /// All that is held of a candidate, in every stream, file, ledger and inbox, and what was downloaded of theirs. Of
    /// their records only keys are left, marked as erased
    #[arg(long, value_name = "CANDIDATE_ID", conflicts_with_all = ["streams", "older_than"])]
    candidate: Option<String>,
    /// What is still held of candidates from before they were anonymised in Ashby: earlier versions in files of lines and
    /// of changes, free pages of databases, deliveries, texts of résumés, downloads. What Ashby shows of them now stays
    #[arg(long, conflicts_with_all = ["streams", "older_than", "candidate"])]
    anonymized: bool,
    /// With --candidate or --anonymized: a directory of downloads, in which each candidate has a folder named by the id
    #[arg(long, value_name = "DIR", default_value = super::file::DIRECTORY)]
    downloads: PathBuf,
    /// Write the receipt to this file, too, as JSON. It must not be there yet: an earlier receipt is proof
    #[arg(long, value_name = "FILE", conflicts_with = "purge_dry_run")]
    receipt: Option<PathBuf>,
    /// Say what would go, and take out nothing
    #[arg(id = "purge_dry_run", long = "dry-run")]
    dry_run: bool,
    /// Do not ask
    #[arg(id = "purge_yes", long = "yes")]
    yes: bool,
}

impl PurgeFlags {
    pub(crate) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let streams = descriptors();
        let place = destination::to_be_purged(settings)?;
        // What cannot be told of afterwards is not begun.
        let file = self.receipt.as_deref().map(ReceiptFile::claim).transpose()?;
        let person = match &self.candidate {
            Some(id) => Some(person_of(settings, id)?),
            None if self.anonymized => Some(anonymous(&*place, &streams).await?),
            None => None,
        };
        // That of the destination, and that of `ashby listen`.
        let inboxes = BTreeSet::from([inbox_of(settings, &*place)?, INBOX.into()]);
        // Texts of résumés, where there are any.
        let texts = local::copy(settings).ok().and_then(|copy| Texts::beside(&copy).ok());
        let mut purging = place.purge(self.what(&streams, person.as_ref())?, &streams)?;
        let mut receipt = Receipt::new(place.address(), self.kind(), self.candidate.clone());
        if let (true, Some(person)) = (self.anonymized, &person) {
            receipt.candidates = person.lock().unwrap_or_else(PoisonError::into_inner).ids().len() as u64;
        }
        receipt.removal = purging.removal().await?;
        let ids = person.as_ref().map(|person| person.lock().unwrap_or_else(PoisonError::into_inner).ids());
        // What came of somebody goes with them, however they go.
        let named = match &ids {
            Some(ids) => ids.clone(),
            None => going(&mut *purging).await?,
        };
        for inbox in inboxes.iter().filter(|inbox| inbox.exists()) {
            let deliveries = Reader::open(inbox)?.naming(&named)?;
            receipt.inboxes.push(InboxPart { file: inbox.clone(), deliveries });
        }
        if let Some(ids) = &ids {
            if let Some(texts) = &texts {
                receipt.resume_texts = texts.count(ids)?;
            }
            receipt.downloads = Downloads::of(&self.downloads, ids)?;
        }
        // Where rows are overwritten, what they were may stand in free pages, which nobody can count.
        let is_for_nothing = if self.anonymized { receipt.candidates == 0 } else { receipt.is_empty() };
        if self.dry_run || is_for_nothing {
            receipt.note =
                Some(if self.dry_run { "nothing was taken out" } else { "there is nothing to take out" });
            self.tell(settings, &receipt, file)?;
            return Ok(ExitCode::SUCCESS);
        }
        self.confirm(&receipt)?;
        // Held, so that a receiver cannot bring in what is being erased, and before anything is changed.
        let mut open = Vec::new();
        for part in receipt.inboxes.iter().filter(|part| part.deliveries > 0) {
            open.push(Inbox::open(&part.file, InboxOptions::default())?);
        }
        purging.carry_out().await?;
        if let Some(texts) = &texts {
            texts.erase(ids.as_deref().unwrap_or_default())?;
            // Whoever was taken out otherwise.
            texts.sweep()?;
        }
        for inbox in open {
            let erased = inbox.erase(named.clone()).await;
            inbox.close().await;
            erased?;
        }
        receipt.downloads.iter().try_for_each(Downloads::remove)?;
        if let Some(person) = &person {
            let contacts = person.lock().unwrap_or_else(PoisonError::into_inner).own_contacts();
            let mut files = purging.files();
            files.extend(receipt.inboxes.iter().map(|part| part.file.clone()));
            files.extend(texts.map(|texts| texts.path().to_owned()).filter(|path| path.exists()));
            let mut found = Found::look(&files, &contacts)?;
            if let Some(held) = purging.holding(&contacts).await? {
                found.add(place.address(), held);
            }
            receipt.found = Some(found);
        }
        drop(purging);
        modelling::follow(settings)?;
        receipt.purged_at = Some(jiff::Timestamp::now().strftime("%FT%TZ").to_string());
        self.tell(settings, &receipt, file)?;
        Ok(ExitCode::SUCCESS)
    }

    fn kind(&self) -> &'static str {
        match (&self.candidate, self.everything) {
            (Some(_), _) => "candidate",
            (None, true) => "streams",
            (None, false) if self.anonymized => "anonymized",
            (None, false) => "gone",
        }
    }

    fn what(
        &self,
        known: &[Arc<StreamDescriptor>],
        person: Option<&Arc<Mutex<Person>>>,
    ) -> Result<Purge, Failure> {
        if let Some(person) = person {
            let chooser = Box::new(Chooser(Arc::clone(person)));
            return Ok(if self.anonymized { Purge::Earlier(chooser) } else { Purge::Chosen(chooser) });
        }
        let is_known = |name: &String| known.iter().any(|stream| stream.name == *name);
        if let Some(unknown) = self.streams.iter().find(|name| !is_known(name)) {
            return Err(Failure::new(USAGE, format!("there is no stream named `{unknown}`"))
                .with_hint("`ashby streams` lists them all"));
        }
        let streams: BTreeSet<String> = self.streams.iter().cloned().collect();
        if self.everything {
            return Ok(Purge::Streams(streams));
        }
        let before = match &self.older_than {
            None => None,
            Some(text) => Some(ago(text).ok_or_else(|| {
                Failure::new(USAGE, "--older-than must be a duration such as 30d, 720h or P30D")
            })?),
        };
        Ok(Purge::Gone { before, streams: Some(streams).filter(|streams| !streams.is_empty()) })
    }

    /// Asks, unless --yes answers.
    fn confirm(&self, receipt: &Receipt) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            let what = match self.anonymized {
                true => format!("earlier data of {}", counted(receipt.candidates, "candidate")),
                false => counted(records(&receipt.removal), "record"),
            };
            let message =
                format!("{what} would be taken out for good: it needs --yes; nothing was taken out");
            return Err(Failure::new(USAGE, message).with_hint("--dry-run says what would go"));
        }
        said::question(&format!("{receipt}This cannot be undone. Go on? [y/N] "));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()) {
            return Ok(());
        }
        Err(Failure::new(FAILED, "not confirmed; nothing was taken out"))
    }

    fn tell(&self, settings: &Settings, receipt: &Receipt, file: Option<ReceiptFile>) -> Result<(), Failure> {
        let printed = match settings.json() {
            true => output::print_json(receipt),
            false => output::print(&receipt.to_string()),
        };
        // Whatever became of the one, the other is written.
        if let Some(file) = file {
            file.write(receipt)?;
        }
        printed?;
        if self.candidate.is_some() && receipt.purged_at.is_some() {
            explain(
                "what Ashby still has of them comes again with the next full listing: delete or anonymize them there \
                 first (`ashby call candidate.anonymize`)\n",
            );
        }
        Ok(())
    }
}

/// What goes is called so, where it is somebody's.
async fn going(purging: &mut dyn Purging) -> Result<Vec<String>, Failure> {
    let mut named = Vec::new();
    for stream in person::NAMED {
        named.extend(purging.going(stream).await?.iter().map(|key| key.as_str().to_owned()));
    }
    Ok(named)
}

/// Those who are anonymised in Ashby, as the destination shows them.
async fn anonymous(
    place: &dyn Place,
    streams: &[Arc<StreamDescriptor>],
) -> Result<Arc<Mutex<Person>>, Failure> {
    let state = place.peek()?;
    if let Some(policy) = state.streams.get("candidates").and_then(|saved| saved.policy.as_ref()) {
        let name = if policy.name.is_empty() { "a selection of fields" } else { &*policy.name };
        let message =
            format!("{name} leaves out what tells anonymised candidates from others; nothing was taken out");
        return Err(Failure::new(USAGE, message).with_hint("--candidate ID takes out what is held of one"));
    }
    let found = Arc::new(Mutex::new(Anonymous::default()));
    let look = Purge::Chosen(Box::new(Looking(Arc::clone(&found))));
    // Nothing is chosen, and so nothing is taken out; given up before it is taken for that.
    place.purge(look, streams)?.removal().await?;
    let ids = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner)).ids();
    Ok(Arc::new(Mutex::new(Person::all(ids))))
}

/// All streams that there are.
fn descriptors() -> Vec<Arc<StreamDescriptor>> {
    let streams = ashby_source::streams().into_iter().map(|stream| stream.descriptor);
    streams.chain([ashby_source::public_postings()]).map(Arc::new).collect()
}

fn person_of(settings: &Settings, id: &str) -> Result<Arc<Mutex<Person>>, Failure> {
    if catalog::check_value("", &Type::Uuid, &id.into()).is_err() {
        return Err(Failure::new(USAGE, "--candidate must be a UUID")
            .with_hint("`ashby call candidate.search` finds candidates"));
    }
    // Where keys are hashed, they are called otherwise.
    let here = crate::veil::of(settings, None)?.plan("candidates").key(&id.to_ascii_lowercase().into());
    Ok(Arc::new(Mutex::new(Person::new(id).or_called(here.as_str()))))
}

/// When it was, so long ago.
fn ago(text: &str) -> Option<jiff::Timestamp> {
    let text = text.trim();
    // Days are no units of time to those who count seconds; here they are 24 hours.
    let days = text.strip_suffix('d').or_else(|| text.strip_prefix('P')?.strip_suffix('D'));
    let span = match days.and_then(|days| days.trim().parse::<u32>().ok()) {
        Some(days) => std::time::Duration::from_secs(u64::from(days) * 24 * 60 * 60),
        None => duration(text)?,
    };
    jiff::Timestamp::now().checked_sub(jiff::SignedDuration::try_from(span).ok()?).ok()
}

/// What goes of all streams.
fn records(removal: &Removal) -> u64 {
    removal.streams.values().map(capture_core::Removed::records).sum()
}
