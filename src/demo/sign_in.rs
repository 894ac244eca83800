//! A sign-in service for the demo and for tests: one small server on this machine that plays the
//! sign-in services of several agencies, each under a path of its own.
//!
//! There are no passwords. Whoever can reach the port becomes any of the demo's users:
//!
//! ```text
//! curl -s -d username=kurator http://127.0.0.1:8099/school/token
//! ```
//!
//! A program that insists on `grant_type=password` (RFC 6749 §4.3) may send it; a password that
//! comes along is not looked at.
//!
//! **Invariant:** it listens on 127.0.0.1 only, keeps nothing, knows only the users it is given,
//! and its keys end with the process. It is never a part of a server that holds real data.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::header::{CACHE_CONTROL, PRAGMA};
use actix_web::{App, HttpResponse, HttpServer, web};
use jsonwebtoken::{Algorithm, Header, encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub use super::signing_key::KeyError;
use super::signing_key::SigningKey;
use crate::clock::Clock;

/// How long a token is good for, seconds.
const TOKEN_LIFE_SECONDS: i64 = 900;
/// The longest form that is read, bytes.
const FORM_BYTES_MAX: usize = 4_096;
/// What tokens name as the program that asked for them.
const CLIENT: &str = "samsyn-demo";

/// Somebody who can sign in at the demo.
#[derive(Clone, Debug)]
pub struct DemoUser {
    /// The issuer's path, without slashes.
    pub issuer: String,
    /// What is typed to sign in; unique within the issuer.
    pub username: String,
    /// The `sub` of the tokens.
    pub subject: String,
    /// The `acr` of the tokens.
    pub acr: String,
    /// Further claims, such as a citizen's identity number.
    pub claims: Map<String, Value>,
}

/// Parts of a token's header that a test may want to be wrong.
#[derive(Clone, Debug)]
pub struct HeaderTweaks {
    /// The header's `typ`.
    pub typ: Option<String>,
    /// The header's `kid`; without one, that of the issuer's current key.
    pub kid: Option<String>,
}

/// The running service. A clone is the same one.
#[derive(Clone)]
pub struct SignIn {
    desk: Arc<Desk>,
    server: ServerHandle,
}

/// What the sign-in service can't do.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The port is taken, or may not be used.
    #[error("the demo's sign-in service can't listen on port `{port}`")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the machine said.
        #[source]
        source: io::Error,
    },
    /// No key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key could not be used.
    #[error("the demo's sign-in service can't sign")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// There is no such issuer.
    #[error("the demo has no issuer `{0}`")]
    NoSuchIssuer(String),
    /// The issuer has no such user.
    #[error("the demo has no user `{0}` there")]
    NoSuchUser(String),
}

struct Desk {
    base_url: String,
    audience: String,
    clock: Clock,
    users: Vec<DemoUser>,
    issuers: BTreeMap<String, Issuer>,
}

struct Issuer {
    keys: Mutex<KeyPair>,
    key_requests: AtomicUsize,
}

/// The key that signs, and the one before, which is still published.
struct KeyPair {
    current: SigningKey,
    previous: Option<SigningKey>,
}

#[derive(Deserialize)]
struct TokenRequest {
    #[serde(default)]
    grant_type: Option<String>,
    #[serde(default)]
    username: String,
}

impl Default for HeaderTweaks {
    /// The header of an access token (RFC 9068 §2.1).
    fn default() -> Self {
        Self { typ: Some("at+jwt".to_owned()), kid: None }
    }
}

