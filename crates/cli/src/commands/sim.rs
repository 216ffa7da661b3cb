//! `ashby sim`: a simulated Ashby for other people's tests.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use ashby_sim::{Key, Organisation, Server, ServerOptions, Shape};
use clap::{Args, Subcommand};

use crate::failure::{FAILED, Failure, USAGE};
use crate::{output, signals};

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
    /// How much there is: demo (20,000 applications), small, empty, or a number of applications and nothing else
    #[arg(long, default_value = "small")]
    shape: String,
    /// Seed of the data; the same seed makes the same organisation
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The API key to accept
    #[arg(long, default_value = "sim-key")]
    key: String,
    /// Refuse more requests a minute than this
    #[arg(long, value_name = "N")]
    rpm: Option<u32>,
    /// Wait this long before each answer
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u64,
    /// Never compress responses
    #[arg(long)]
    no_compression: bool,
}

impl SimAction {
    pub(crate) async fn run(self) -> Result<ExitCode, Failure> {
        let Self::Serve(serve) = self;
        let shape = Shape { seed: serve.seed, ..shape(&serve.shape)? };
        let organisation = Organisation::new(&shape);
        let options = options(&serve);
        let server = Server::start(organisation, options).await.map_err(|error| {
            Failure::new(FAILED, format!("cannot listen on port {} of 127.0.0.1", serve.port))
                .with_source(error)
        })?;
        output::print(&format!("{}\n", server.base_url()))?;
        output::explain(&format!(
            "a simulated Ashby is at the address above; its key is `{}`, and POST {}/_sim/admin changes it\n",
            serve.key,
            server.base_url()
        ));
        signals::cancellation()?.cancelled().await;
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn shape(name: &str) -> Result<Shape, Failure> {
    match name {
        "demo" => Ok(Shape::demo()),
        "small" => Ok(Shape::small()),
        "empty" => Ok(Shape::empty()),
        number => number.parse().map(Shape::bulk).map_err(|_| {
            Failure::new(USAGE, format!("`{name}` is not a shape"))
                .with_hint("shapes are demo, small, empty, or a number of applications")
        }),
    }
}

fn options(serve: &SimServe) -> ServerOptions {
    ServerOptions {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, serve.port)),
        keys: vec![Key::full(&serve.key)],
        requests_per_minute: serve.rpm,
        latency: (serve.latency_ms > 0).then(|| Duration::from_millis(serve.latency_ms)),
        compress: !serve.no_compression,
        ..ServerOptions::default()
    }
}
