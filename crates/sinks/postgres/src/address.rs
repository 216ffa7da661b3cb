//! `postgres://user@host:port/database?schema=…`, read as libpq reads it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use capture_core::{Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use typed_records::NAME_BYTES_MAX;

/// Where the tables are unless the address says otherwise.
const SCHEMA: &str = "ashby";

/// Where Debian's, Fedora's and others' servers have their socket.
const SOCKETS: &str = "/var/run/postgresql";

/// What an address may say behind its `?`, and which variable says it otherwise.
const PARAMETERS: [(&str, Option<&str>); 15] = [
    ("schema", None),
    ("host", Some("PGHOST")),
    ("port", Some("PGPORT")),
    ("user", Some("PGUSER")),
    ("dbname", Some("PGDATABASE")),
    ("sslmode", Some("PGSSLMODE")),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("sslcert", Some("PGSSLCERT")),
    ("sslkey", Some("PGSSLKEY")),
    ("channel_binding", Some("PGCHANNELBINDING")),
    ("passfile", Some("PGPASSFILE")),
    ("password_file", None),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("application_name", Some("PGAPPNAME")),
    ("gssencmode", Some("PGGSSENCMODE")),
];

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    Name(String),
    /// The directory of its socket.
    Socket(PathBuf),
}

impl Host {
    /// Whether nobody outside this machine can listen to what is said.
    pub(crate) fn is_here(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Name(name) => {
                let name = name.trim_matches(['[', ']']);
                name == "localhost"
                    || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Socket(directory) => write!(f, "{}", directory.display()),
        }
    }
}

/// How far the connection is protected, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SslMode {
    Disable,
    /// Only if the server wants it.
    Allow,
    /// If the server can.
    Prefer,
    /// Encrypted; with whom is not asked.
    Require,
    /// … and the certificate is of an authority that is trusted.
    VerifyCa,
    /// … and says the host's name.
    VerifyFull,
}

const SSL_MODES: [(&str, SslMode); 6] = [
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

/// Whom to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Whom the operating system trusts.
    System,
    /// The authorities in this file.
    File(PathBuf),
}

/// A schema of a database, and how to get there. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) database: String,
    pub(crate) schema: String,
    pub(crate) ssl_mode: SslMode,
    pub(crate) roots: Option<Roots>,
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) needs_channel_binding: bool,
    pub(crate) passfile: Option<PathBuf>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    pub(crate) application_name: String,
}

impl Address {
    /// Reads what follows `postgres://`; what it leaves open is said by variables, and else as psql has it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], without a word of what may be a secret.
    pub(crate) fn parse(rest: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (user, host),
            None => ("", authority),
        };
        if user.contains(':') {
            return Err(no_password());
        }
        let (host, port) = split_port(host);
        let mut given = Given { pairs: Vec::new(), variable };
        for (name, text) in [("user", user), ("host", host), ("port", port), ("dbname", database)] {
            if !text.is_empty() {
                given.add(name, text)?;
            }
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            given.add(name, text)?;
        }
        given.address()
    }

    /// For messages: `schema "ashby" of database "warehouse" at db.example`.
    pub(crate) fn place(&self) -> String {
        format!("the schema {:?} in the database {:?} at {}", self.schema, self.database, self.server())
    }

    pub(crate) fn server(&self) -> String {
        match &self.host {
            Host::Name(name) => format!("{name}:{}", self.port),
            Host::Socket(directory) => format!("{}/.s.PGSQL.{}", directory.display(), self.port),
        }
    }
}

/// As it can be given again.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, socket) = match &self.host {
            Host::Name(name) => (format!("{name}:{}", self.port), String::new()),
            Host::Socket(directory) => {
                (String::new(), format!("&host={}&port={}", directory.display(), self.port))
            }
        };
        let (user, database, schema) = (encoded(&self.user), encoded(&self.database), encoded(&self.schema));
        write!(f, "postgres://{user}@{host}/{database}?schema={schema}{socket}")
    }
}

fn encoded(text: &str) -> impl fmt::Display + '_ {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');
    utf8_percent_encode(text, KEPT)
}

/// Host and port; an IPv6 address stands in brackets.
fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    }
}

