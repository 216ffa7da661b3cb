//! What SQL is called in each dialect: the same templates give all of them.
//!
//! A template is SQL with a few macros: `$days(a, b)` is the elapsed time from a to b in days, `$business_days(a, b)` how many
//! business days are after the date of a, up to that of b, `$month(x)`, `$date(x)` and
//! `$week(x)` cut a moment in the reporting zone, `$days_between(d, e)` is the days between dates, `$has_bit(set, n)` whether
//! the n-th bit is set, `$quantile(x, p)` is a percentile that interpolates, `$percentile(x, p)` is
//! the same in views, over rows numbered `i` from 0 of `n`, `$same(a, b)` is equality under which null is null, `$days_before(x, n)` is a moment, and `$as_of()` the one against which ages are measured.

/// A dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.31, without functions of ours: what views say.
    Sqlite,
    /// SQLite while the model is built, with our functions.
    SqliteBuild,
    /// PostgreSQL, with its name of the reporting zone.
    Postgres {
        /// An IANA name.
        zone: String,
    },
    /// DuckDB, with its name of the reporting zone.
    Duckdb {
        /// An IANA name.
        zone: String,
    },
}

impl Dialect {
    fn call(&self, name: &str, arguments: &[String]) -> Option<String> {
        let argument = |place: usize| arguments.get(place).map_or("NULL", String::as_str);
        let (a, b) = (argument(0), argument(1));
        let local = |zone: &str| format!("({a}) AT TIME ZONE '{}'", zone.replace('\'', "''"));
        Some(match (name, self) {
            ("days", Self::SqliteBuild) => format!("model_days({a}, {b})"),
            ("days", Self::Sqlite) => format!(
                "(((strftime('%s', {b}) - strftime('%s', {a})) * 1000 + (substr({b}, 21, 3) - substr({a}, 21, 3))) / 86400000.0)"
            ),
            ("days", _) => format!("(extract(epoch FROM ({b}) - ({a})) / 86400.0)"),
            ("days_between", Self::SqliteBuild) => format!("model_days({a}, {b})"),
            ("days_between", Self::Sqlite) => format!("(julianday({b}) - julianday({a}))"),
            ("days_between", _) => format!("CAST(({b}) - ({a}) AS double precision)"),
            // Bits of sets of milestones: PostgreSQL shifts by what is no larger than an integer, and a number is no condition.
            ("has_bit", _) => format!("((({a}) >> CAST({b} AS INTEGER)) & 1) = 1"),
            ("business_days", Self::SqliteBuild) => format!("model_business_days({a}, {b})"),
            ("business_days", Self::Sqlite) => return None,
            ("business_days", Self::Postgres { zone } | Self::Duckdb { zone }) => {
                let local = |moment: &str| {
                    format!("CAST(({moment}) AT TIME ZONE '{}' AS date)", zone.replace('\'', "''"))
                };
                let (from, to) = (local(a), local(b));
                format!(
                    "(SELECT CASE WHEN {from} IS NOT NULL AND {to} IS NOT NULL THEN count(*) END FROM dates d WHERE d.is_business_day AND d.date > {from} AND d.date <= {to})"
                )
            }
            ("month", Self::SqliteBuild) => format!("model_month({a})"),
            ("date", Self::SqliteBuild) => format!("model_date({a})"),
            ("week", Self::SqliteBuild) => format!("model_week({a})"),
            ("month" | "date" | "week", Self::Sqlite) => return None,
            ("month", Self::Postgres { zone }) => format!("to_char({}, 'YYYY-MM')", local(zone)),
            ("month", Self::Duckdb { zone }) => format!("strftime({}, '%Y-%m')", local(zone)),
            ("date", Self::Postgres { zone } | Self::Duckdb { zone }) => {
                format!("CAST({} AS date)", local(zone))
            }
            ("week", Self::Postgres { zone } | Self::Duckdb { zone }) => {
                format!("CAST(date_trunc('week', {}) AS date)", local(zone))
            }
            ("quantile", Self::SqliteBuild) => format!("model_quantile({a}, {b})"),
            ("quantile", Self::Sqlite) => return None,
            ("quantile", Self::Postgres { .. }) => {
                format!("percentile_cont({b}) WITHIN GROUP (ORDER BY {a})")
            }
            ("quantile", Self::Duckdb { .. }) => format!("quantile_cont({a}, {b})"),
            ("percentile", _) => {
                let k = format!("(n - 1) * {b}");
                let floor = match self {
                    Self::Sqlite | Self::SqliteBuild => format!("CAST({k} AS INTEGER)"),
                    _ => format!("floor({k})"),
                };
                format!(
                    "sum(CASE WHEN i = {floor} THEN {a} * (1 - ({k} - {floor})) WHEN i = {floor} + 1 THEN {a} * ({k} - {floor}) END)"
                )
            }
            ("as_of", Self::Sqlite | Self::SqliteBuild) => {
                "(SELECT value FROM model_info WHERE key = 'as_of')".to_owned()
            }
            ("as_of", _) => {
                "(SELECT CAST(value AS timestamptz) FROM model_info WHERE key = 'as_of')".to_owned()
            }
            ("same", Self::Sqlite | Self::SqliteBuild) => format!("({a} IS {b})"),
            ("same", _) => format!("({a} IS NOT DISTINCT FROM {b})"),
            ("days_before", Self::Sqlite | Self::SqliteBuild) => {
                format!("(strftime('%Y-%m-%dT%H:%M:%f', {a}, '-{b} days') || 'Z')")
            }
            ("days_before", _) => format!("(({a}) - interval '{b} days')"),
            _ => return None,
        })
    }

