//! The model's schema: what is there, and how it becomes what the definitions say.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use models::{Dialect, Options, Shown, Stored, TableReport, shown, type_of};
use rusqlite::Connection;
use sink_postgres::{Beside, identifier, text};

use crate::value::{push, push_text};
use crate::{Error, Result};

/// Tells one version of what this crate makes from another.
const VERSION: u32 = 1;

/// What stands for the records: it changes whenever a row of theirs is written, and with what the model depends on besides.
pub(crate) fn marks(beside: &Beside, options: &Options) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    (VERSION, models::schema_version(), options.fingerprint()).hash(&mut hasher);
    for (stream, table) in beside.tables() {
        // Whoever writes a row gives it his own number.
        let sql = format!("SELECT count(*)::text, sum(xmin::text::numeric)::text FROM {table}");
        (stream, beside.rows(&sql)?).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// What is in the schema.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Tables, and the types of their columns.
    tables: BTreeMap<String, BTreeMap<String, String>>,
    views: Vec<String>,
    info: BTreeMap<String, Option<String>>,
}

impl Found {
    pub(crate) fn look(beside: &Beside) -> Result<Self> {
        let sql = format!(
            "SELECT c.relname::text, c.relkind::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE n.nspname = {} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            text(beside.schema())
        );
        let mut found = Self::default();
        for row in beside.rows(&sql)? {
            let mut cells = row.into_iter();
            let (Some(Some(name)), Some(Some(kind))) = (cells.next(), cells.next()) else { continue };
            if kind == "v" {
                if !found.views.contains(&name) {
                    found.views.push(name);
                }
                continue;
            }
            let columns = found.tables.entry(name).or_default();
            if let (Some(Some(column)), Some(Some(kind))) = (cells.next(), cells.next()) {
                columns.insert(column, kind);
            }
        }
        if found.is_model() {
            let sql = format!("SELECT key, value FROM {}.model_info", identifier(beside.schema()));
            for row in beside.rows(&sql)? {
                if let [Some(key), value] = &row[..] {
                    found.info.insert(key.clone(), value.clone());
                }
            }
        }
        Ok(found)
    }

    pub(crate) fn is_model(&self) -> bool {
        self.tables.get("model_info").is_some_and(|columns| columns.contains_key("key"))
            && self.tables.contains_key("model_columns")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.views.is_empty()
    }

    pub(crate) fn info(&self, key: &str) -> Option<String> {
        self.info.get(key).cloned().flatten()
    }

    /// Names that columns of custom fields have: dashboards know them.
    pub(crate) fn names(&self, beside: &Beside) -> Result<BTreeMap<String, String>> {
        if !self.tables.contains_key("custom_field_columns") {
            return Ok(BTreeMap::new());
        }
        let schema = identifier(beside.schema());
        let sql = format!("SELECT custom_field_id, column_name FROM {schema}.custom_field_columns");
        let rows = beside.rows(&sql)?.into_iter();
        let pairs = rows.filter_map(|row| {
            let mut cells = row.into_iter();
            Some((cells.next()??, cells.next()??))
        });
        Ok(pairs.collect())
    }
}

/// The schema, on its way to what the definitions say.
pub(crate) struct Schema<'b> {
    beside: &'b Beside,
    found: Found,
    /// Ready for SQL.
    name: String,
    dialect: Dialect,
    views: Vec<Shown>,
    definitions: String,
}

impl<'b> Schema<'b> {
    pub(crate) fn new(beside: &'b Beside, found: Found, zone: &str) -> Self {
        let dialect = Dialect::Postgres { zone: zone.to_owned() };
        let views = shown(&dialect);
        let mut hasher = DefaultHasher::new();
        VERSION.hash(&mut hasher);
        views.iter().for_each(|view| (&view.create, &view.columns).hash(&mut hasher));
        let definitions = format!("{:016x}", hasher.finish());
        Self { beside, found, name: identifier(beside.schema()), dialect, views, definitions }
    }

