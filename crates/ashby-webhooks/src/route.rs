//! The route that receives.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http_service::{Limits, discard_body, read_body};

use crate::intake::{Intake, Verdict};
use crate::signature::HEADER;

/// Where events are delivered, unless somebody says otherwise.
pub const PATH: &str = "/webhooks/ashby";

/// Receives at `path`, for a server with these limits. Answers 2xx only for what is durable.
///
/// | answer | to | and Ashby |
/// |---|---|---|
/// | 200 | a ping, an event that is durable, a copy | is done |
/// | 400 | a signed body that is no event | sends it again, in vain |
/// | 401 | a signature that is missing, of another form, or wrong | does not send it again |
/// | 404, 405 | another path, another method | does not send it again |
/// | 408, 413 | a body that is too slow or too large | sends it again |
/// | 503 | what cannot be kept now | sends it again |
pub fn router(intake: Intake, path: &str, limits: Limits) -> Router {
    Router::new().route(path, post(receive)).with_state((intake, limits))
}

async fn receive(State((intake, limits)): State<(Intake, Limits)>, request: Request) -> Response {
    intake.counters().received.inc();
    let headers = request.headers().get_all(HEADER);
    let Ok(signature) = intake.signature(headers.iter().map(HeaderValue::as_bytes)) else {
        // What nobody signed is not worth the memory for its body.
        discard_body(request.into_body(), limits.body_bytes, limits.body_patience).await;
        return closing(StatusCode::UNAUTHORIZED);
    };
    let body = match read_body(request.into_body(), limits.body_bytes, limits.body_patience).await {
        Ok(body) => body,
        Err(refusal) => {
            tracing::warn!(%refusal, "a delivery was not read");
            return closing(refusal.status());
        }
    };
    match intake.take(signature, body).await {
        Verdict::Ping | Verdict::Kept(_) => StatusCode::OK.into_response(),
        Verdict::Unsigned(_) => StatusCode::UNAUTHORIZED.into_response(),
        Verdict::Malformed(_) => StatusCode::BAD_REQUEST.into_response(),
        Verdict::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, HeaderValue::from_static("10"))]).into_response()
        }
    }
}

/// The rest of the request may follow, and nobody will read it.
fn closing(status: StatusCode) -> Response {
    (status, [(CONNECTION, HeaderValue::from_static("close"))]).into_response()
}
