//! The tables that say what the others are: made once, and refused if they are somebody else's.

use std::collections::{BTreeMap, HashMap};

use capture_core::{Error, ErrorKind, Finding, State, StreamState};
use tokio_postgres::types::Type;

use crate::address::Address;
use crate::columns::Attribute;
use crate::link::{Link, Result};
use crate::names::{literal, quoted};

/// Version of the layout.
pub(crate) const VERSION: i32 = 1;

/// The tables that are no stream's.
pub(crate) const OURS: [&str; 5] =
    ["_ashby_run", "_ashby_state", "_ashby_streams", "_ashby_columns", "_ashby_seen"];

/// What rows of `_ashby_run` say of the run that has the place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Run {
    /// Grows with each run that writes.
    pub(crate) epoch: i64,
    /// Tells runs apart that believe to have the same number.
    pub(crate) token: i64,
    /// How many transactions it has committed.
    pub(crate) commits: i64,
    /// Who that is, for people.
    pub(crate) holder: String,
}

/// The names of our tables, ready for SQL.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    schema: String,
    schema_text: String,
    pub(crate) run: String,
    pub(crate) state: String,
    pub(crate) streams: String,
    pub(crate) columns: String,
    pub(crate) seen: String,
}

/// A stream's table, as it was noted.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    pub(crate) id: i32,
    pub(crate) table: String,
    /// Members and the names of their columns.
    pub(crate) columns: Vec<(String, String)>,
}

/// What a schema holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Every table, view and so on, with its columns.
    pub(crate) relations: HashMap<String, HashMap<String, Attribute>>,
    /// By stream.
    pub(crate) noted: BTreeMap<String, Noted>,
}

impl Layout {
    pub(crate) fn new(address: &Address) -> Self {
        let schema = quoted(&address.schema);
        let name = |table: &str| format!("{schema}.{table}");
        Self {
            run: name("_ashby_run"),
            state: name("_ashby_state"),
            streams: name("_ashby_streams"),
            columns: name("_ashby_columns"),
            seen: name("_ashby_seen"),
            schema_text: literal(&address.schema),
            schema,
        }
    }

    /// A table of the schema, ready for SQL.
    pub(crate) fn table(&self, name: &str) -> String {
        format!("{}.{}", self.schema, quoted(name))
    }

    pub(crate) async fn schema_exists(&self, link: &Link) -> Result<bool> {
        let sql = format!("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = {}", self.schema_text);
        Ok(link.row(&sql, &[]).await?.is_some())
    }

    /// The right that the role would need and has not.
    pub(crate) async fn lacking_right(&self, link: &Link, address: &Address) -> Result<Option<Finding>> {
        let (schema, user) = (&self.schema, quoted(&address.user));
        let (right, what, remedy) = match self.schema_exists(link).await? {
            true => (
                format!(
                    "has_schema_privilege({}, 'CREATE') AND has_schema_privilege({}, 'USAGE')",
                    self.schema_text, self.schema_text
                ),
                format!("may make no tables in the schema {schema}"),
                format!("ALTER SCHEMA {schema} OWNER TO {user}"),
            ),
            false => (
                "has_database_privilege(current_database(), 'CREATE')".to_owned(),
                format!("may not make the schema {schema}, and there is none"),
                format!("CREATE SCHEMA {schema} AUTHORIZATION {user}"),
            ),
        };
        let row = link.row(&format!("SELECT {right}"), &[]).await?;
        let has_right: bool = row.map_or(Ok(false), |row| row.try_get(0))?;
        Ok((!has_right).then(|| {
            Finding::warning(format!("the role {user} {what}"), format!("somebody who may: {remedy}"))
        }))
    }