impl SignIn {
    /// Starts the service on 127.0.0.1; port 0 takes any free one. There is one issuer for each
    /// path in `issuers`, besides those of the users. It must be called within an async runtime.
    ///
    /// # Errors
    /// [`SignInError::Listen`] or [`SignInError::Key`].
    pub fn start(
        port: u16,
        audience: &str,
        issuers: &[&str],
        users: Vec<DemoUser>,
        clock: Clock,
    ) -> Result<Self, SignInError> {
        let refused = |source| SignInError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let paths = users.iter().map(|user| user.issuer.as_str()).chain(issuers.iter().copied());
        let issuers = paths
            .map(|path| Ok((path.to_owned(), Issuer::new(&clock)?)))
            .collect::<Result<_, SignInError>>()?;
        let desk = Arc::new(Desk {
            base_url: format!("http://{address}"),
            audience: audience.to_owned(),
            clock,
            users,
            issuers,
        });
        let shown = web::Data::from(Arc::clone(&desk));
        let server = HttpServer::new(move || App::new().app_data(shown.clone()).configure(routes))
            .workers(1)
            .disable_signals()
            .listen(listener)
            .map_err(refused)?
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { desk, server: handle })
    }

    /// Where the service is, such as `http://127.0.0.1:8099`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.desk.base_url
    }

    /// The identifier of one of the issuers: what stands in `iss`.
    pub fn issuer_url(&self, issuer: &str) -> String {
        self.desk.issuer_url(issuer)
    }

    /// The users, as they were given.
    pub fn users(&self) -> &[DemoUser] {
        &self.desk.users
    }

    /// A token for one of the users, like the one that the token endpoint gives.
    ///
    /// # Errors
    /// [`SignInError::NoSuchUser`] or [`SignInError::NoSuchIssuer`].
    pub fn token(&self, issuer: &str, username: &str) -> Result<String, SignInError> {
        self.desk.token(issuer, username)
    }

    /// The claims of such a token, for a test to change before it calls [`Self::mint`].
    ///
    /// # Errors
    /// [`SignInError::NoSuchUser`].
    pub fn claims(&self, issuer: &str, username: &str) -> Result<Map<String, Value>, SignInError> {
        self.desk.claims(issuer, username)
    }

    /// Signs any claims with the current key of `issuer`. For tests of what must be refused.
    ///
    /// # Errors
    /// [`SignInError::NoSuchIssuer`].
    pub fn mint(
        &self,
        issuer: &str,
        claims: &Map<String, Value>,
        tweaks: HeaderTweaks,
    ) -> Result<String, SignInError> {
        self.desk.mint(issuer, claims, tweaks)
    }

    /// Signs with a new key from now on. The key before it stays published until the next rotation.
    ///
    /// # Errors
    /// [`SignInError::NoSuchIssuer`] or [`SignInError::Key`].
    pub fn rotate(&self, issuer: &str) -> Result<(), SignInError> {
        let fresh = SigningKey::generate(&self.desk.clock)?;
        let mut keys = self.desk.issuer(issuer)?.lock();
        keys.previous = Some(std::mem::replace(&mut keys.current, fresh));
        Ok(())
    }

    /// The key set that `issuer` publishes now (RFC 7517 §5).
    ///
    /// # Errors
    /// [`SignInError::NoSuchIssuer`].
    pub fn key_set(&self, issuer: &str) -> Result<Value, SignInError> {
        Ok(self.desk.issuer(issuer)?.key_set())
    }

    /// How often the keys of `issuer` have been asked for over HTTP.
    ///
    /// # Errors
    /// [`SignInError::NoSuchIssuer`].
    pub fn key_requests(&self, issuer: &str) -> Result<usize, SignInError> {
        Ok(self.desk.issuer(issuer)?.key_requests.load(Ordering::Relaxed))
    }

    /// Stops listening. Tokens can still be minted.
    pub async fn stop(&self) {
        self.server.stop(false).await;
    }
}

impl Desk {
    fn issuer(&self, path: &str) -> Result<&Issuer, SignInError> {
        self.issuers.get(path).ok_or_else(|| SignInError::NoSuchIssuer(path.to_owned()))
    }

    fn issuer_url(&self, path: &str) -> String {
        format!("{}/{path}", self.base_url)
    }

    fn token(&self, issuer: &str, username: &str) -> Result<String, SignInError> {
        self.mint(issuer, &self.claims(issuer, username)?, HeaderTweaks::default())
    }

    fn claims(&self, issuer: &str, username: &str) -> Result<Map<String, Value>, SignInError> {
        let user = self
            .users
            .iter()
            .find(|user| user.issuer == issuer && user.username == username)
            .ok_or_else(|| SignInError::NoSuchUser(username.to_owned()))?;
        let now = self.clock.now().timestamp();
        let token_id: Uuid = self.clock.new_id();
        let mut claims = user.claims.clone();
        for (name, value) in [
            ("iss", json!(self.issuer_url(issuer))),
            ("sub", json!(user.subject)),
            ("aud", json!(self.audience)),
            ("iat", json!(now)),
            ("nbf", json!(now)),
            ("exp", json!(now + TOKEN_LIFE_SECONDS)),
            ("jti", json!(token_id)),
            ("client_id", json!(CLIENT)),
            ("acr", json!(user.acr)),
        ] {
            claims.insert(name.to_owned(), value);
        }
        Ok(claims)
    }

    fn mint(
        &self,
        issuer: &str,
        claims: &Map<String, Value>,
        tweaks: HeaderTweaks,
    ) -> Result<String, SignInError> {
        let keys = self.issuer(issuer)?.lock();
        let header = Header {
            typ: tweaks.typ,
            kid: tweaks.kid.or_else(|| Some(keys.current.name.clone())),
            ..Header::new(Algorithm::ES256)
        };
        Ok(encode(&header, claims, &keys.current.private)?)
    }
}

impl Issuer {
    fn new(clock: &Clock) -> Result<Self, SignInError> {
        let keys = KeyPair { current: SigningKey::generate(clock)?, previous: None };
        Ok(Self { keys: Mutex::new(keys), key_requests: AtomicUsize::new(0) })
    }

