//! A connection to the server, and what is known of it.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use capture_core::{Error, ErrorKind};
use futures_util::TryStreamExt as _;
use tokio::task::JoinHandle;
use tokio_postgres::config::{ChannelBinding, SslMode as Asked};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Row, SimpleQueryMessage};

use crate::address::{Address, Host, SslMode};
use crate::failure::Failure;
use crate::password;
use crate::system;
use crate::tls::Tls;
use crate::transit;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// A parameter and its type: statements have no names, since a pooler may give each transaction another connection.
pub(crate) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The oldest server that is known to do.
const OLDEST: i32 = 130_000;

/// A server whose other side has gone notices it after a minute at most, and gives up the lock.
const DETECT_LOSS: &str =
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";

pub(crate) struct Link {
    client: Client,
    connection: JoinHandle<()>,
    pub(crate) server: Server,
    /// Nothing is ever committed: all is one transaction, which ends with the connection.
    is_rehearsal: bool,
    has_begun: AtomicBool,
}

/// How a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    RollBack,
}

/// What a server is, and how it was reached.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// As `server_version_num`: 150018.
    pub(crate) version: i32,
    /// As it says it itself.
    pub(crate) version_text: String,
    /// The process that serves this connection, and when that began.
    pub(crate) backend: Backend,
    /// Somebody stands in between and shares connections out: what a session remembers may be another's.
    pub(crate) is_pooled: bool,
    pub(crate) is_encrypted: bool,
    pub(crate) has_lz4: bool,
    /// A replica.
    pub(crate) is_read_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) process: i32,
    pub(crate) started: String,
}

/// How every transaction begins: names mean what they say, whatever the role's `search_path`, and whoever holds a lock is
/// not waited for without end.
pub(crate) const SETTINGS: &str =
    "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = '20s';
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL client_min_messages = warning; SET LOCAL standard_conforming_strings = on";