    /// Which definitions the views are of.
    pub(crate) fn definitions(&self) -> &str {
        &self.definitions
    }

    fn types(&self, table: &Stored) -> BTreeMap<String, String> {
        let kind = |of: models::Kind| match type_of(of, &self.dialect) {
            "timestamptz" => "timestamp with time zone",
            other => other,
        };
        table.columns.iter().map(|column| (column.name.clone(), kind(column.kind).to_owned())).collect()
    }

    fn qualified(&self, name: &str) -> String {
        format!("{}.{}", self.name, identifier(name))
    }

    /// Whether tables or views are not what they shall be.
    fn is_changed(&self, stored: &[Stored]) -> bool {
        self.found.info("definitions").as_deref() != Some(&self.definitions)
            || stored.iter().any(|table| self.found.tables.get(&table.name) != Some(&self.types(table)))
    }

    /// Makes tables, and columns that are missing; takes out those that are no longer defined.
    pub(crate) fn make(&self, stored: &[Stored]) -> Result<()> {
        self.beside.run(&format!(
            "CREATE SCHEMA IF NOT EXISTS {0}; SET LOCAL search_path = pg_catalog, {0}, pg_temp",
            self.name
        ))?;
        if self.is_changed(stored) {
            for view in
                self.found.views.iter().filter(|name| self.views.iter().any(|view| view.name == **name))
            {
                self.drop_view(view)?;
            }
        }
        for table in stored {
            let wanted = self.types(table);
            let name = self.qualified(&table.name);
            let Some(there) = self.found.tables.get(&table.name) else {
                let columns: Vec<String> = table
                    .columns
                    .iter()
                    .map(|column| {
                        format!("{} {}", identifier(&column.name), type_of(column.kind, &self.dialect))
                    })
                    .collect();
                self.beside.run(&format!("CREATE TABLE {name} ({})", columns.join(", ")))?;
                continue;
            };
            for column in there.iter().filter(|(column, kind)| wanted.get(*column) != Some(kind)) {
                self.beside.run(&format!("ALTER TABLE {name} DROP COLUMN {}", identifier(column.0)))?;
            }
            for (column, kind) in wanted.iter().filter(|(column, kind)| there.get(*column) != Some(kind)) {
                self.beside.run(&format!("ALTER TABLE {name} ADD COLUMN {} {kind}", identifier(column)))?;
            }
        }
        Ok(())
    }

    /// A view of ours makes room for its next definition, if nobody's depends on it.
    fn drop_view(&self, view: &str) -> Result<()> {
        let name = self.qualified(view);
        if self.beside.attempt(&format!("DROP VIEW {name}"))? {
            return Ok(());
        }
        let message = format!("the view {name} changes, and others depend on it");
        Err(Error::Server(
            capture_core::Error::new(capture_core::ErrorKind::Storage, message)
                .with_hint("drop the views that depend on it, build again, and make them anew"),
        ))
    }

    /// Lets a table have the rows of the file, and `own` ones.
    pub(crate) fn fill(
        &self,
        model: &Connection,
        table: &Stored,
        own: &[(&str, &str)],
    ) -> Result<TableReport> {
        let is_new = !self.found.tables.contains_key(&table.name);
        let columns: Vec<String> = table.columns.iter().map(|column| identifier(&column.name)).collect();
        let columns = columns.join(", ");
        let name = self.qualified(&table.name);
        if is_new {
            let rows = self.copy(model, table, &name, &columns, own)?;
            self.finish(table, &name)?;
            return Ok(TableReport { rows, written: rows, removed: 0 });
        }
        self.beside.run(&format!(
            "CREATE TEMP TABLE brought ON COMMIT DROP AS SELECT {columns} FROM {name} LIMIT 0"
        ))?;
        let rows = self.copy(model, table, "pg_temp.brought", &columns, own)?;
        // Rows are compared as text, which can be hashed whatever is null.
        let row = |of: &str| {
            let columns: Vec<String> =
                table.columns.iter().map(|column| format!("{of}.{}", identifier(&column.name))).collect();
            format!("ROW({})::text", columns.join(", "))
        };
        let (x, y) = (row("x"), row("y"));
        let removed = self.beside.run(&format!(
            "DELETE FROM {name} x WHERE NOT EXISTS (SELECT FROM pg_temp.brought y WHERE {y} = {x})"
        ))?;
        let written = self.beside.run(&format!(
            "INSERT INTO {name} ({columns}) SELECT {columns} FROM pg_temp.brought x
             WHERE NOT EXISTS (SELECT FROM {name} y WHERE {y} = {x})"
        ))?;
        self.beside.run("DROP TABLE pg_temp.brought")?;
        Ok(TableReport { rows, written, removed })
    }

