//! Pages for people in browsers, behind the same tokens. A browser sends no `Authorization` header by itself: who has no token
//! in one signs in with it, and gets a cookie that says so.
//!
//! The cookie is no token: it is a random word that this process remembers, with the hash of the token it was given for. So it
//! ends with the process and after twelve hours, a token that is revoked, rotated or expired ends it at once, and what it is
//! good for is reading pages: no other door takes it. It is `HttpOnly`, and `SameSite=Strict`, so that no other site's page makes
//! a browser send it; over TLS it is `Secure`, too.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_service::{BodyRefusal, Limits, read_body};

use super::door::Door;
use super::{Site, refused, unread};
use crate::error::Error;
use crate::tokens::{Identity, Tokens, hash};

const COOKIE: &str = "ashby_dashboard";

/// How long a browser is let in.
const TIME: Duration = Duration::from_secs(12 * 60 * 60);

/// How many browsers at once; beyond that the oldest sign in again.
const SESSIONS_MAX: usize = 1_000;

/// A token and its name in a form.
const FORM_BYTES_MAX: usize = 4_096;

/// A document, and what its header says of what it may do.
#[derive(Debug, Clone)]
pub struct Document {
    /// HTML.
    pub html: String,
    /// `Content-Security-Policy`.
    pub policy: String,
}

/// Pages that are served to people who may see them.
pub struct Pages {
    /// Their address, which begins those of all of them: `/dashboard`.
    pub path: &'static str,
    /// What answers them.
    pub router: Router,
    /// Asks for a token, which goes to the address given; and says whether one was wrong.
    pub sign_in: fn(&str, bool) -> Document,
    /// Says why somebody who is known may not see them.
    pub notice: fn(&str) -> Document,
}