impl Link {
    pub(crate) async fn connect(address: &Address) -> Result<Self> {
        let mut config = Config::new();
        config
            .user(&address.user)
            .dbname(&address.database)
            .port(address.port)
            .application_name(&address.application_name)
            .connect_timeout(address.connect_timeout)
            .keepalives_idle(Duration::from_secs(30))
            .keepalives_interval(Duration::from_secs(10))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(60));
        match &address.host {
            Host::Name(name) => _ = config.host(name),
            Host::Socket(directory) => system::through_socket(&mut config, directory)?,
        }
        if let Some(password) = password::password(address)? {
            config.password(password);
        }
        if address.needs_channel_binding {
            config.channel_binding(ChannelBinding::Require);
        }
        let tls = Tls::new(address)?;
        let is_socket = matches!(address.host, Host::Socket(_));
        let (first, second) = match address.ssl_mode {
            _ if is_socket => (Asked::Disable, None),
            SslMode::Disable => (Asked::Disable, None),
            SslMode::Allow => (Asked::Disable, Some(Asked::Require)),
            // As libpq: a server that takes only what is not encrypted may say so as late as at the login.
            SslMode::Prefer => (Asked::Prefer, Some(Asked::Disable)),
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Asked::Require, None),
        };
        config.ssl_mode(first);
        let connected = match (Self::with(&config, &tls, address).await, second) {
            (Err(failure), Some(second)) if failure.is_refused() || failure.has_code("28000") => {
                config.ssl_mode(second);
                Self::with(&config, &Tls::new(address)?, address).await.map_err(|_| failure)
            }
            (connected, _) => connected,
        };
        connected.inspect(|link| {
            if !link.server.is_encrypted && !address.host.is_here() {
                tracing::warn!(
                    "the connection to {} is not encrypted; sslmode=require insists on it",
                    address.server()
                );
            }
        })
    }

    async fn with(config: &Config, tls: &Tls, address: &Address) -> Result<Self> {
        // The library's own limit ends with the first answer.
        let connecting = tokio::time::timeout(address.connect_timeout * 2, config.connect(tls.clone()));
        let (client, connection) = connecting.await.map_err(|_| silent(address))??;
        let connection = tokio::spawn(async move {
            // Whoever waits for an answer is told.
            let _ = connection.await;
        });
        let server = tokio::time::timeout(address.connect_timeout * 2, Server::ask(&client));
        let mut server = server.await.map_err(|_| silent(address))??;
        server.is_encrypted = tls.was_used();
        let (is_rehearsal, has_begun) = (false, AtomicBool::new(false));
        let link = Self { client, connection, server, is_rehearsal, has_begun };
        if link.server.version < OLDEST {
            let message =
                format!("the server at {} is PostgreSQL {}", address.server(), link.server.version_text);
            return Err(Error::new(ErrorKind::Configuration, message)
                .with_hint("PostgreSQL 13 or newer is needed")
                .into());
        }
        Ok(link)
    }

    /// The same connection, on which nothing is committed.
    #[must_use]
    pub(crate) fn rehearsing(mut self, is_rehearsal: bool) -> Self {
        self.is_rehearsal = is_rehearsal;
        self
    }

    /// Whether nothing is committed on it.
    pub(crate) fn is_rehearsing(&self) -> bool {
        self.is_rehearsal
    }

    /// Ends a transaction.
    pub(crate) async fn end(&self, how: End) -> Result<()> {
        if self.is_rehearsal {
            return Ok(());
        }
        self.run(match how {
            End::Commit => "COMMIT",
            End::RollBack => "ROLLBACK",
        })
        .await
    }

    pub(crate) async fn run(&self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql).await?)
    }

    /// Runs several statements; how many rows the last one changed.
    pub(crate) async fn run_counting(&self, sql: &str) -> Result<u64> {
        let counts = self.client.simple_query(sql).await?.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::CommandComplete(count) => Some(count),
            _ => None,
        });
        Ok(counts.last().unwrap_or(0))
    }

    pub(crate) async fn rows(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>> {
        Ok(self.client.query_typed(sql, parameters).await?)
    }

    pub(crate) async fn row(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>> {
        Ok(self.client.query_typed_opt(sql, parameters).await?)
    }

    /// Rows one after the other, however many there are.
    pub(crate) async fn each_row(&self, sql: &str, mut each: impl FnMut(&Row) -> Result<()>) -> Result<()> {
        let none: [Parameter<'_>; 0] = [];
        let mut rows = pin!(self.client.query_typed_raw(sql, none).await?);
        while let Some(row) = rows.try_next().await? {
            each(&row)?;
        }
        Ok(())
    }

    /// How many rows were changed.
    pub(crate) async fn change(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64> {
        Ok(self.client.execute_typed(sql, parameters).await?)
    }

    /// `COPY … FROM STDIN`. It is a statement with a name, so it does not go through a pooler.
    pub(crate) async fn copy(&self, sql: &str) -> Result<tokio_postgres::CopyInSink<bytes::Bytes>> {
        Ok(self.client.copy_in(sql).await?)
    }

    /// Sets up what a session remembers, where it is ours alone.
    pub(crate) async fn settle(&self) -> Result<()> {
        if self.server.is_pooled {
            return Ok(());
        }
        self.run(DETECT_LOSS).await?;
        if self.server.version >= 140_000 {
            // Not every system can, and it is no loss.
            let _ = self.run("SET client_connection_check_interval = '2s'").await;
        }
        Ok(())
    }

    /// Begins a transaction, and runs one statement in it: how many rows that changed.
    pub(crate) async fn begin(&self, statement: &str) -> Result<u64> {
        // From 17 on there is a limit more.
        let limit = if self.server.version >= 170_000 { "SET LOCAL transaction_timeout = 0;" } else { "" };
        if self.is_rehearsal && self.has_begun.swap(true, Ordering::Relaxed) {
            return match statement {
                "" => Ok(0),
                statement => self.run_counting(statement).await,
            };
        }
        self.run_counting(&format!("BEGIN; {SETTINGS}; {limit} {statement}")).await
    }

    /// Says good-bye, and waits until that is said.
    pub(crate) async fn close(self) {
        let Self { client, connection, .. } = self;
        drop(client);
        let _ = tokio::time::timeout(Duration::from_secs(2), connection).await;
    }
}

fn silent(address: &Address) -> Failure {
    let message = format!("the database server at {} does not answer", address.server());
    Error::new(ErrorKind::Unavailable, message)
        .with_hint("see that it runs and can be reached from here")
        .into()
}

impl Server {
    async fn ask(client: &Client) -> Result<Self> {
        const ASK: &str = "SELECT pg_catalog.pg_backend_pid(),
            (SELECT a.backend_start::pg_catalog.text FROM pg_catalog.pg_stat_activity a
                WHERE a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()),
            pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
            pg_catalog.current_setting('server_version'),
            pg_catalog.current_setting('server_encoding'),
            pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'on',
            (SELECT 'lz4' OPERATOR(pg_catalog.=) ANY (s.enumvals) FROM pg_catalog.pg_settings s
                WHERE s.name OPERATOR(pg_catalog.=) 'default_toast_compression')";
        let row = client.query_typed_one(ASK, &[]).await?;
        let encoding: String = row.try_get(4)?;
        if encoding != "UTF8" {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("the database holds text as {encoding}, which cannot hold every record"),
            )
            .with_hint("make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0")
            .into());
        }
        let backend = Backend {
            process: row.try_get(0)?,
            started: row.try_get::<_, Option<String>>(1)?.unwrap_or_default(),
        };
        Ok(Self {
            version: row.try_get(2)?,
            version_text: row.try_get(3)?,
            is_pooled: transit::process(client).await != Some(backend.process),
            is_encrypted: false,
            has_lz4: row.try_get::<_, Option<bool>>(6)?.unwrap_or(false),
            is_read_only: row.try_get(5)?,
            backend,
        })
    }
}

/// A value in the server's binary form.
pub(crate) struct Raw(pub(crate) Vec<u8>);

/// Shows its length: it holds records.
impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.len())
    }
}

impl ToSql for Raw {
    fn to_sql(
        &self,
        _: &Type,
        output: &mut bytes::BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        output.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