    fn lock(&self) -> MutexGuard<'_, KeyPair> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key_set(&self) -> Value {
        let keys = self.lock();
        let published: Vec<_> =
            [Some(&keys.current), keys.previous.as_ref()].into_iter().flatten().collect();
        json!({ "keys": published.iter().map(|key| &key.public).collect::<Vec<_>>() })
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
        .route("/{issuer}/.well-known/openid-configuration", web::get().to(show_metadata))
        .route("/{issuer}/keys", web::get().to(show_keys))
        .route("/{issuer}/token", web::post().to(give_token));
}

/// OpenID Connect Discovery §3. The authorization endpoint must be named there, and answers 404:
/// nobody signs in with a browser here.
async fn show_metadata(desk: web::Data<Desk>, issuer: web::Path<String>) -> HttpResponse {
    if desk.issuer(&issuer).is_err() {
        return HttpResponse::NotFound().finish();
    }
    let url = desk.issuer_url(&issuer);
    HttpResponse::Ok().json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "grant_types_supported": ["password"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}

async fn show_keys(desk: web::Data<Desk>, issuer: web::Path<String>) -> HttpResponse {
    let Ok(issuer) = desk.issuer(&issuer) else { return HttpResponse::NotFound().finish() };
    issuer.key_requests.fetch_add(1, Ordering::Relaxed);
    HttpResponse::Ok().json(issuer.key_set())
}

/// RFC 6749 §5.
async fn give_token(
    desk: web::Data<Desk>,
    issuer: web::Path<String>,
    form: web::Form<TokenRequest>,
) -> HttpResponse {
    if desk.issuer(&issuer).is_err() {
        return HttpResponse::NotFound().finish();
    }
    if form.grant_type.as_deref().is_some_and(|grant| grant != "password") {
        return refuse("unsupported_grant_type", "leave grant_type out, or send password");
    }
    match desk.token(&issuer, &form.username) {
        Ok(token) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((PRAGMA, "no-cache"))
            .json(json!({
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFE_SECONDS,
            })),
        Err(SignInError::NoSuchUser(_)) => {
            refuse("invalid_grant", "no demo user of this name signs in here")
        }
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn refuse(error: &str, description: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({ "error": error, "error_description": description }))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use reqwest::{Client, StatusCode};

    use super::*;

    fn start() -> SignIn {
        let user = DemoUser {
            issuer: "school".to_owned(),
            username: "kurator".to_owned(),
            subject: "kurator-1".to_owned(),
            acr: "http://id.elegnamnden.se/loa/1.0/loa3".to_owned(),
            claims: Map::new(),
        };
        let clock = Clock::still(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        SignIn::start(0, "samsyn", &["region"], vec![user], clock).expect("started")
    }

    async fn post(url: String, body: impl Into<String>) -> (StatusCode, Value) {
        let client = Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let form = "application/x-www-form-urlencoded";
        let request = client.post(url).header("content-type", form).body(body.into());
        let response = request.send().await.expect("an answer");
        (response.status(), response.json().await.unwrap_or_default())
    }

    #[tokio::test]
    async fn a_username_is_all_it_takes() {
        let sign_in = start();
        let url = format!("{}/token", sign_in.issuer_url("school"));
        for body in ["username=kurator", "grant_type=password&username=kurator&password=x"] {
            let (status, answer) = post(url.clone(), body).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(answer["token_type"], "Bearer");
            assert_eq!(answer["expires_in"], TOKEN_LIFE_SECONDS);
            assert_eq!(
                answer["access_token"].as_str().map(|token| token.split('.').count()),
                Some(3)
            );
        }
    }

    #[tokio::test]
    async fn what_the_demo_does_not_have_is_refused() {
        let sign_in = start();
        let base = sign_in.base_url();
        let at_school = format!("{base}/school/token");
        let table = [
            (at_school.clone(), "username=rektor", StatusCode::BAD_REQUEST, "invalid_grant"),
            (at_school.clone(), "", StatusCode::BAD_REQUEST, "invalid_grant"),
            (
                at_school.clone(),
                "grant_type=client_credentials&username=kurator",
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
            ),
            (
                format!("{base}/region/token"),
                "username=kurator",
                StatusCode::BAD_REQUEST,
                "invalid_grant",
            ),
        ];
        for (url, body, expected, error) in table {
            let (status, answer) = post(url, body).await;
            assert_eq!((status, answer["error"].as_str()), (expected, Some(error)), "{body}");
        }
        let (status, _) = post(format!("{base}/police/token"), "username=kurator").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, _) = post(at_school, "x".repeat(FORM_BYTES_MAX + 1)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_rotation_leaves_the_key_before_it_published_once() {
        let sign_in = start();
        let names = || {
            let set = sign_in.key_set("school").expect("keys");
            let keys = set["keys"].as_array().expect("a list").clone();
            keys.into_iter().map(|key| key["kid"].clone()).collect::<Vec<_>>()
        };
        let first = names();
        sign_in.rotate("school").expect("rotated");
        let second = names();
        assert_eq!((first.len(), second.len()), (1, 2));
        assert!(second[0] != first[0] && second[1] == first[0]);
        sign_in.rotate("school").expect("rotated");
        assert!(!names().contains(&first[0]));
    }
}
