//! The doors over HTTP: `/mcp`, `/execute`, the paths of the hosted API that its clients ask, and pages for people.
//!
//! Before any of them: the host that was asked for and the page that asks must be known, so that no web page reaches a server
//! on this machine by a name of its own; then the token; then a place among those who are served at once. Who asks for a token
//! passes all of that but the second.

mod door;
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http_service::{BodyRefusal, Limits, Vitals, read_body};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub use self::door::Crowd;
use self::door::Door;
pub use self::pages::{Document, Pages, html_response};
use crate::agent::{Agent, Call, Sent};
use crate::error::Error;
use crate::execute::{Form, entities, execute, failed, status};
use crate::mcp::Handler;
use crate::seats::Seats;
use crate::tokens::{Identity, Tokens};

/// How the doors are set up.
#[derive(Debug)]
pub struct HttpOptions {
    /// Who may ask. While there never was one, everybody who reaches the address.
    pub tokens: Arc<Tokens>,
    /// Whether nobody is let in without a token from the start: others than this machine's programs reach the address, or
    /// there are tokens already.
    pub needs_token: bool,
    /// Hosts that may be asked for, beside this machine's own names.
    pub hosts: Vec<String>,
    /// Pages that may ask, beside those of this machine: `https://app.example.com`.
    pub origins: Vec<String>,
    /// What strangers can cost.
    pub limits: Limits,
    /// How many are served at once.
    pub crowd: Crowd,
    /// Routes that know by themselves whom they serve, such as those that receive what somebody has signed.
    pub open: Router,
    /// Pages for people, if there are any.
    pub pages: Option<Pages>,
}

/// Where clients of the hosted API change a secret for a token.
const TOKEN_PATH: &str = "/api/v1/account/applications/token";

#[derive(Clone)]
struct Site {
    seats: Seats,
    limits: Limits,
    tokens: Arc<Tokens>,
}

/// All doors of an agent.
pub fn router(agent: Agent, vitals: &Vitals, options: HttpOptions) -> Router {
    let HttpOptions { tokens, needs_token, hosts, origins, limits, crowd, open, pages } = options;
    let measures = agent.inner.measures.clone();
    vitals.register(|registry| agent.register(registry));
    let seats = Seats::new(agent);
    let handler = Handler::of_http(seats.clone());
    let mut config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(limits.body_bytes)
        // Our own door is before it, and before all the others.
        .disable_allowed_hosts();
    // Whoever serves this stops in order; the library would break off what is under way.
    config.sse_keep_alive = None;
    let mcp = StreamableHttpService::new(
        move || Ok(handler.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    let site = Site { seats, limits, tokens: Arc::clone(&tokens) };
    let door = Door::new((tokens, needs_token), hosts, origins, crowd, measures.clone());
    let pages = pages.map(|pages| pages::router(pages, door.clone(), site.clone()));
    let guarded = Router::new()
        .route("/execute", post(ours))
        .route("/entities", get(async || json_response(StatusCode::OK, entities().to_string())))
        .route("/api/v1/integrations/connectors/{id}/execute", post(hosted))
        .route("/api/v1/integrations/connectors", get(connectors))
        .route(TOKEN_PATH, post(token))
        .with_state(site)
        .method_not_allowed_fallback(async || {
            refused(
                &Error::new("method_not_allowed", "this address is not asked in that way")
                    .hint("the header Allow says how"),
            )
        })
        .route_service("/mcp", mcp)
        .merge(vitals.router())
        .route_layer(from_fn_with_state(door, door::guard));
    Router::new()
        .merge(guarded)
        .merge(open)
        .merge(pages.unwrap_or_default())
        .fallback(async || refused(&Error::new("not_found", "there is nothing at this address")))
        .layer(from_fn_with_state(measures, door::mark))
}

async fn ours(
    State(site): State<Site>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Response {
    answer(&site, &identity, request, Form::Ours).await
}

async fn hosted(
    State(site): State<Site>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Response {
    answer(&site, &identity, request, Form::Hosted).await
}

async fn answer(site: &Site, identity: &Identity, request: Request, form: Form) -> Response {
    let is_json =
        |value: &header::HeaderValue| value.to_str().is_ok_and(|text| text.starts_with("application/json"));
    if !request.headers().get(header::CONTENT_TYPE).is_some_and(is_json) {
        return refused(
            &Error::new("unsupported_media_type", "the body must be JSON")
                .hint("Content-Type: application/json"),
        );
    }
    let sent = request.extensions().get::<Sent>().cloned().unwrap_or_default();
    let body = match body(site, request.into_body()).await {
        Ok(body) => body,
        Err(error) => return refused(&error),
    };
    let call = Call {
        caller: format!("token:{}", identity.name),
        door: "execute",
        intent: None,
        cancel: CancellationToken::new(),
        sent,
    };
    let _gone = call.cancel.clone().drop_guard();
    let agent = match site.seats.of(identity) {
        Ok(agent) => agent,
        Err(error) => return refused(&error),
    };
    let executed = execute(&agent, &body, form, &call).await;
    let code = StatusCode::from_u16(executed.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    later(json_response(code, executed.body), executed.retry_after_s)
}

async fn body(site: &Site, body: Body) -> Result<bytes::Bytes, Error> {
    read_body(body, site.limits.body_bytes, site.limits.body_patience).await.map_err(unread)
}

/// Why a body was not read.
fn unread(refusal: BodyRefusal) -> Error {
    match refusal {
        BodyRefusal::TooLarge => Error::new("too_large", refusal.to_string()),
        BodyRefusal::TooSlow => Error::new("too_slow", refusal.to_string()).hint("send the body at once"),
        BodyRefusal::Crowded => Error::busy(refusal.to_string()),
        _ => Error::new("incomplete_body", refusal.to_string()),
    }
}

/// The one connector that there is.
async fn connectors() -> Response {
    json_response(StatusCode::OK, json!({"data": [{"id": "ashby", "name": "Ashby"}]}).to_string())
}

/// Clients of the hosted API change id and secret for a token; ours is the secret itself.
async fn token(State(site): State<Site>, request: Request) -> Response {
    let body = match body(&site, request.into_body()).await {
        Ok(body) => body,
        Err(error) => return refused(&error),
    };
    let given: Value = serde_json::from_slice(&body).unwrap_or_default();
    match given["client_secret"].as_str().filter(|secret| site.tokens.check(secret).is_some()) {
        Some(secret) => {
            let answer = json!({"access_token": secret, "token_type": "Bearer", "expires_in": 900});
            json_response(StatusCode::OK, answer.to_string())
        }
        None => refused(&unauthorized()),
    }
}

fn unauthorized() -> Error {
    Error::new("unauthorized", "a token is needed")
        .hint("Authorization: Bearer ashby_…, made by `ashby token create NAME`")
}

fn refused(error: &Error) -> Response {
    let code = StatusCode::from_u16(status(error)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_response(code, failed(error));
    if code == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    }
    later(response, error.retry_after_s)
}

/// Says when to ask again, if that is known.
fn later(mut response: Response, retry_after_s: Option<u16>) -> Response {
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn json_response(code: StatusCode, body: String) -> Response {
    (code, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
