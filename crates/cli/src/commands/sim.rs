//! `ashby sim`: a simulated Ashby for other people's tests.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ashby_client::catalog::Permission;
use ashby_sim::{DeliverySettings, Key, Organisation, Server, ServerOptions, Shape, Subscription};
use clap::{Args, Subcommand};

use crate::failure::{FAILED, Failure, USAGE};
use crate::settings::Settings;
use crate::{output, signals, webhooks};

/// What `ashby sim` is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum SimAction {
    /// Serve a simulated organisation on 127.0.0.1 until stopped; prints the address
    Serve(SimServe),
}

/// A simulated organisation.
#[derive(Debug, Args)]
pub(crate) struct SimServe {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How much there is: demo (20,000 applications, as untidy as in life), large (200,000), small, empty, or a number
    /// of applications and nothing else
    #[arg(long, default_value = "small")]
    shape: String,
    /// Seed of the data; the same seed makes the same organisation
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The API key to accept
    #[arg(long, default_value = "sim-key")]
    key: String,
    /// What the key may do, and nothing else: "Candidates: Read", candidatesRead or candidates:read. Such a key sees
    /// neither confidential jobs nor private fields [default: everything]
    #[arg(long, value_name = "SCOPE", value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// Refuse more requests a minute than this
    #[arg(long, value_name = "N")]
    rpm: Option<u32>,
    /// Wait this long before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Never compress responses
    #[arg(long)]
    no_compression: bool,
    /// Make so many changes a minute, as a working day would
    #[arg(long, value_name = "N", default_value_t = 0)]
    changes_per_minute: u32,
    /// Let so many records a minute go: candidates deleted, merged, anonymised, offers and postings deleted
    #[arg(long, value_name = "N", default_value_t = 0)]
    losses_per_minute: u32,
    #[command(flatten)]
    webhooks: SimWebhooks,
}

/// Webhooks of a simulated organisation; others are made with `webhook.create`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Webhooks")]
struct SimWebhooks {
    /// Tell this http:// address of changes. It is asked once, at the start: types whose ping it does not answer are disabled,
    /// as Ashby does it
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// A file whose first line is the secret that signs; without it events are not signed
    #[arg(long, value_name = "FILE", requires = "webhook")]
    webhook_secret_file: Option<PathBuf>,
    /// Only of these types of events
    #[arg(long, value_name = "TYPE", value_delimiter = ',', requires = "webhook")]
    webhook_types: Vec<String>,
    /// Try failed deliveries again so many times sooner than Ashby does (after 10 s, 30 s, 70 s and so on)
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    webhook_speed: f64,
    /// Lose so many of a hundred deliveries
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    webhook_loss: u32,
    /// Send so many of a hundred twice
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    webhook_copies: u32,
    /// Keep so many of a hundred back, for up to --webhook-late-ms; others overtake them
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    webhook_late: u32,
    /// See --webhook-late
    #[arg(long, value_name = "MS", default_value_t = 5_000)]
    webhook_late_ms: u64,
}

