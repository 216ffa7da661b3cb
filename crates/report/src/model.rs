//! The model, read: its moment, what it covers, and which jobs are asked about.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, OpenFlags, Params, Row};

use crate::error::Error;
use crate::period::Window;
use crate::{Confidential, Options};

/// How long the model may be in somebody else's hands.
const PATIENCE: Duration = Duration::from_secs(5);

/// What confidential jobs are called.
const CONFIDENTIAL: &str = "Confidential job";

/// One moment of a model, seen as the options say.
pub(crate) struct Model {
    connection: Connection,
    pub(crate) window: Window,
    /// Whether some jobs are left out.
    pub(crate) is_scoped: bool,
    titles: HashMap<String, String>,
    info: HashMap<String, String>,
    pub(crate) jobs: Vec<Named>,
    pub(crate) departments: Vec<Named>,
    /// Whether there are confidential jobs.
    pub(crate) has_confidential: bool,
}

/// Something that a filter can name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Model {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        if !path.metadata().is_ok_and(|found| found.is_file() && found.len() > 0) {
            return Err(Error::NoModel(path.to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        let not_a_model = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::Unknown) => {
                Error::NotAModel(path.to_owned())
            }
            _ => Error::Sqlite(error),
        };
        // All that follows is of one moment, whoever builds meanwhile.
        connection.execute_batch("PRAGMA temp_store = MEMORY; BEGIN").map_err(not_a_model)?;
        let info: HashMap<String, String> = {
            let mut select =
                connection.prepare("SELECT key, CAST(value AS TEXT) FROM model_info").map_err(not_a_model)?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)))?;
            let rows: Vec<(String, Option<String>)> = rows.collect::<rusqlite::Result<_>>()?;
            rows.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
        };
        let zone = match info.get("timezone").map(String::as_str) {
            None | Some("" | "UTC") => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| Error::TimeZone(name.to_owned()))?,
        };
        let instant = |name: &str| info.get(name).and_then(|text| text.parse::<Timestamp>().ok());
        let as_of = instant("as_of").or_else(|| instant("built_at")).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut model = Self {
            connection,
            window: Window::new(options.period, as_of, zone),
            is_scoped: false,
            titles: HashMap::new(),
            info,
            jobs: Vec::new(),
            departments: Vec::new(),
            has_confidential: false,
        };
        model.read_jobs(options.confidential)?;
        model.restrict(options)?;
        Ok(model)
    }

    fn read_jobs(&mut self, confidential: Confidential) -> Result<(), Error> {
        let sql = "SELECT job_id, title, coalesce(is_confidential, 0) FROM jobs ORDER BY title, job_id";
        let rows: Vec<(String, Option<String>, bool)> =
            self.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        self.has_confidential = rows.iter().any(|(_, _, is_confidential)| *is_confidential);
        for (id, title, is_confidential) in rows {
            if is_confidential && confidential == Confidential::Exclude {
                continue;
            }
            let title = match title.filter(|title| !title.trim().is_empty()) {
                _ if is_confidential && confidential == Confidential::Mask => CONFIDENTIAL.to_owned(),
                Some(title) => outside_text::line(&title).into_owned(),
                None => "Job without a title".to_owned(),
            };
            self.jobs.push(Named { id: id.clone(), name: title.clone() });
            self.titles.insert(id, title);
        }
        let sql = "SELECT department_id, coalesce(path, name, '') FROM departments \
                   WHERE coalesce(is_archived, 0) = 0 ORDER BY 2, 1";
        self.departments = self.rows(sql, [], |row| {
            let name: String = row.get(1)?;
            Ok(Named { id: row.get(0)?, name: outside_text::line(&name).into_owned() })
        })?;
        Ok(())
    }

    /// Puts the jobs that are asked about into a table, if those are not all.
    fn restrict(&mut self, options: &Options) -> Result<(), Error> {
        let excludes = options.confidential == Confidential::Exclude && self.has_confidential;
        if options.jobs.is_empty() && options.departments.is_empty() && !excludes {
            return Ok(());
        }
        for job in &options.jobs {
            let is_there: bool =
                self.one("SELECT EXISTS (SELECT 1 FROM jobs WHERE job_id = ?1)", [job])?.unwrap_or(false);
            if !is_there {
                return Err(Error::UnknownJob(outside_text::line(job).chars().take(80).collect()));
            }
        }
        self.connection.execute_batch(
            "CREATE TEMP TABLE asked_department (department_id TEXT PRIMARY KEY);
             CREATE TEMP TABLE asked_job (job_id TEXT PRIMARY KEY);
             CREATE TEMP TABLE scope (job_id TEXT PRIMARY KEY) WITHOUT ROWID;",
        )?;
        for department in &options.departments {
            // With those below it.
            let found = self.connection.execute(
                "INSERT OR IGNORE INTO temp.asked_department
                 WITH RECURSIVE below (department_id) AS (
                     SELECT department_id FROM departments WHERE department_id = ?1
                     UNION SELECT inner_one.department_id FROM departments AS inner_one
                     JOIN below ON inner_one.parent_department_id = below.department_id)
                 SELECT department_id FROM below",
                [department],
            )?;
            let is_there = found > 0
                || self
                    .one("SELECT EXISTS (SELECT 1 FROM departments WHERE department_id = ?1)", [department])?
                    .unwrap_or(false);
            if !is_there {
                let department = outside_text::line(department).chars().take(80).collect();
                return Err(Error::UnknownDepartment(department));
            }
        }
        for job in &options.jobs {
            self.connection.execute("INSERT OR IGNORE INTO temp.asked_job VALUES (?1)", [job])?;
        }
        self.connection.execute(
            "INSERT INTO temp.scope SELECT job_id FROM jobs
             WHERE (?1 = 0 OR job_id IN (SELECT job_id FROM temp.asked_job))
               AND (?2 = 0 OR department_id IN (SELECT department_id FROM temp.asked_department))
               AND (?3 = 0 OR coalesce(is_confidential, 0) = 0)",
            [!options.jobs.is_empty(), !options.departments.is_empty(), excludes],
        )?;
        self.is_scoped = true;
        Ok(())
    }

    /// What restricts a column of jobs to those that are asked about, as ` AND …`.
    pub(crate) fn scope(&self, column: &str) -> String {
        if self.is_scoped {
            format!(" AND {column} IN (SELECT job_id FROM temp.scope)")
        } else {
            String::new()
        }
    }

    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        each: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let mut select = self.connection.prepare(sql)?;
        Ok(select.query_map(parameters, each)?.collect::<rusqlite::Result<_>>()?)
    }

    /// The first column of the first row.
    pub(crate) fn one<T: FromSql>(&self, sql: &str, parameters: impl Params) -> Result<Option<T>, Error> {
        Ok(self.rows(sql, parameters, |row| row.get(0))?.into_iter().next())
    }

    /// A number of rows.
    pub(crate) fn count(&self, sql: &str) -> Result<u64, Error> {
        Ok(self.rows(sql, [], |row| whole(row, 0))?.into_iter().next().unwrap_or(0))
    }

    pub(crate) fn info(&self, key: &str) -> Option<&str> {
        self.info.get(key).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Whether a stream was never captured.
    pub(crate) fn lacks(&self, stream: &str) -> bool {
        let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        self.info("missing_streams")
            .is_some_and(|streams| streams.split(|letter| !is_part(letter)).any(|name| name == stream))
    }

    /// A job, as it may be called.
    pub(crate) fn job(&self, id: &str) -> &str {
        self.titles.get(id).map_or("Job that is gone", String::as_str)
    }

    /// Applications that there are, and those whose history is known.
    pub(crate) fn coverage(&self) -> Result<(u64, u64), Error> {
        let sql = format!(
            "SELECT count(*), coalesce(sum(has_history), 0) FROM applications WHERE 1{}",
            self.scope("job_id")
        );
        let counts = self.rows(&sql, [], |row| Ok((whole(row, 0)?, whole(row, 1)?)))?;
        Ok(counts.into_iter().next().unwrap_or_default())
    }
}

/// Text from outside, as a line; what is empty is nothing.
pub(crate) fn line(text: Option<String>) -> Option<String> {
    text.map(|text| outside_text::line(&text).into_owned()).filter(|text| !text.trim().is_empty())
}

/// A number that counts, if it is there.
pub(crate) fn known(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<u64>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Integer(number) => Some(u64::try_from(number).unwrap_or(0)),
        ValueRef::Real(number) => Some(number.round().max(0.0) as u64),
        _ => None,
    })
}

/// The same; nothing counts as none.
pub(crate) fn whole(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    Ok(known(row, index)?.unwrap_or(0))
}
