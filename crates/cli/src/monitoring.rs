//! `--metrics`: what monitoring is answered.

use http_service::Vitals;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output::explain;
use crate::settings::Settings;
use crate::webhooks;

/// Answers `/healthz`, `/readyz` and `/metrics` until `stop`, if the settings say where.
pub(crate) async fn start(settings: &Settings, stop: &CancellationToken) -> Result<Option<Vitals>, Failure> {
    let Some(text) = settings.metrics()? else { return Ok(None) };
    let address = webhooks::address(text, "metrics")?;
    let vitals = Vitals::new();
    let at = vitals
        .serve(address, stop.clone())
        .await
        .map_err(|error| webhooks::taken(address, "metrics", error))?;
    explain(&format!("metrics are at http://{at}/metrics\n"));
    Ok(Some(vitals))
}