impl SimAction {
    pub(crate) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let Self::Serve(serve) = self;
        let shape = Shape { seed: serve.seed, ..shape(&serve.shape)? };
        let organisation = Organisation::new(&shape);
        let options = options(&serve, key(&serve)?);
        let server = Server::start(organisation, options).await.map_err(|error| {
            Failure::new(FAILED, format!("cannot listen on port {} of 127.0.0.1", serve.port))
                .with_source(error)
        })?;
        match settings.json() {
            true => {
                output::print_json(&serde_json::json!({ "base_url": server.base_url(), "key": serve.key }))?
            }
            false => output::print(&format!("{}\n", server.base_url()))?,
        }
        output::explain(&format!(
            "a simulated Ashby is at the address above; its key is `{}`, and POST {}/_sim/admin changes it\n",
            serve.key,
            server.base_url()
        ));
        let stopped =
            signals::cancellation_with("stopping: answering what is under way (again to stop at once)\n")?;
        tokio::select! {
            () = stopped.cancelled() => {}
            ended = live(&server, &serve) => ended?,
        }
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the webhooks, and changes from then on; ends only if a webhook cannot be made.
async fn live(server: &Server, serve: &SimServe) -> Result<(), Failure> {
    subscribe(server, &serve.webhooks).await?;
    let organisation = server.organisation();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let (mut changes, mut losses) = (0, 0);
    for number in 0.. {
        second.tick().await;
        // What a minute's number leaves over for this second.
        let due = |per_minute: u32, done: u64| (u64::from(per_minute) * number / 60).saturating_sub(done);
        let (more, fewer) = (due(serve.changes_per_minute, changes), due(serve.losses_per_minute, losses));
        if more > 0 {
            organisation.churn(usize::try_from(more).unwrap_or(usize::MAX), serve.seed ^ number);
        }
        if fewer > 0 {
            organisation.erode(usize::try_from(fewer).unwrap_or(usize::MAX), serve.seed ^ number);
        }
        (changes, losses) = (changes + more, losses + fewer);
    }
    Ok(())
}

async fn subscribe(server: &Server, webhooks: &SimWebhooks) -> Result<(), Failure> {
    let Some(url) = &webhooks.webhook else { return Ok(()) };
    if !url.starts_with("http://") {
        return Err(Failure::new(USAGE, "--webhook must be an address that begins with http://")
            .with_hint("the simulator has nobody but this machine to tell, and speaks no TLS"));
    }
    let secret = webhooks.webhook_secret_file.as_deref().map(webhooks::first_in).transpose()?;
    let all: Vec<&str> = Organisation::event_types().filter(|kind| *kind != "ping").collect();
    let wanted: Vec<&str> = match webhooks.webhook_types.as_slice() {
        [] => all,
        types => types.iter().map(String::as_str).collect(),
    };
    for kind in wanted {
        let subscription = Subscription {
            webhook_type: kind.to_owned(),
            request_url: url.clone(),
            secret_token: secret.clone(),
        };
        let (id, is_enabled) = server.subscribe(&subscription).await.ok_or_else(|| {
            Failure::new(USAGE, format!("there is no event `{kind}`"))
                .with_hint("`ashby webhook trigger` lists them")
        })?;
        if !is_enabled {
            output::explain(&format!(
                "{url} did not answer the ping: the webhook {id} ({kind}) is disabled until webhook.update enables it\n"
            ));
        }
    }
    Ok(())
}

fn shape(name: &str) -> Result<Shape, Failure> {
    match name {
        "demo" => Ok(Shape::demo()),
        "large" => Ok(Shape::large()),
        "small" => Ok(Shape::small()),
        "empty" => Ok(Shape::empty()),
        number => number.parse().map(Shape::bulk).map_err(|_| {
            Failure::new(USAGE, format!("`{name}` is not a shape"))
                .with_hint("shapes are demo, large, small, empty, or a number of applications")
        }),
    }
}

/// The key that is accepted.
///
/// # Errors
/// If a scope is none.
fn key(serve: &SimServe) -> Result<Key, Failure> {
    let Some(scopes) = &serve.scopes else { return Ok(Key::full(&serve.key)) };
    let known = || Key::READ_SCOPES.into_iter().chain(Key::WRITE_SCOPES);
    let mut key = Key::limited(&serve.key, [] as [&str; 0]);
    for scope in scopes {
        let meant = Permission::parse(scope).map(Permission::scope);
        let found = known().find(|known| meant.as_deref() == Some(known)).ok_or_else(|| {
            Failure::new(USAGE, format!("there is no scope `{scope}`"))
                .with_hint(format!("there are {}", known().collect::<Vec<_>>().join(", ")))
        })?;
        key.can_read_key_info |= found == "apiKeys:read";
        key.scopes.insert(found.to_owned());
    }
    Ok(key)
}

fn options(serve: &SimServe, key: Key) -> ServerOptions {
    ServerOptions {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, serve.port)),
        keys: vec![key],
        requests_per_minute: serve.rpm,
        latency: (serve.latency_ms > 0).then(|| Duration::from_millis(serve.latency_ms)),
        compress: !serve.no_compression,
        deliveries: DeliverySettings {
            speed: serve.webhooks.webhook_speed,
            loss_percent: serve.webhooks.webhook_loss,
            copy_percent: serve.webhooks.webhook_copies,
            late_percent: serve.webhooks.webhook_late,
            late_ms: serve.webhooks.webhook_late_ms,
            seed: serve.seed,
            ..DeliverySettings::default()
        },
        ..ServerOptions::default()
    }
}
