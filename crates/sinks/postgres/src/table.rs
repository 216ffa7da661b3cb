//! One stream's rows.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::pin::pin;
use std::sync::Arc;

use capture_core::{Counts, Gone, Key, Share, StreamDescriptor, Sweep, Within, Write};
use futures_util::SinkExt as _;
use jiff::Timestamp;
use json_slices::content_hash;
use tokio_postgres::types::Type;
use typed_records::{Column, ColumnType, Columns, Dialect, Wanted, table_name};

use crate::columns::{self, OWN};
use crate::grave::Grave;
use crate::key;
use crate::layout::{Contents, Layout};
use crate::link::{Link, Parameter, Raw, Result};
use crate::mend;
use crate::names::{literal, quoted};
use crate::pending::{self, Row};
use crate::rows::{COPY_HEADER, COPY_TRAILER, Rows};
use crate::statements::Statements;
use crate::value::{self, ServerType as _};

/// Rows go to the server in pieces of this size.
const PIECE_BYTES: usize = 128 * 1024;

/// The types of our own columns, as elements of arrays.
const OWN_TYPES: [ColumnType; OWN.len()] = [
    ColumnType::Text,
    ColumnType::Json,
    ColumnType::Text,
    ColumnType::Instant,
    ColumnType::Instant,
    ColumnType::Text,
    ColumnType::Text,
    ColumnType::Text,
    ColumnType::Integer,
    ColumnType::Integer,
];

#[derive(Debug)]
pub(crate) struct Table {
    id: i32,
    descriptor: Arc<StreamDescriptor>,
    /// Ready for SQL.
    name: String,
    columns: Columns,
    seen: String,
    /// The table that says how members' columns are called.
    noted: String,
    /// Behind the type of what may be large: how it is packed.
    packed: &'static str,
    sql: Statements,
    /// Values that did not fit their columns, by column.
    misfits: BTreeMap<String, u64>,
    /// Records that came since the last commit and are shown mended.
    mended: u64,
}

impl Table {
    /// The table of a stream, and the statements that make it, or what it lacks.
    ///
    /// # Errors
    /// If it is somebody else's.
    pub(crate) fn plan(
        layout: &Layout,
        link: &Link,
        contents: &mut Contents,
        descriptor: &Arc<StreamDescriptor>,
        statements: &mut String,
    ) -> Result<Self, capture_core::Error> {
        let stream = &descriptor.name;
        let noted = contents.noted.get(stream).cloned();
        let table_name = noted.as_ref().map_or_else(|| table_name(stream), |noted| noted.table.clone());
        let name = layout.table(&table_name);
        let relation = contents.relations.get(&table_name);
        let is_ours = OWN.iter().all(|(own, _)| relation.is_some_and(|columns| columns.contains_key(*own)));
        if stream.is_empty() || stream.starts_with('_') {
            let message = format!("the stream name {stream:?} is reserved in PostgreSQL");
            return Err(capture_core::Error::new(capture_core::ErrorKind::Configuration, message));
        }
        if relation.is_some() && (noted.is_none() || !is_ours) {
            let message = format!("the table {name} is not one that this program made");
            return Err(capture_core::Error::new(capture_core::ErrorKind::State, message)
                .with_hint("choose another schema (?schema=…), or rename the table; it was left untouched"));
        }
        let packed = if link.server.has_lz4 { " COMPRESSION lz4" } else { "" };
        let empty = HashMap::new();
        let attributes = relation.unwrap_or(&empty);
        let names_noted = noted.as_ref().map_or(&[][..], |noted| &noted.columns[..]);
        let mut columns = columns::of_table(names_noted, attributes);
        let wanted: Wanted = descriptor
            .fields
            .iter()
            // Records come mended.
            .map(|field| (field.name.replace('\0', "\u{fffd}"), ColumnType::of(field.kind)))
            .collect();
        let id = noted.as_ref().map_or_else(
            || 1 + contents.noted.values().map(|noted| noted.id).max().unwrap_or(0),
            |noted| noted.id,
        );
        let mut table = Self {
            id,
            descriptor: Arc::clone(descriptor),
            sql: Statements::new(&name, &layout.seen, &[]),
            columns: Columns::default(),
            seen: layout.seen.clone(),
            noted: layout.columns.clone(),
            packed,
            misfits: BTreeMap::new(),
            mended: 0,
            name,
        };
        let added = columns.add(&wanted);
        table.columns = columns;
        if relation.is_none() {
            table.make(layout, &table_name, noted.is_none(), statements);
        } else {
            table.add(&added, statements);
        }
        contents.noted.entry(stream.clone()).or_insert(crate::layout::Noted {
            id,
            table: table_name,
            columns: Vec::new(),
        });
        table.renew();
        Ok(table)
    }