    /// A template in this dialect; `None` if it says what the dialect cannot.
    pub fn expand(&self, template: &str) -> Option<String> {
        let mut out = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let call = &rest[at + 1..];
            let open = call.find('(')?;
            let close = open + closing(&call[open..])?;
            let arguments: Option<Vec<String>> =
                arguments(&call[open + 1..close]).into_iter().map(|one| self.expand(one.trim())).collect();
            out.push_str(&self.call(&call[..open], &arguments?)?);
            rest = &call[close + 1..];
        }
        out.push_str(rest);
        Some(out)
    }
}

/// Where the parenthesis that a text begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut is_quoted) = (0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// What stands between commas outside of parentheses and quotes.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut is_quoted, mut from) = (0, false, 0);
    let mut all = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                all.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[from..]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_nest_and_leave_the_rest_alone() {
        let template = "SELECT $days($date(x, 'a,('), coalesce(y, z)), '(' FROM t";
        assert_eq!(
            Dialect::SqliteBuild.expand(template).unwrap(),
            "SELECT model_days(model_date(x), coalesce(y, z)), '(' FROM t"
        );
        assert_eq!(Dialect::Sqlite.expand("$month(x)"), None);
        let postgres = Dialect::Postgres { zone: "Europe/Berlin".into() };
        assert_eq!(postgres.expand("$same(a, b)").unwrap(), "(a IS NOT DISTINCT FROM b)");
        assert_eq!(
            postgres.expand("$month(a)").unwrap(),
            "to_char((a) AT TIME ZONE 'Europe/Berlin', 'YYYY-MM')"
        );
    }

    #[test]
    fn every_template_is_sql_in_every_dialect() {
        let zone = || "UTC".to_owned();
        for table in crate::TABLES.iter() {
            for dialect in
                [Dialect::SqliteBuild, Dialect::Postgres { zone: zone() }, Dialect::Duckdb { zone: zone() }]
            {
                for column in table.columns {
                    assert!(dialect.expand(column.from).is_some(), "{}.{}", table.name, column.name);
                }
                if let crate::Making::Whole(sql)
                | crate::Making::PerApplication(sql)
                | crate::Making::View(sql)
                | crate::Making::Counted(crate::Count { sql, .. }) = table.making
                {
                    assert!(dialect.expand(sql).is_some(), "{}", table.name);
                }
            }
            for column in table.columns.iter().filter(|column| column.from.starts_with('~')) {
                assert!(Dialect::Sqlite.expand(column.from).is_some(), "{}.{}", table.name, column.name);
            }
        }
    }
}