    fn copy(
        &self,
        model: &Connection,
        table: &Stored,
        into: &str,
        columns: &str,
        own: &[(&str, &str)],
    ) -> Result<u64> {
        let mut select = model.prepare(&format!("SELECT {columns} FROM {}", identifier(&table.name)))?;
        let mut rows = select.query([])?;
        let mut count = 0;
        let mut own = own.iter();
        let mut failed = None;
        self.beside.copy(&format!("COPY {into} ({columns}) FROM STDIN"), &mut |piece| {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => {
                    let Some((key, value)) = own.next() else { return Ok(false) };
                    push_text(piece, key);
                    piece.push(b'\t');
                    push_text(piece, value);
                    piece.push(b'\n');
                    count += 1;
                    return Ok(true);
                }
                Err(error) => {
                    failed = Some(error);
                    return Ok(false);
                }
            };
            for (place, column) in table.columns.iter().enumerate() {
                if place > 0 {
                    piece.push(b'\t');
                }
                match row.get_ref(place) {
                    Ok(value) => push(piece, value, column.kind),
                    Err(error) => failed = Some(error),
                }
            }
            piece.push(b'\n');
            count += 1;
            Ok(failed.is_none())
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(count),
        }
    }

    /// What a table that was just made and filled still lacks.
    fn finish(&self, table: &Stored, name: &str) -> Result<()> {
        let list = |columns: &str| {
            let columns: Vec<String> = columns.split(',').map(|column| identifier(column.trim())).collect();
            columns.join(", ")
        };
        let mut sql = format!("CREATE UNIQUE INDEX ON {name} ({});", list(&table.key.join(",")));
        for (columns, condition) in &table.indexes {
            let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
            sql.push_str(&format!("CREATE INDEX ON {name} ({}){condition};", list(columns)));
        }
        sql.push_str(&format!("COMMENT ON TABLE {name} IS {}; ANALYZE {name}", text(&table.about)));
        self.beside.run(&sql)?;
        Ok(())
    }

    /// Makes views, and says what everything is.
    pub(crate) fn show(&self, stored: &[Stored]) -> Result<()> {
        if !self.is_changed(stored) {
            return Ok(());
        }
        let mut sql = String::new();
        for view in &self.views {
            let name = self.qualified(&view.name);
            let start = format!("CREATE VIEW {}", view.name);
            sql.push_str(&view.create.replacen(&start, &format!("CREATE VIEW {name}"), 1));
            sql.push_str(&format!("; COMMENT ON VIEW {name} IS {};", text(&view.about)));
            for (column, about) in &view.columns {
                sql.push_str(&format!("COMMENT ON COLUMN {name}.{} IS {};", identifier(column), text(about)));
            }
        }
        for table in stored {
            let name = self.qualified(&table.name);
            for column in table.columns.iter().filter(|column| !column.about.is_empty()) {
                let column_name = identifier(&column.name);
                sql.push_str(&format!("COMMENT ON COLUMN {name}.{column_name} IS {};", text(&column.about)));
            }
        }
        self.beside.run(&sql)?;
        Ok(())
    }
}
