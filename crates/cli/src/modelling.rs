//! The analyst's model as the settings want it, and kept up beside a sync.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use capture_core::{Event, Observer};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use models::{CATEGORIES, Mode, Options};

use crate::failure::{Failure, USAGE};
use crate::local;
use crate::output::{counted, duration, explain};
use crate::settings::Settings;

/// What the settings say of the model.
pub(crate) fn options(settings: &Settings) -> Result<Options, Failure> {
    let mut options = Options::default();
    options.locking = settings.locking();
    let zone = settings.timezone();
    options.zone = TimeZone::get(zone).map_err(|_| {
        Failure::new(USAGE, format!("{}: timezone names no time zone", settings.said_by("timezone")))
            .with_hint("write an IANA name, such as Europe/Berlin")
    })?;
    options.zone_name = zone.to_owned();
    for text in settings.holidays() {
        let date: Date = text.parse().map_err(|_| {
            Failure::new(USAGE, format!("{}: holidays must be dates", settings.said_by("holidays")))
                .with_hint("write them as 2026-12-25")
        })?;
        options.holidays.insert(date);
    }
    for (title, category) in settings.source_categories() {
        if !CATEGORIES.contains(&category.as_str()) {
            let place = settings.said_by("source_categories");
            return Err(Failure::new(
                USAGE,
                format!("{place}: source_categories has a category that there is not"),
            )
            .with_hint(format!("they are {}", CATEGORIES.join(", "))));
        }
        options.source_categories.insert(title.clone(), category.clone());
    }
    if !settings.recruiter_roles().is_empty() {
        options.recruiter_roles = settings.recruiter_roles().to_vec();
    }
    if !settings.hiring_manager_roles().is_empty() {
        options.hiring_manager_roles = settings.hiring_manager_roles().to_vec();
    }
    Ok(options)
}

/// Lets a model that there is follow the records, which lost something for good.
///
/// # Errors
/// If it cannot: what was taken out would still be in it.
pub(crate) fn follow(settings: &Settings) -> Result<(), Failure> {
    #[cfg(feature = "postgres")]
    if let Some(exists) = models_postgres::exists(settings.to()) {
        if exists? {
            models_postgres::build(settings.to(), &options(settings)?).transpose()?;
        }
        return Ok(());
    }
    let Ok(copy) = local::copy(settings) else { return Ok(()) };
    let model = models::path_of(copy.path());
    if !model.exists() || !copy.exists() {
        return Ok(());
    }
    let mut options = options(settings)?;
    // A file of its own takes the old one's place: nothing of what was taken out stays in free pages.
    options.full = true;
    models::build(copy.path(), &model, &options)?;
    Ok(())
}

/// Keeps the model up beside a run. It never fails the run, and never holds what the run needs.
#[derive(Clone)]
pub(crate) struct Modelling {
    place: Place,
    options: Options,
    is_watch: bool,
    is_verbose: bool,
    standing: Arc<Mutex<Standing>>,
}

/// Where the records are, and the model beside them.
#[derive(Clone)]
enum Place {
    File(PathBuf),
    /// The address. Building is whole there, so that only a model is kept up that somebody has built.
    #[cfg(feature = "postgres")]
    Postgres(String),
}

/// What one build cost, all of them may, of the time that a watch is up: whole ones take long.
const SHARE: u32 = 10;

#[derive(Default)]
struct Standing {
    /// Streams of which a poll is under way.
    polling: BTreeSet<String>,
    /// Records changed since the last build began.
    is_due: bool,
    is_building: bool,
    /// Before it, no whole build begins.
    not_before: Option<Instant>,
}

