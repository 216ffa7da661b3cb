//! The destination as a reader sees it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::step::{Alias, Kind, Loss};
use crate::stream::Stream;
use crate::world::Ever;

/// A record as the destination has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) live: bool,
    pub(crate) body: String,
}

/// What a destination holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holding {
    rows: BTreeMap<Stream, BTreeMap<String, Row>>,
    /// Lines that are no record of any version, or no line at all.
    pub(crate) strange: Vec<String>,
    /// Records that stand in two lines, one after the other, without a difference.
    pub(crate) repeated: Vec<String>,
}

impl Holding {
    pub(crate) fn of(&self, stream: Stream) -> impl Iterator<Item = (&String, &Row)> {
        self.rows.get(&stream).into_iter().flatten()
    }

    pub(crate) fn get(&self, stream: Stream, key: &str) -> Option<&Row> {
        self.rows.get(&stream)?.get(key)
    }

    pub(crate) fn put(&mut self, stream: Stream, key: String, row: Row) {
        self.rows.entry(stream).or_default().insert(key, row);
    }
}

/// A line of `--to stdout`.
#[derive(Deserialize)]
struct Line<'a> {
    stream: String,
    op: String,
    #[serde(borrow)]
    record: Option<&'a RawValue>,
    key: Option<Value>,
}

/// Where it is, and what a reader took out of it.
#[derive(Debug)]
pub(crate) struct Destination {
    kind: Kind,
    directory: PathBuf,
    /// Grows when another one takes its place.
    generation: u32,
    /// Content of files that a reader took away.
    taken: BTreeMap<Stream, String>,
    outputs: Vec<PathBuf>,
}