    fn renew(&mut self) {
        self.sql = Statements::new(&self.name, &self.seen, self.columns.all());
    }

    /// The statements that make the table.
    fn make(&self, layout: &Layout, table_name: &str, is_new: bool, statements: &mut String) {
        let [key, own @ ..] = OWN;
        let packed = |kind: &str| if kind.starts_with("jsonb") || kind == "text" { self.packed } else { "" };
        // `COMPRESSION` stands right behind the type.
        let own = own.iter().map(|(name, kind)| match kind.split_once(' ') {
            Some((kind, rest)) => format!("{name} {kind}{} {rest}", packed(kind)),
            None => format!("{name} {kind}{}", packed(kind)),
        });
        let members = self.columns.all().iter().map(|column| self.definition(column));
        let definitions: Vec<String> =
            std::iter::once(format!("{} {}", key.0, key.1)).chain(members).chain(own).collect();
        let (name, stream) = (&self.name, literal(&self.descriptor.name));
        let _ = write!(
            statements,
            "CREATE TABLE {name} ({}); CREATE INDEX ON {name} (_scope) WHERE _scope IS NOT NULL;
             COMMENT ON TABLE {name} IS {};
             COMMENT ON COLUMN {name}._record IS 'The whole record';
             COMMENT ON COLUMN {name}._original IS 'The record as it came, where jsonb cannot hold it just so';
             COMMENT ON COLUMN {name}._captured_at IS 'When the row last changed';",
            definitions.join(", "),
            literal(&format!("{} of Ashby, kept by ashby sync", self.descriptor.name)),
        );
        if is_new {
            let _ = write!(
                statements,
                "INSERT INTO {} (id, stream, table_name) VALUES ({}, {stream}, {});",
                layout.streams,
                self.id,
                literal(table_name)
            );
        } else {
            // What was noted is of a table that is gone.
            let _ = write!(
                statements,
                "DELETE FROM {} WHERE stream = {id}; DELETE FROM {} WHERE stream = {id};",
                layout.columns,
                self.seen,
                id = self.id
            );
        }
        self.note(self.columns.all(), statements);
    }

    fn definition(&self, column: &Column) -> String {
        let column_type = column.column_type.unwrap_or(ColumnType::Json);
        let packed =
            if matches!(column_type, ColumnType::Json | ColumnType::Text) { self.packed } else { "" };
        format!("{} {}{packed}", quoted(&column.name), column_type.sql(Dialect::Postgres))
    }

    /// The statements that add columns.
    fn add(&self, added: &[Column], statements: &mut String) {
        if added.is_empty() {
            return;
        }
        let definitions: Vec<String> =
            added.iter().map(|column| format!("ADD COLUMN {}", self.definition(column))).collect();
        let _ = write!(statements, "ALTER TABLE {} {};", self.name, definitions.join(", "));
        self.note(added, statements);
    }

    /// The statements that say whose columns these are.
    fn note(&self, columns: &[Column], statements: &mut String) {
        if columns.is_empty() {
            return;
        }
        let values: Vec<String> = columns
            .iter()
            .map(|column| format!("({}, {}, {})", self.id, literal(&column.member), literal(&column.name)))
            .collect();
        let _ = write!(
            statements,
            "INSERT INTO {} AS c (stream, member, column_name) VALUES {}
             ON CONFLICT (stream, member) DO UPDATE SET column_name = excluded.column_name;",
            self.noted,
            values.join(", ")
        );
        for column in columns {
            let _ = write!(
                statements,
                "COMMENT ON COLUMN {}.{} IS {};",
                self.name,
                quoted(&column.name),
                literal(&column.member)
            );
        }
    }

    /// Values that did not fit their columns, by column.
    pub(crate) fn misfits(&self) -> &BTreeMap<String, u64> {
        &self.misfits
    }

    /// How many records are shown mended, of those that came since this was asked last.
    pub(crate) fn take_mended(&mut self) -> u64 {
        std::mem::take(&mut self.mended)
    }