impl Modelling {
    /// Of the copy that the settings name; `None` where there is none to be kept, or none is wanted.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, Failure> {
        if !settings.keeps_model() {
            return Ok(None);
        }
        let options = options(settings)?;
        let Some(place) = Place::of(settings) else { return Ok(None) };
        let (is_watch, is_verbose) = (settings.interval().is_some(), settings.verbose());
        let standing = Standing { is_due: place.is_behind(), ..Standing::default() };
        let standing = Arc::new(Mutex::new(standing));
        Ok(Some(Self { place, options, is_watch, is_verbose, standing }))
    }

    fn standing(&self) -> std::sync::MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn build(&self) {
        self.standing().is_due = false;
        let begun = Instant::now();
        match self.place.build(&self.options) {
            Ok(None) => {}
            Ok(Some(report)) => {
                if report.mode == Mode::Full {
                    self.standing().not_before = Some(Instant::now() + begun.elapsed() * SHARE);
                }
                let rows: u64 = report.tables.values().map(|table| table.written).sum();
                tracing::info!(
                    rows,
                    seconds = report.seconds,
                    full = report.mode == Mode::Full,
                    "the model is up to date"
                );
                if self.is_verbose && !self.is_watch {
                    explain(&format!(
                        "model: {} written in {}\n",
                        counted(rows, "row"),
                        duration(report.seconds)
                    ));
                }
            }
            Err(Trouble { is_busy: true, .. }) => {
                tracing::info!("the model is being built by somebody else");
            }
            Err(Trouble { what, .. }) => tracing::warn!("the model was not brought up to date: {what}"),
        }
    }

    /// Builds at the end of a run, if something changed or there is no model yet. Who interrupts waits for no build, which
    /// the next run finds due.
    pub(crate) async fn end(self, is_interrupted: bool) {
        if is_interrupted {
            return;
        }
        let is_missing = self.place.is_missing();
        if self.standing().is_due || is_missing {
            let _ = tokio::task::spawn_blocking(move || self.build()).await;
        }
    }

    /// After a round of a watch: when no stream is being polled.
    fn after_round(&self) {
        let mut standing = self.standing();
        if !(self.is_watch && standing.is_due && standing.polling.is_empty()) || standing.is_building {
            return;
        }
        if standing.not_before.is_some_and(|at| Instant::now() < at) {
            return;
        }
        standing.is_building = true;
        drop(standing);
        let own = self.clone();
        tokio::task::spawn_blocking(move || {
            own.build();
            own.standing().is_building = false;
        });
    }
}

/// Why there was no build.
struct Trouble {
    is_busy: bool,
    what: String,
}

impl Trouble {
    fn of(error: &dyn std::fmt::Display, hint: Option<&str>, kind: Option<capture_core::ErrorKind>) -> Self {
        let is_busy = kind == Some(capture_core::ErrorKind::Busy);
        Self { is_busy, what: format!("{error}; {}", hint.unwrap_or_default()) }
    }
}

impl From<models::Error> for Trouble {
    fn from(error: models::Error) -> Self {
        let kind = if let models::Error::Records(error) = &error { Some(error.kind()) } else { None };
        Self::of(&error, error.hint(), kind)
    }
}

#[cfg(feature = "postgres")]
impl From<models_postgres::Error> for Trouble {
    fn from(error: models_postgres::Error) -> Self {
        let kind = if let models_postgres::Error::Server(error) = &error { Some(error.kind()) } else { None };
        Self::of(&error, error.hint(), kind)
    }
}

impl Place {
    fn of(settings: &Settings) -> Option<Self> {
        #[cfg(feature = "postgres")]
        if models_postgres::is_address(settings.to()) {
            return Some(Self::Postgres(settings.to().to_owned()));
        }
        Some(Self::File(local::copy(settings).ok()?.path().to_owned()))
    }

    /// `None` where there are no records, or nobody wants a model.
    fn build(&self, options: &Options) -> Result<Option<models::BuildReport>, Trouble> {
        match self {
            Self::File(records) if !records.exists() => Ok(None),
            Self::File(records) => Ok(Some(models::build(records, &models::path_of(records), options)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => match models_postgres::exists(address).transpose()? {
                Some(true) => Ok(models_postgres::build(address, options).transpose()?),
                _ => Ok(None),
            },
        }
    }

    /// Whether records have changed of which the model says nothing, as when a run was interrupted.
    fn is_behind(&self) -> bool {
        match self {
            Self::File(records) => records.exists() && matches!(models::current(records, &[]), Ok(None)),
            // Building tells, and does nothing if no row was written.
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }

    /// Whether there is none yet, where one is made unasked.
    fn is_missing(&self) -> bool {
        match self {
            Self::File(records) => !models::path_of(records).exists(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }
}

impl Observer for Modelling {
    fn observe(&self, event: &Event<'_>) {
        match event {
            Event::Started { stream } => {
                self.standing().polling.insert((*stream).to_owned());
            }
            Event::Committed { counts, .. } => {
                if counts.values().any(|counts| counts.new + counts.changed + counts.deleted > 0) {
                    self.standing().is_due = true;
                }
                self.after_round();
            }
            Event::UpToDate { stream } | Event::Failed { stream, ends_poll: true, .. } => {
                self.standing().polling.remove(*stream);
                self.after_round();
            }
            Event::Trouble { .. } => self.standing().polling.clear(),
            _ => {}
        }
    }
}