struct Given<'a> {
    pairs: Vec<(&'static str, String)>,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Given<'_> {
    fn add(&mut self, name: &str, text: &str) -> Result<()> {
        let Some((name, _)) = PARAMETERS.iter().find(|(known, _)| *known == name) else {
            return Err(unknown(name));
        };
        let Ok(text) = percent_decode_str(text).decode_utf8() else {
            return Err(refused(format!("`{name}` in the address of the database is no text")));
        };
        if text.contains('\0') {
            return Err(refused(format!("`{name}` in the address of the database holds U+0000")));
        }
        self.pairs.push((name, text.into_owned()));
        Ok(())
    }

    /// The last that the address says, or what the variable says.
    fn get(&self, name: &str) -> Option<String> {
        let said = self.pairs.iter().rev().find(|(known, _)| *known == name).map(|(_, text)| text.clone());
        let of_variable = || {
            let variable = PARAMETERS.iter().find(|(known, _)| *known == name)?.1?;
            (self.variable)(variable)
        };
        said.or_else(of_variable).filter(|text| !text.is_empty())
    }

    fn address(&self) -> Result<Address> {
        let host = match self.get("host") {
            Some(host) if host.contains(',') => {
                return Err(refused("several hosts in one address are not supported")
                    .with_hint("name the one that takes writes, or a name that leads to it"));
            }
            Some(host) if host.starts_with('/') => Host::Socket(host.into()),
            Some(host) => Host::Name(host.trim_matches(['[', ']']).to_owned()),
            None if std::path::Path::new(SOCKETS).is_dir() => Host::Socket(SOCKETS.into()),
            None => Host::Name("localhost".to_owned()),
        };
        let user =
            self.get("user").or_else(|| (self.variable)("USER")).filter(|user| !user.is_empty()).ok_or_else(
                || {
                    refused("the address of the database names no user")
                        .with_hint("postgres://USER@HOST/DATABASE")
                },
            )?;
        let schema = self.get("schema").unwrap_or_else(|| SCHEMA.to_owned());
        if schema.len() > NAME_BYTES_MAX || schema.starts_with("pg_") || schema == "information_schema" {
            return Err(refused(format!("{schema:?} cannot be the name of a schema of ours")));
        }
        let ssl_mode = self.ssl_mode()?;
        let home = || (self.variable)("HOME").map(|home| PathBuf::from(home).join(".postgresql"));
        let of_home = |name: &str| home().map(|home| home.join(name)).filter(|path| path.is_file());
        let roots = match self.get("sslrootcert").as_deref() {
            Some("system") => Some(Roots::System),
            Some(path) => Some(Roots::File(path.into())),
            None => of_home("root.crt").map(Roots::File),
        };
        if roots == Some(Roots::System) && ssl_mode < SslMode::VerifyFull && self.get("sslmode").is_some() {
            return Err(refused("`sslrootcert=system` goes with `sslmode=verify-full`"));
        }
        // As libpq has it: whom the system trusts is asked for the name.
        let ssl_mode = if roots == Some(Roots::System) { SslMode::VerifyFull } else { ssl_mode };
        if roots.is_none() && ssl_mode >= SslMode::VerifyCa {
            return Err(refused("nobody is named whose word on the server's certificate counts")
                .with_hint("add sslrootcert=FILE, or sslrootcert=system"));
        }
        let certificate = self.get("sslcert").map(PathBuf::from).or_else(|| of_home("postgresql.crt"));
        let key = self.get("sslkey").map(PathBuf::from).or_else(|| of_home("postgresql.key"));
        let certificate = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (Some(_), None) => return Err(refused("`sslcert` is given without its `sslkey`")),
            (None, _) => None,
        };
        Ok(Address {
            host,
            port: self.number("port")?.unwrap_or(5432),
            database: self.get("dbname").unwrap_or_else(|| user.clone()),
            user,
            schema,
            ssl_mode,
            roots,
            certificate,
            needs_channel_binding: match self.get("channel_binding").as_deref() {
                None | Some("prefer" | "disable") => false,
                Some("require") => true,
                Some(_) => return Err(refused("`channel_binding` is disable, prefer or require")),
            },
            passfile: self
                .get("passfile")
                .map(PathBuf::from)
                .or_else(|| (self.variable)("HOME").map(|home| PathBuf::from(home).join(".pgpass"))),
            password_file: self.get("password_file").map(PathBuf::from),
            connect_timeout: Duration::from_secs(
                self.number("connect_timeout")?.filter(|seconds| *seconds > 0).unwrap_or(10),
            ),
            application_name: self.get("application_name").unwrap_or_else(|| "ashby".to_owned()),
        })
    }

    fn ssl_mode(&self) -> Result<SslMode> {
        let Some(text) = self.get("sslmode") else { return Ok(SslMode::Prefer) };
        let found = SSL_MODES.iter().find(|(name, _)| *name == text).map(|(_, mode)| *mode);
        found.ok_or_else(|| {
            let modes: Vec<&str> = SSL_MODES.iter().map(|(name, _)| *name).collect();
            refused("`sslmode` is none that there is").with_hint(format!("it is one of {}", modes.join(", ")))
        })
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let parse = |text: String| {
            text.parse().map_err(|_| refused(format!("`{name}` of the database is no number that can be")))
        };
        self.get(name).map(parse).transpose()
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// What stands on a command line can be read by everybody on the machine.
fn no_password() -> Error {
    refused("a password does not belong into the address of a database").with_hint(
        "give it by PGPASSWORD, ~/.pgpass, or a file that holds nothing else: postgres://USER@HOST/DATABASE?password_file=FILE",
    )
}

fn unknown(name: &str) -> Error {
    match name {
        "password" | "sslpassword" => return no_password(),
        "options" => {
            return refused("`options` of the address are not passed on")
                .with_hint("set them for the role: ALTER ROLE … SET …");
        }
        _ => {}
    }
    let known = || PARAMETERS.iter().map(|(known, _)| *known);
    let nearest = known().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
    let hint = match nearest.filter(|known| strsim::jaro(known, name) > 0.8) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
    };
    // It may be the second half of a password with an & in it.
    let is_plain = name.len() < 32 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let name = if is_plain { format!("a parameter `{name}`") } else { "a parameter".to_owned() };
    refused(format!("the address of the database has {name} that there is not")).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address> {
        with(text, &[])
    }

    fn with(text: &str, variables: &[(&str, &str)]) -> Result<Address> {
        Address::parse(text, &|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
        })
    }

    #[test]
    fn an_address_is_read_as_psql_reads_it() {
        let address = parse("etl@db.example/warehouse").unwrap();
        assert_eq!((&address.host, address.port), (&Host::Name("db.example".into()), 5432));
        assert_eq!((&*address.user, &*address.database, &*address.schema), ("etl", "warehouse", "ashby"));
        assert_eq!(address.ssl_mode, SslMode::Prefer);
        let address = parse("e%40l@[::1]:5433/w%20h?schema=raw%20data&sslmode=disable").unwrap();
        assert_eq!((&*address.user, &*address.database, &*address.schema), ("e@l", "w h", "raw data"));
        assert_eq!((&address.host, address.port), (&Host::Name("::1".into()), 5433));
        assert!(address.host.is_here());
        let address = parse("etl@/w?host=/tmp/x&port=7").unwrap();
        assert_eq!(address.server(), "/tmp/x/.s.PGSQL.7");
        assert_eq!(address.to_string(), "postgres://etl@/w?schema=ashby&host=/tmp/x&port=7");
        let address = parse("etl@%2Ftmp%2Fx/w").unwrap();
        assert_eq!(address.host, Host::Socket("/tmp/x".into()));
        let variables = [
            ("PGHOST", "h"),
            ("PGUSER", "u"),
            ("PGDATABASE", "d"),
            ("PGPORT", "1"),
            ("PGSSLMODE", "require"),
        ];
        let address = with("", &variables).unwrap();
        assert_eq!(address.to_string(), "postgres://u@h:1/d?schema=ashby");
        assert_eq!(with("x@y/z", &variables).unwrap().to_string(), "postgres://x@y:1/z?schema=ashby");
        assert_eq!(with("h", &[("USER", "me")]).unwrap().database, "me");
    }

    #[test]
    fn what_is_shown_can_be_given_again() {
        let shown = parse("e%40l@db-1.example:7/w%20h?schema=raw_data").unwrap().to_string();
        assert_eq!(shown, "postgres://e%40l@db-1.example:7/w%20h?schema=raw_data");
        let again = parse(shown.strip_prefix("postgres://").unwrap()).unwrap();
        assert_eq!((&*again.user, &*again.database), ("e@l", "w h"));
    }

    #[test]
    fn nothing_secret_is_taken_or_repeated() {
        for text in ["u:SECRET@h/d", "u:SE@CRET@h/d", "u@h/d?password=SECRET", "u@h/d?x=1&SE!CRET"] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error:?}{:?}", error.hint()).contains("CRET"), "{error:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_way_out() {
        let hint = |text: &str| parse(text).unwrap_err().hint().unwrap_or_default().to_owned();
        assert_eq!(hint("u@h/d?shema=x"), "did you mean `schema`?");
        assert!(hint("u@h/d?sslmode=on").contains("verify-full"));
        assert!(hint("u@h/d?sslmode=verify-full").contains("sslrootcert"));
        assert!(hint("u@a,b/d").contains("takes writes"));
        assert!(hint("u@h/d?options=-c%20x").contains("ALTER ROLE"));
        for text in [
            "u@h:port/d",
            "u@h/d?schema=pg_x",
            "u@h/d?connect_timeout=x",
            "h/d",
            "u@h/d?sslrootcert=system&sslmode=require",
        ] {
            assert_eq!(parse(text).unwrap_err().kind(), ErrorKind::Configuration, "{text}");
        }
        assert_eq!(parse("u@h/d?sslrootcert=system").unwrap().ssl_mode, SslMode::VerifyFull);
    }
}