    /// Brings rows up to date with writes of the stream, in order.
    pub(crate) async fn write(&mut self, link: &Link, writes: &[&Write]) -> Result<Counts> {
        let now_us = Timestamp::now().as_microsecond();
        let mut rows = pending::keys(writes);
        self.find(link, &mut rows).await?;
        self.compare(link, writes, &mut rows).await?;
        let counts = pending::apply(writes, &mut rows, &self.descriptor.key, now_us);
        self.make_room(link, &rows).await?;
        let mut sorted: Vec<(&str, &Row<'_>)> = rows.iter().map(|(key, row)| (*key, row)).collect();
        // As they came, or nearly so: what is listed together lies together.
        let mut place: HashMap<&str, usize> = HashMap::with_capacity(sorted.len());
        for record in writes.iter().flat_map(|write| &write.records) {
            let next = place.len();
            place.entry(record.key.as_str()).or_insert(next);
        }
        sorted.sort_unstable_by_key(|(key, _)| place.get(key));
        let (mut new, mut changed) = (Vec::new(), Rows::default());
        let (mut marks, mut rehashed) = (Rows::default(), Rows::default());
        let (mut seen, mut forgotten) = (Rows::default(), Vec::new());
        for (key, row) in sorted {
            let stored = key::stored(key);
            if row.body.is_some() {
                match row.is_there {
                    true => self.encode(changed.begin(), &stored, row, now_us)?,
                    false => new.push((stored.clone(), row)),
                }
            } else if row.is_there {
                if row.is_marked {
                    mark(marks.begin(), &stored, row, now_us);
                }
                if row.is_rehashed {
                    let rehashed = rehashed.begin();
                    value::push_bytes(rehashed, stored.as_bytes());
                    value::push_number(rehashed, row.hash);
                }
            }
            match row.seen {
                _ if !row.is_there => {}
                Some(stamp) if row.is_live() && row.body.is_none() => {
                    let seen = seen.begin();
                    value::push_bytes(seen, stored.as_bytes());
                    value::push_number(seen, stamp);
                }
                _ if row.body.is_some() || row.is_marked => forgotten.push(stored.into_owned()),
                _ => {}
            }
        }
        self.insert(link, &new, now_us).await?;
        self.send(link, &self.sql.replace, &changed, &self.types()).await?;
        const MARK: [Type; 6] =
            [Type::TEXT, Type::TIMESTAMPTZ, Type::TIMESTAMPTZ, Type::TEXT, Type::TEXT, Type::TEXT];
        self.send(link, &self.sql.mark, &marks, &MARK).await?;
        self.send(link, &self.sql.rehash, &rehashed, &[Type::TEXT, Type::INT8]).await?;
        if !forgotten.is_empty() {
            link.change(&self.sql.forget, &[(&self.id, Type::INT4), (&forgotten, Type::TEXT_ARRAY)]).await?;
        }
        if !seen.is_empty() {
            let arrays = seen.arrays(&[Type::TEXT, Type::INT8]).into_iter().map(Raw).collect::<Vec<_>>();
            let parameters: [Parameter<'_>; 3] =
                [(&self.id, Type::INT4), (&arrays[0], Type::TEXT_ARRAY), (&arrays[1], Type::INT8_ARRAY)];
            link.change(&self.sql.see, &parameters).await?;
        }
        Ok(counts)
    }

    /// Looks rows up by their keys.
    async fn find(&self, link: &Link, rows: &mut HashMap<&str, Row<'_>>) -> Result<()> {
        let keys: Vec<_> = rows.keys().map(|key| key::stored(key)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        for found in link.rows(&self.sql.find, &[(&keys, Type::TEXT_ARRAY)]).await? {
            let key = key::read(found.try_get(0)?);
            let Some(row) = rows.get_mut(key.as_str()) else { continue };
            row.is_there = true;
            row.hash = found.try_get(1)?;
            row.scope = found.try_get::<_, Option<String>>(2)?.map(Into::into);
            row.rank = found
                .try_get::<_, bool>(3)?
                .then_some(())
                .map(|()| found.try_get(4).map(Gone::rank_of))
                .transpose()?;
        }
        Ok(())
    }

    /// Looks at the records of rows that come with other bytes, and so seldom: whether they say the same in another order.
    async fn compare<'a>(
        &self,
        link: &Link,
        writes: &[&'a Write],
        rows: &mut HashMap<&'a str, Row<'a>>,
    ) -> Result<()> {
        let rewritten = pending::rewritten(writes, rows);
        if rewritten.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = rewritten.keys().map(|key| key::stored(key)).collect();
        for found in link.rows(&self.sql.stored, &[(&keys, Type::TEXT_ARRAY)]).await? {
            let key = key::read(found.try_get(0)?);
            let stored: Option<&str> = found.try_get(1)?;
            let (Some(stored), Some(body)) = (stored, rewritten.get(key.as_str())) else { continue };
            if content_hash(stored.as_bytes()) == content_hash(body)
                && let Some(row) = rows.get_mut(key.as_str())
            {
                row.alias = Some(pending::hash_of(body));
            }
        }
        Ok(())
    }

    /// Adds columns for members that have none yet.
    async fn make_room(&mut self, link: &Link, rows: &HashMap<&str, Row<'_>>) -> Result<()> {
        let mut missing = BTreeSet::new();
        for (body, shape) in rows.values().filter_map(|row| row.body.as_ref()) {
            let kept = json_slices::storable(body);
            self.columns.missing(&self.descriptor.name, &kept, *shape, &mut missing)?;
        }
        let wanted: Wanted = missing.into_iter().map(|member| (member, ColumnType::Json)).collect();
        let added = self.columns.add(&wanted);
        if !added.is_empty() {
            let mut statements = String::new();
            self.add(&added, &mut statements);
            link.run(&statements).await?;
            self.renew();
        }
        Ok(())
    }

    /// The types of all fields of a row.
    fn types(&self) -> Vec<Type> {
        let members = self.columns.all().iter().filter_map(|column| column.column_type);
        OWN_TYPES.into_iter().chain(members).map(ColumnType::server_type).collect()
    }

    /// Appends the fields of a row with a new body.
    fn encode(&mut self, output: &mut Vec<u8>, key: &str, row: &Row<'_>, now_us: i64) -> Result<()> {
        let Some((body, shape)) = &row.body else { return Ok(()) };
        let kept = mend::kept(body);
        self.mended += u64::from(kept.is_mended);
        value::push_bytes(output, key.as_bytes());
        value::push_json(output, &kept.record);
        match kept.differs {
            // Raw U+0000 is no JSON, and all else is UTF-8 already.
            true => value::push_bytes(output, body),
            false => value::push_null(output),
        }
        value::push_instant(output, now_us);
        push_grave(output, row);
        value::push_optional(output, row.scope.as_deref());
        value::push_number(output, row.hash);
        value::push_number(output, row.seen.unwrap_or(0));
        let mut values: Vec<Option<&[u8]>> = vec![None; self.columns.all().len()];
        self.columns.values(&self.descriptor.name, &kept.record, *shape, |column, json| {
            values[usize::from(column)] = Some(json);
        })?;
        for (column, json) in self.columns.all().iter().zip(values) {
            let Some(column_type) = column.column_type else { continue };
            match json {
                Some(json) => {
                    if !value::push(output, column_type, json) {
                        *self.misfits.entry(column.name.clone()).or_default() += 1;
                    }
                }
                None => value::push_null(output),
            }
        }
        Ok(())
    }

    /// Rows that are not there.
    async fn insert(&mut self, link: &Link, new: &[(Cow<'_, str>, &Row<'_>)], now_us: i64) -> Result<()> {
        let types = self.types();
        if new.is_empty() {
            return Ok(());
        }
        if link.server.is_pooled {
            let mut rows = Rows::default();
            for (key, row) in new {
                self.encode(rows.begin(), key, row, now_us)?;
            }
            return self.send(link, &self.sql.insert, &rows, &types).await;
        }
        let fields = i16::try_from(types.len()).unwrap_or(i16::MAX).to_be_bytes();
        let mut copy = pin!(link.copy(&self.sql.copy).await?);
        let mut piece = COPY_HEADER.to_vec();
        for (key, row) in new {
            piece.extend_from_slice(&fields);
            self.encode(&mut piece, key, row, now_us)?;
            // The server works on a piece while the next one is made.
            if piece.len() >= PIECE_BYTES {
                let next = Vec::with_capacity(piece.len() + piece.len() / 4);
                // One that has refused a row stops listening; why is in its answer.
                if copy.send(std::mem::replace(&mut piece, next).into()).await.is_err() {
                    break;
                }
            }
        }
        piece.extend_from_slice(COPY_TRAILER);
        let sent = copy.send(piece.into()).await;
        copy.as_mut().finish().await?;
        Ok(sent?)
    }

    /// Runs a statement on arrays.
    async fn send(&self, link: &Link, sql: &str, rows: &Rows, types: &[Type]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let arrays: Vec<Raw> = rows.arrays(types).into_iter().map(Raw).collect();
        let parameters: Vec<Parameter<'_>> =
            arrays.iter().zip(types).map(|(array, element)| (array as _, array_of(element))).collect();
        link.change(sql, &parameters).await?;
        Ok(())
    }

    /// Buries the rows within that were last seen before, and not before the sweep's beginning.
    pub(crate) async fn sweep(&self, link: &Link, sweep: &Sweep) -> Result<Counts> {
        let now_us = Timestamp::now().as_microsecond();
        let instant = |us: i64| {
            let mut bytes = Vec::new();
            value::push_instant(&mut bytes, us);
            Raw(bytes.split_off(4))
        };
        let grave = Grave::new(&sweep.gone, now_us);
        let (now, at) = (instant(now_us), instant(grave.at_us));
        let (since, from) = stamps(sweep);
        let scopes;
        let mut parameters: Vec<Parameter<'_>> = vec![
            (&self.id, Type::INT4),
            (&since, Type::INT8),
            (&from, Type::INT8),
            (&now, Type::TIMESTAMPTZ),
            (&at, Type::TIMESTAMPTZ),
            (&grave.why, Type::TEXT),
            (&grave.merged_into, Type::TEXT),
        ];
        let sql = match &sweep.within {
            Within::Everything => &self.sql.sweep,
            Within::Scopes(keys) => {
                scopes = stored(keys);
                parameters.push((&scopes, Type::TEXT_ARRAY));
                &self.sql.sweep_scopes
            }
        };
        let deleted = link.change(sql, &parameters).await?;
        Ok(Counts { deleted, ..Counts::default() })
    }

    /// What the sweep would bury.
    pub(crate) async fn unseen(&self, link: &Link, sweep: &Sweep) -> Result<Share> {
        let (since, from) = stamps(sweep);
        let scopes;
        let mut parameters: Vec<Parameter<'_>> =
            vec![(&self.id, Type::INT4), (&since, Type::INT8), (&from, Type::INT8)];
        let (share, keys) = match &sweep.within {
            Within::Everything => (&self.sql.share, &self.sql.unseen_keys),
            Within::Scopes(keys) => {
                scopes = stored(keys);
                parameters.push((&scopes, Type::TEXT_ARRAY));
                (&self.sql.share_of_scopes, &self.sql.unseen_keys_of_scopes)
            }
        };
        let Some(counted) = link.row(share, &parameters).await? else { return Ok(Share::default()) };
        let (unseen, of): (i64, i64) = (counted.try_get(0)?, counted.try_get(1)?);
        let mut found = Vec::new();
        if unseen > 0 {
            for row in link.rows(keys, &parameters).await? {
                found.push(key::read(row.try_get(0)?));
            }
        }
        Ok(Share::new(unseen.unsigned_abs(), of.unsigned_abs(), found))
    }

    /// How many of the keys are rows that are not buried.
    pub(crate) async fn known(&self, link: &Link, keys: &[Key]) -> Result<u64> {
        let keys = stored(keys);
        let counted = link.row(&self.sql.known, &[(&keys, Type::TEXT_ARRAY)]).await?;
        Ok(counted.map_or(Ok(0), |row| row.try_get::<_, i64>(0)).map(i64::unsigned_abs)?)
    }
}

/// The server's type of an array of these.
fn array_of(element: &Type) -> Type {
    let of_members = ColumnType::ALL.into_iter().find(|column| column.server_type() == *element);
    of_members.map_or(Type::TEXT_ARRAY, ColumnType::array_type)
}

fn stamps(sweep: &Sweep) -> (i64, i64) {
    let number = |stamp: capture_core::Stamp| i64::try_from(stamp.get()).unwrap_or(i64::MAX);
    (number(sweep.since), number(sweep.from))
}

fn stored(keys: &[Key]) -> Vec<String> {
    keys.iter().map(|key| key::stored(key.as_str()).into_owned()).collect()
}

/// Since when and why a row is gone, and what it became part of.
fn push_grave(output: &mut Vec<u8>, row: &Row<'_>) {
    match &row.grave {
        Some(grave) => {
            value::push_instant(output, grave.at_us);
            value::push_bytes(output, grave.why.as_bytes());
            value::push_optional(output, grave.merged_into.as_deref());
        }
        None => (0..3).for_each(|_| value::push_null(output)),
    }
}

/// Appends what is to be said of a row whose record stays.
fn mark(output: &mut Vec<u8>, key: &str, row: &Row<'_>, now_us: i64) {
    value::push_bytes(output, key.as_bytes());
    match row.grave {
        Some(_) => value::push_instant(output, now_us),
        None => value::push_null(output),
    }
    push_grave(output, row);
    value::push_optional(output, row.scope.as_deref());
}