    /// Which run has the place, inside a transaction; `None` if it was never one of ours.
    ///
    /// # Errors
    /// [`ErrorKind::State`] for a layout that a newer version made.
    pub(crate) async fn run(&self, link: &Link, address: &Address) -> Result<Option<Run>> {
        let exists = format!(
            "SELECT 1 FROM pg_catalog.pg_class WHERE relname = '_ashby_run' AND relnamespace =
                (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = {})",
            self.schema_text
        );
        if link.row(&exists, &[]).await?.is_none() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT layout, epoch, token, commits, host, process, started_at::pg_catalog.text FROM {}",
            self.run
        );
        let Some(row) = link.row(&sql, &[]).await? else {
            let message = format!("the table _ashby_run of {} is empty", address.place());
            return Err(Error::new(ErrorKind::State, message)
                .with_hint("restore it from a copy, or choose another schema")
                .into());
        };
        let version: i32 = row.try_get(0)?;
        if version > VERSION {
            let message =
                format!("{} has layout version {version}; this program knows {VERSION}", address.place());
            return Err(Error::new(ErrorKind::State, message)
                .with_hint("use the newer program that made it")
                .into());
        }
        let (host, process, started): (String, i64, String) =
            (row.try_get(4)?, row.try_get(5)?, row.try_get(6)?);
        Ok(Some(Run {
            epoch: row.try_get(1)?,
            token: row.try_get(2)?,
            commits: row.try_get(3)?,
            holder: format!("process {process} on {host}, since {started}"),
        }))
    }

    /// Makes the schema, if there is none, and our tables in it; the first run is `token`'s.
    pub(crate) async fn make(&self, link: &Link, token: i64) -> Result<()> {
        // It asks for the right to make schemas even if there is one.
        if !self.schema_exists(link).await? {
            link.run(&format!("CREATE SCHEMA {}", self.schema)).await?;
        }
        let (host, process) = (literal(&capture_core::system::host_name()), std::process::id());
        let sql = format!(
            "CREATE TABLE {run} (
                single boolean PRIMARY KEY DEFAULT true CHECK (single),
                layout integer NOT NULL,
                epoch bigint NOT NULL,
                token bigint NOT NULL,
                commits bigint NOT NULL,
                host text NOT NULL,
                process bigint NOT NULL,
                started_at timestamptz NOT NULL,
                committed_at timestamptz NOT NULL
            );
            COMMENT ON TABLE {run} IS 'Which run writes here. Made by ashby, as all tables whose names begin with _ashby; do not write to them';
            INSERT INTO {run} VALUES (true, {VERSION}, 1, {token}, 0, {host}, {process}, now(), now());
            CREATE TABLE {state} (
                stream text COLLATE \"C\" PRIMARY KEY, committed_at timestamptz NOT NULL, state json NOT NULL
            );
            CREATE TABLE {streams} (
                id integer PRIMARY KEY, stream text COLLATE \"C\" NOT NULL UNIQUE, table_name text COLLATE \"C\" NOT NULL UNIQUE
            );
            CREATE TABLE {columns} (
                stream integer NOT NULL, member text COLLATE \"C\" NOT NULL, column_name text COLLATE \"C\" NOT NULL,
                PRIMARY KEY (stream, member)
            );
            CREATE TABLE {seen} (
                stream integer NOT NULL, key text COLLATE \"C\" NOT NULL, stamp bigint NOT NULL, PRIMARY KEY (stream, key)
            ) WITH (fillfactor = 80);
            COMMENT ON TABLE {seen} IS 'When rows were last seen that have not changed since';",
            run = self.run,
            state = self.state,
            streams = self.streams,
            columns = self.columns,
            seen = self.seen,
        );
        link.run(&sql).await
    }

    /// The statement with which another run takes over.
    pub(crate) fn take(&self, found: i64, token: i64) -> String {
        let (host, process) = (literal(&capture_core::system::host_name()), std::process::id());
        // Whose answer was lost may say it again.
        format!(
            "UPDATE {run} SET epoch = {next}, token = {token}, commits = commits + 1, host = {host}, process = {process},
                layout = {VERSION}, started_at = now(), committed_at = now()
             WHERE epoch = {found} OR (epoch = {next} AND token = {token})",
            run = self.run,
            next = found + 1,
        )
    }

    /// The statement with which each transaction of a run begins: it changes no row if another run has taken over, and
    /// keeps every other from doing so meanwhile.
    pub(crate) fn fence(&self, run: &Run) -> String {
        format!(
            "UPDATE {} SET commits = commits + 1, committed_at = now() WHERE epoch = {} AND token = {}",
            self.run, run.epoch, run.token
        )
    }

    /// The saved state, and streams of which a table is missing that there was: somebody has dropped it.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if it does not parse. Never says what is there.
    pub(crate) async fn state(&self, link: &Link, address: &Address) -> Result<State> {
        let sql = format!("SELECT stream, state::pg_catalog.text FROM {}", self.state);
        let mut streams = BTreeMap::new();
        for row in link.rows(&sql, &[]).await? {
            let stream: String = row.try_get(0)?;
            let saved: StreamState = serde_json::from_str(row.try_get(1)?).map_err(|_| {
                let message = format!("the state of {stream} in {} cannot be read", address.place());
                Error::new(ErrorKind::State, message)
                    .with_hint("restore the table _ashby_state from a copy, or choose another schema; it was left untouched")
            })?;
            streams.insert(stream, saved);
        }
        Ok(State::new(streams))
    }

    /// Streams whose table somebody has dropped.
    pub(crate) async fn lost(&self, link: &Link) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT s.stream FROM {} s WHERE NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = {} AND c.relname = s.table_name)",
            self.streams, self.schema_text
        );
        link.rows(&sql, &[]).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    pub(crate) async fn save(&self, link: &Link, stream: &str, state: Option<&StreamState>) -> Result<()> {
        let Some(state) = state else {
            let sql = format!("DELETE FROM {} WHERE stream = $1", self.state);
            link.change(&sql, &[(&stream, Type::TEXT)]).await?;
            return Ok(());
        };
        let json = serde_json::to_string(state).unwrap_or_default();
        let committed_at = state.committed_at.to_string();
        let sql = format!(
            "INSERT INTO {} AS s (stream, committed_at, state) VALUES ($1, $2::text::timestamptz, $3::text::json)
             ON CONFLICT (stream) DO UPDATE SET committed_at = excluded.committed_at, state = excluded.state",
            self.state
        );
        link.change(&sql, &[(&stream, Type::TEXT), (&committed_at, Type::TEXT), (&json, Type::TEXT)]).await?;
        Ok(())
    }

    /// Lets every row of a stream count as not seen.
    pub(crate) async fn unsee(&self, link: &Link, stream: &str) -> Result<()> {
        let sql = format!(
            "SELECT s.id, s.table_name FROM {} s WHERE s.stream = $1 AND EXISTS (
                SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = {} AND c.relname = s.table_name)",
            self.streams, self.schema_text
        );
        let Some(found) = link.row(&sql, &[(&stream, Type::TEXT)]).await? else { return Ok(()) };
        let (id, table): (i32, String) = (found.try_get(0)?, found.try_get(1)?);
        link.run(&format!(
            "INSERT INTO {} AS s (stream, key, stamp) SELECT {id}, _key, 0 FROM {} WHERE _deleted_at IS NULL
             ON CONFLICT (stream, key) DO UPDATE SET stamp = 0 WHERE s.stamp <> 0",
            self.seen,
            self.table(&table)
        ))
        .await
    }

    /// Every table, view and so on, with its columns.
    pub(crate) async fn relations(&self, link: &Link) -> Result<HashMap<String, HashMap<String, Attribute>>> {
        let mut relations: HashMap<String, HashMap<String, Attribute>> = HashMap::new();
        let sql = format!(
            "SELECT c.relname::text, a.attname::text, a.atttypid, a.atttypmod
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE n.nspname = {} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
            self.schema_text
        );
        for row in link.rows(&sql, &[]).await? {
            let columns = relations.entry(row.try_get(0)?).or_default();
            if let Some(name) = row.try_get::<_, Option<String>>(1)? {
                columns.insert(name, Attribute { type_oid: row.try_get(2)?, modifier: row.try_get(3)? });
            }
        }
        Ok(relations)
    }

    /// What there is in the schema.
    pub(crate) async fn contents(&self, link: &Link) -> Result<Contents> {
        let mut contents = Contents { relations: self.relations(link).await?, ..Contents::default() };
        let sql = format!("SELECT stream, id, table_name FROM {}", self.streams);
        let mut names = HashMap::new();
        for row in link.rows(&sql, &[]).await? {
            let (stream, id): (String, i32) = (row.try_get(0)?, row.try_get(1)?);
            names.insert(id, stream.clone());
            contents.noted.insert(stream, Noted { id, table: row.try_get(2)?, columns: Vec::new() });
        }
        let sql = format!("SELECT stream, member, column_name FROM {}", self.columns);
        for row in link.rows(&sql, &[]).await? {
            let noted = names.get(&row.try_get(0)?).and_then(|stream| contents.noted.get_mut(stream));
            if let Some(noted) = noted {
                noted.columns.push((row.try_get(1)?, row.try_get(2)?));
            }
        }
        Ok(contents)
    }
}