impl Destination {
    pub(crate) fn new(kind: Kind, directory: &Path) -> Self {
        Self {
            kind,
            directory: directory.to_owned(),
            generation: 0,
            taken: BTreeMap::new(),
            outputs: Vec::new(),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.join(match self.kind {
            Kind::Sqlite => format!("out{}.db", self.generation),
            // No file, but a name that no other history has.
            Kind::Postgres => format!("out{}.schema", self.generation),
            Kind::Parquet => format!("lake{}", self.generation),
            Kind::Jsonl => format!("out{}", self.generation),
            Kind::Stdout => format!("state{}.json", self.generation),
        })
    }

    fn arguments_for(&self, path: &Path) -> Vec<String> {
        let path = path.display();
        match self.kind {
            Kind::Sqlite => vec!["--to".to_owned(), format!("sqlite:{path}")],
            Kind::Postgres => vec!["--to".to_owned(), self.schema_address("127.0.0.1")],
            Kind::Parquet => vec!["--to".to_owned(), format!("parquet:{path}")],
            Kind::Jsonl => vec!["--to".to_owned(), format!("jsonl:{path}")],
            Kind::Stdout => ["--to", "stdout", "--state"]
                .map(str::to_owned)
                .into_iter()
                .chain([path.to_string()])
                .collect(),
        }
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        self.arguments_for(&self.path())
    }

    /// The same destination by another name.
    pub(crate) fn alias(&self, alias: Alias) -> Vec<String> {
        match alias {
            Alias::WithoutLock => {
                for directory in [self.directory.clone(), self.path(), self.path().join("_ashby")] {
                    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
                    entries
                        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".lock"))
                        .for_each(|entry| _ = fs::remove_file(entry.path()));
                }
                self.arguments()
            }
            Alias::Symlink if self.kind == Kind::Postgres => {
                vec!["--to".to_owned(), self.schema_address("localhost")]
            }
            Alias::Symlink => {
                let link = self.directory.join(match self.kind {
                    Kind::Sqlite | Kind::Postgres => "alias.db",
                    Kind::Jsonl | Kind::Parquet => "alias",
                    Kind::Stdout => "alias.json",
                });
                let _ = fs::remove_file(&link);
                let _ = symlink(self.path(), &link);
                self.arguments_for(&link)
            }
        }
    }

    /// From now on an empty one; `false` if there is no such thing.
    pub(crate) fn replace(&mut self) -> bool {
        if self.kind == Kind::Stdout {
            return false;
        }
        self.generation += 1;
        self.taken.clear();
        true
    }

    /// Where the next run's records go if it prints them.
    pub(crate) fn output(&mut self, number: usize) -> PathBuf {
        let path = self.directory.join(format!("{number}.stdout"));
        self.outputs.push(path.clone());
        path
    }

    /// Something happens to the file of a stream; `false` if there is none.
    pub(crate) fn lose(&mut self, loss: Loss, pick: u32) -> bool {
        if self.kind != Kind::Jsonl {
            return false;
        }
        let files: Vec<(Stream, PathBuf)> = Stream::all()
            .map(|stream| (stream, self.path().join(format!("{}.jsonl", stream.name()))))
            .filter(|(_, path)| fs::metadata(path).is_ok_and(|file| file.len() > 1))
            .collect();
        if files.is_empty() {
            return false;
        }
        let (stream, path) = &files[pick as usize % files.len()];
        let content = fs::read_to_string(path).unwrap_or_default();
        let done = match loss {
            Loss::Deleted => fs::remove_file(path),
            Loss::Rotated => {
                // What was torn before has no end: whoever took the file has no line of it.
                let end = content.rfind('\n').map_or(0, |end| end + 1);
                self.taken.entry(*stream).or_default().push_str(&content[..end]);
                fs::remove_file(path)
            }
            Loss::Torn => {
                let end = content.trim_end().len().saturating_sub(2);
                fs::File::options().write(true).open(path).and_then(|file| file.set_len(end as u64))
            }
            Loss::Shortened => {
                let lines = content.lines().count();
                let kept: String = content.lines().take(lines / 2).flat_map(|line| [line, "\n"]).collect();
                fs::File::create(path).and_then(|mut file| file.write_all(kept.as_bytes()))
            }
        };
        done.is_ok()
    }

    /// Names of files that others than their owner can read.
    pub(crate) fn open_to_others(&self) -> Vec<String> {
        let base = self.path();
        let inside = fs::read_dir(&base).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_open =
            |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
        let paths: Vec<PathBuf> = inside.chain([base]).filter(is_open).collect();
        paths.iter().map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect()
    }

    /// Whether a write-ahead log stands beside the database.
    pub(crate) fn has_log(&self) -> bool {
        let log = self.path().with_extension("db-wal");
        self.kind == Kind::Sqlite && fs::metadata(log).is_ok_and(|file| file.len() > 0)
    }

    /// Reads everything.
    pub(crate) fn read(&self, ever: &Ever) -> Result<Holding, String> {
        match self.kind {
            Kind::Sqlite => {
                self.read_database().map_err(|error| format!("the database cannot be read: {error}"))
            }
            Kind::Postgres => self.read_schema(ever),
            Kind::Parquet => self.read_lake(),
            Kind::Jsonl => Ok(self.read_files(ever)),
            Kind::Stdout => Ok(self.read_outputs()),
        }
    }

    fn read_database(&self) -> rusqlite::Result<Holding> {
        let mut holding = Holding::default();
        let path = self.path();
        if !path.exists() {
            return Ok(holding);
        }
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        for stream in Stream::all() {
            let name = stream.name();
            let exists = "SELECT count(*) FROM sqlite_master WHERE type = 'view' AND name = ?1";
            if connection.query_row(exists, [name], |row| row.get::<_, i64>(0))? == 0 {
                continue;
            }
            let mut rows =
                connection.prepare(&format!("SELECT _key, _record, _deleted_at IS NULL FROM {name}"))?;
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                let body = String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?).into_owned();
                holding.put(stream, row.get(0)?, Row { live: row.get(2)?, body });
            }
        }
        Ok(holding)
    }

    fn read_lake(&self) -> Result<Holding, String> {
        let mut holding = Holding::default();
        for stream in Stream::all() {
            for (key, kept) in crate::lake::rows(&self.path(), stream.name())? {
                holding.put(stream, key, Row { live: kept.live, body: kept.body });
            }
        }
        Ok(holding)
    }

    /// The schema of this destination: the history's directory has a name of its own.
    fn schema(&self) -> String {
        let history = self.directory.file_name().unwrap_or_default().to_string_lossy();
        format!("of{history}.{}", self.generation)
    }

    fn schema_address(&self, host: &str) -> String {
        let port = server().port();
        let schema = self.schema();
        format!(
            "postgres://{}@{host}:{port}/postgres?schema={schema}&sslmode=disable",
            private_postgres::SUPERUSER
        )
    }

    fn read_schema(&self, ever: &Ever) -> Result<Holding, String> {
        let mut holding = Holding::default();
        let schema = self.schema();
        let streams: Vec<&str> = Stream::all().map(Stream::name).collect();
        let tables = server().sql(
            "postgres",
            &format!("SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'"),
        );
        let queries: Vec<String> = tables
            .lines()
            .filter(|table| streams.contains(table))
            .map(|table| {
                format!(
                    "SELECT json_build_array('{table}', _key, _deleted_at IS NULL, coalesce(_original, _record::text))
                     FROM \"{schema}\".{table}"
                )
            })
            .collect();
        if queries.is_empty() {
            return Ok(holding);
        }
        // A run that makes columns meanwhile may be in the way.
        for line in server().try_sql("postgres", &queries.join(" UNION ALL "))?.lines() {
            let Ok((table, key, live, body)) = serde_json::from_str::<(String, String, bool, String)>(line)
            else {
                holding.strange.push(line.to_owned());
                continue;
            };
            let Some(stream) = Stream::named(&table) else { continue };
            let body = match ever.get(stream, &body) {
                Some(_) => body,
                None => ever.alike(stream, &body).map_or(body.clone(), str::to_owned),
            };
            holding.put(stream, key, Row { live, body });
        }
        Ok(holding)
    }

    fn read_files(&self, ever: &Ever) -> Holding {
        let mut holding = Holding::default();
        for stream in Stream::all() {
            let file = fs::read(self.path().join(format!("{}.jsonl", stream.name()))).unwrap_or_default();
            let taken = self.taken.get(&stream).map_or("", String::as_str);
            let text = taken.to_owned() + &String::from_utf8_lossy(&file);
            for line in whole_lines(&text) {
                let deleted = || {
                    let line: Value = serde_json::from_str(line).ok()?;
                    (line["_deleted"] == true).then(|| line["id"].as_str().map(str::to_owned)).flatten()
                };
                match (ever.get(stream, line), deleted()) {
                    (Some(known), _) => fold(&mut holding, stream, known.key.clone(), Some(line)),
                    (None, Some(key)) => fold(&mut holding, stream, key, None),
                    (None, None) => holding.strange.push(format!("{}: {line}", stream.name())),
                }
            }
        }
        holding
    }

    fn read_outputs(&self) -> Holding {
        let mut holding = Holding::default();
        for path in &self.outputs {
            let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
            for line in whole_lines(&text) {
                let parsed: Option<Line<'_>> = serde_json::from_str(line).ok();
                let Some((stream, line)) = parsed.and_then(|line| Some((Stream::named(&line.stream)?, line)))
                else {
                    // Streams that a history is not about have nothing.
                    holding.strange.push(line.to_owned());
                    continue;
                };
                let deleted = line.key.as_ref().and_then(|key| key["id"].as_str());
                match (line.op.as_str(), line.record, deleted) {
                    ("upsert", Some(record), _) => match id(record.get()) {
                        Some(key) => fold(&mut holding, stream, key, Some(record.get())),
                        None => holding.strange.push(record.get().to_owned()),
                    },
                    ("delete", _, Some(key)) => fold(&mut holding, stream, key.to_owned(), None),
                    _ => holding.strange.push(format!("{}: {}", line.stream, line.op)),
                }
            }
        }
        holding
    }
}

/// The id of a record of ours, half surrogates or not.
fn id(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        id: String,
    }
    let whole = body.replace(r"\ud83d", "").replace(r"\udc00", "");
    serde_json::from_str::<Id>(&whole).ok().map(|record| record.id)
}

/// The last line counts; a crash may have left its beginning only.
fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    let end = text.rfind('\n').map_or(0, |end| end + 1);
    text[..end].lines()
}

fn fold(holding: &mut Holding, stream: Stream, key: String, body: Option<&str>) {
    let old = holding.get(stream, &key);
    let row = match (body, old) {
        (Some(body), Some(old)) if old.live && old.body == body => {
            let again = format!("{}: {key}", stream.name());
            holding.repeated.push(again);
            return;
        }
        (Some(body), _) => Row { live: true, body: body.to_owned() },
        (None, old) => Row { live: false, body: old.map_or(String::new(), |old| old.body.clone()) },
    };
    holding.put(stream, key, row);
}

/// The server that all histories share.
fn server() -> &'static private_postgres::Cluster {
    private_postgres::shared().expect("histories of this kind are made where there is a server")
}