impl fmt::Debug for Pages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pages").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A document as an answer: kept nowhere, framed nowhere, and telling nobody where it was.
pub fn html_response(status: StatusCode, document: Document) -> Response {
    let mut response = (status, document.html).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&document.policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[derive(Clone)]
struct Hall {
    door: Door,
    site: Site,
    sessions: Arc<Sessions>,
    path: &'static str,
    sign_in: fn(&str, bool) -> Document,
    notice: fn(&str) -> Document,
}

/// The pages behind their own guard, and the address that takes tokens.
pub(super) fn router(pages: Pages, door: Door, site: Site) -> Router {
    let Pages { path, router, sign_in, notice } = pages;
    let hall = Hall { door, site, sessions: Arc::default(), path, sign_in, notice };
    let entrance = Router::new().route(&format!("{path}/sign-in"), post(enter)).with_state(hall.clone());
    router.route_layer(from_fn_with_state(hall, guard)).merge(entrance)
}

impl Hall {
    fn address(&self, query: Option<&str>) -> String {
        // The query comes back as it came: in an attribute it is escaped, in a header it is checked.
        match query {
            Some(query) => format!("{}/sign-in?{query}", self.path),
            None => format!("{}/sign-in", self.path),
        }
    }

    fn asks(&self, query: Option<&str>, was_wrong: bool) -> Response {
        html_response(StatusCode::UNAUTHORIZED, (self.sign_in)(&self.address(query), was_wrong))
    }

    fn tokens(&self) -> &Tokens {
        &self.site.tokens
    }
}

async fn guard(State(hall): State<Hall>, mut request: Request, next: Next) -> Response {
    if let Err(error) = hall.door.check_host(&request) {
        return refused(&error);
    }
    let identity = match hall.door.identify(&request) {
        Ok(identity) => identity,
        // A token that is wrong is wrong, whatever cookies there are.
        Err(error) if request.headers().contains_key(header::AUTHORIZATION) => return refused(&error),
        Err(_) => match hall.sessions.of(request.headers(), hall.tokens()) {
            Some(identity) => identity,
            None => return hall.asks(request.uri().query(), false),
        },
    };
    if identity.privacy.is_some() {
        let why = "This token stands under a privacy policy, and the dashboard shows the model as it is. Ask for a token without one.";
        return html_response(StatusCode::FORBIDDEN, (hall.notice)(why));
    }
    request.extensions_mut().insert(identity);
    hall.door.serve(request, next).await
}

async fn enter(State(hall): State<Hall>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, Body::empty());
    let checked = hall.door.check_host(&request).and_then(|()| {
        if is_same_origin(request.headers()) { Ok(()) } else { hall.door.check_origin(request.headers()) }
    });
    if let Err(error) = checked {
        return refused(&error);
    }
    let Limits { body_patience, .. } = hall.site.limits;
    let body = match read_body(body, FORM_BYTES_MAX, body_patience).await {
        Ok(body) => body,
        Err(BodyRefusal::TooLarge) => {
            return refused(&Error::new("too_large", "this is no form with a token"));
        }
        Err(refusal) => return refused(&unread(refusal)),
    };
    let query = request.uri().query();
    let token = token_of(&body);
    let Some(_known) = token.as_deref().and_then(|token| hall.tokens().check(token)) else {
        return hall.asks(query, true);
    };
    let word = hall.sessions.begin(hash(token.as_deref().unwrap_or_default()));
    let is_secure = request
        .headers()
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let cookie = format!(
        "{COOKIE}={word}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}",
        hall.path,
        TIME.as_secs(),
        if is_secure { "; Secure" } else { "" }
    );
    let target = match query {
        Some(query) => format!("{}?{query}", hall.path),
        None => hall.path.to_owned(),
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in [
        (header::SET_COOKIE, cookie),
        (header::LOCATION, target),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Whether a form comes from a page of the host that it goes to; behind a proxy that is another name than ours.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

/// The token of a form. Tokens have no letter that a form would spell otherwise.
fn token_of(body: &[u8]) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let token = body.split('&').find_map(|pair| pair.strip_prefix("token="))?;
    Some(token.trim_matches('+').to_owned())
}

/// Which browsers are let in.
#[derive(Debug, Default)]
struct Sessions(Mutex<HashMap<String, Session>>);

#[derive(Debug)]
struct Session {
    /// Of the token it was begun with.
    token_sha256: String,
    begun: Instant,
}

impl Sessions {
    /// Lets a browser in; returns its word. Only the word's hash is kept.
    fn begin(&self, token_sha256: String) -> String {
        let bytes: [u8; 32] = rand::random();
        let word = URL_SAFE_NO_PAD.encode(bytes);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, session| session.begun.elapsed() < TIME);
        if all.len() >= SESSIONS_MAX {
            let oldest = all.iter().min_by_key(|(_, session)| session.begun).map(|(word, _)| word.clone());
            oldest.map(|word| all.remove(&word));
        }
        all.insert(hash(&word), Session { token_sha256, begun: Instant::now() });
        word
    }

    /// Whose cookie is among these headers, if its token is still good.
    fn of(&self, headers: &HeaderMap, tokens: &Tokens) -> Option<Identity> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, word) = pairs.find(|(name, _)| *name == COOKIE)?;
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = all.get(&hash(word)).filter(|session| session.begun.elapsed() < TIME)?;
        tokens.check_hash(&session.token_sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_session_is_good_as_long_as_its_token() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = Tokens::new(directory.path().join("tokens.json"));
        let token = tokens.create("board", None, true).unwrap();
        let sessions = Sessions::default();
        let word = sessions.begin(hash(&token));
        let cookie = with(header::COOKIE, &format!("other=1; {COOKIE}={word}"));
        assert_eq!(sessions.of(&cookie, &tokens).map(|identity| identity.name).as_deref(), Some("board"));
        for wrong in ["", "x", &token, &word[1..], &hash(&word)] {
            let cookie = with(header::COOKIE, &format!("{COOKIE}={wrong}"));
            assert!(sessions.of(&cookie, &tokens).is_none());
        }
        tokens.rotate("board").unwrap();
        assert!(sessions.of(&cookie, &tokens).is_none());
    }

    #[test]
    fn browsers_are_counted() {
        let sessions = Sessions::default();
        let first = sessions.begin("a".to_owned());
        (0..SESSIONS_MAX).for_each(|_| drop(sessions.begin("a".to_owned())));
        let all = sessions.0.lock().unwrap();
        assert!(all.len() == SESSIONS_MAX && !all.contains_key(&hash(&first)));
    }

    #[test]
    fn forms_come_from_the_page_they_go_to() {
        let mut headers = with(header::HOST, "people.example:8443");
        assert!(!is_same_origin(&headers));
        for (origin, is_same) in
            [("https://people.example:8443", true), ("https://people.example", false), ("null", false)]
        {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(is_same_origin(&headers), is_same, "{origin}");
        }
        assert_eq!(token_of(b"a=1&token=ashby_x-Y_z").as_deref(), Some("ashby_x-Y_z"));
        assert_eq!(token_of(b"nothing"), None);
    }
}
