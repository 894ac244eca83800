//! The test house: the whole service on a fresh database, with the demo's world in it, a sign-in
//! service beside it, and callers that speak to it over HTTP only.
//!
//! The clock stands still unless a story moves it, and tells the time to the service and to the
//! tokens alike.
//!
//! **Invariant:** a story sees the service as a caller does; what it looks up behind the service's
//! back it looks up through [`TestDatabase`], and never changes there without saying so.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use reqwest::{Client, Method, StatusCode};
use samsyn::app::{self, Running};
use samsyn::clock::Clock;
use samsyn::demo::sign_in::{HeaderTweaks, SignIn};
use samsyn::demo::{Stage, World, import};
use samsyn::settings::Settings;
use samsyn::store::{Place, Store};
use serde_json::{Value, json};
use uuid::Uuid;

use super::process::Configured;
use super::{TemporaryDirectory, TestDatabase, each_backend};

/// When the clock stands still: a Monday in the afternoon, Swedish time.
const STILL_AT: &str = "2026-11-23T13:24:05.123456Z";
/// The `acr` of a sign-in at level of assurance 4, where there is one.
pub const LEVEL_FOUR: &str = "http://id.elegnamnden.se/loa/1.0/loa4";
/// How long one answer may take before the story fails.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Connections to the database.
const CONNECTIONS_MAX: u32 = 6;

/// The service, running on a database of its own.
pub struct House {
    running: Running,
    sign_in: SignIn,
    world: World,
    clock: Clock,
    base_url: String,
    http: Client,
    settings: Settings,
    database: TestDatabase,
    keys: TemporaryDirectory,
}

/// What is left of a house whose service was stopped.
pub struct Left {
    sign_in: SignIn,
    world: World,
    /// The database, to look at.
    pub database: TestDatabase,
    keys: TemporaryDirectory,
}

/// Somebody who calls. A clone is the same one.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    base_url: String,
    token: Option<String>,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its header fields, names in small letters, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Tells the same story once on each back-end, in a house of its own, which is closed afterwards.
pub fn on_each_backend(story: impl AsyncFn(&House)) {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let house = House::open(database).await;
            story(&house).await;
            house.close().await;
        });
    });
}

/// The same in a house where agencies have policies of their own: each the name of one of the
/// agency's units, and the policies. Everybody can sign in at level of assurance 4 there.
pub fn on_each_backend_narrowed(own: &[(&str, &str)], story: impl AsyncFn(&House)) {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let still_at: DateTime<chrono::Utc> = STILL_AT.parse().expect("a time");
            let level_four = |settings: &mut Settings| {
                for issuer in &mut settings.identity.issuers {
                    issuer.assurance_max = 4;
                    issuer.assurance.insert(LEVEL_FOUR.to_owned(), 4);
                }
            };
            let house = House::build(database, Clock::still(still_at), level_four, own).await;
            story(&house).await;
            house.close().await;
        });
    });
}

impl House {
    /// Opens the service on an empty database, with a clock that stands still.
    pub async fn open(database: TestDatabase) -> Self {
        let still_at: DateTime<chrono::Utc> = STILL_AT.parse().expect("a time");
        Self::open_at(database, Clock::still(still_at), |_| {}).await
    }

    /// The same with a clock of the story's choice, and with settings that it may change.
    pub async fn open_at(
        database: TestDatabase,
        clock: Clock,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::build(database, clock, change, &[]).await
    }

    async fn build(
        database: TestDatabase,
        clock: Clock,
        change: impl FnOnce(&mut Settings),
        own: &[(&str, &str)],
    ) -> Self {
        let today = clock.now().with_timezone(&chrono_tz::Europe::Stockholm).date_naive();
        let world = World::read(today).expect("the demo's world");
        let audience = world.issuer_settings(str::to_owned)[0].audience.clone();
        let issuers = world.issuers();
        let sign_in = SignIn::start(0, &audience, &issuers, world.users.clone(), clock.clone())
            .expect("a sign-in service");
        let keys = TemporaryDirectory::fresh();
        let mut settings = Settings::with("").expect("the defaults");
        settings.server.port = 0;
        settings.server.workers = 2;
        settings.database.url = database.url().to_owned();
        settings.database.connections_max = CONNECTIONS_MAX;
        settings.ledger.key_file = Some(key(&keys, "ledger"));
        settings.vault.key_file = Some(key(&keys, "vault"));
        settings.identity.issuers = world.issuer_settings(|name| sign_in.issuer_url(name));
        settings.exports.dir = keys.path().join("exports");
        change(&mut settings);
        let place = Place::parse(database.url()).expect("an address");
        Store::migrate(&place, &clock).expect("migrations");
        let register = || world.register(|name| sign_in.issuer_url(name));
        if !own.is_empty() {
            // The service does not start with policies of agencies that it does not know.
            let store = app::store(&settings, clock.clone()).expect("a store");
            import(&store, &clock, register()).await.expect("the demo's agencies, loaded");
            settings.policies.agencies = Some(agency_policies(&keys, &world, own));
        }
        let running = app::start(settings.clone(), clock.clone()).expect("a server");
        import(running.store(), &clock, register()).await.expect("the demo's world, loaded");
        let base_url = format!("http://{}", running.address());
        // Everything is on this machine: no proxy, and no certificate to trust.
        let http = Client::builder().no_proxy().tls_certs_only([]).timeout(ANSWER_WAIT);
        let http = http.redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { running, sign_in, world, clock, base_url, http, settings, database, keys }
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Caller {
        self.with_token(None)
    }

    /// One of the demo's people, by username, such as `kurator`.
    pub fn as_(&self, username: &str) -> Caller {
        let user = self.world.users.iter().find(|user| user.username == username);
        let user = user.unwrap_or_else(|| panic!("the demo's world has no `{username}`"));
        let token = self.sign_in.token(&user.issuer, username).expect("a token");
        self.with_token(Some(token))
    }

    /// Somebody who signs in with the school's own issuer, and whom the register does not know.
    pub fn stranger(&self) -> Caller {
        let mut claims = self.sign_in.claims("school", "kurator").expect("claims");
        claims.insert("sub".to_owned(), json!("not-in-the-register"));
        let token = self.sign_in.mint("school", &claims, HeaderTweaks::default());
        self.with_token(Some(token.expect("a token")))
    }

    /// A colleague without any part in a child's case: the log reviewer of the school's agency.
    pub fn colleague(&self) -> Caller {
        self.as_("revisor-skola")
    }

    /// Whoever holds `token`.
    pub fn with_token(&self, token: Option<String>) -> Caller {
        Caller { http: self.http.clone(), base_url: self.base_url.clone(), token }
    }

    /// The sign-in service, for tokens that must be refused.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// What time it is.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lets time pass. Tokens live for a quarter of an hour: fetch the callers anew after more.
    pub fn wait(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    /// The day, Swedish time.
    pub fn today(&self) -> chrono::NaiveDate {
        self.clock.now().with_timezone(&chrono_tz::Europe::Stockholm).date_naive()
    }

    /// The file with the key `ledger` or `vault`.
    pub fn key_file(&self, name: &str) -> std::path::PathBuf {
        self.keys.path().join(name)
    }

    /// The server.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// The database, to look behind the service's back.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Where the demo's story can be played.
    pub fn stage(&self) -> Stage<'_> {
        Stage {
            base_url: &self.base_url,
            sign_in_url: self.sign_in.base_url(),
            world: &self.world,
            clock: &self.clock,
        }
    }

    /// The id of the unit of this name.
    pub fn unit(&self, name: &str) -> Uuid {
        self.world.unit(name).expect("a unit").uuid()
    }

    /// The id of the agency of the unit of this name.
    pub fn agency_of(&self, unit: &str) -> Uuid {
        self.world.agency_of(unit).expect("an agency").uuid()
    }

    /// The id of the person of this name, such as `Barn A`.
    pub fn person(&self, name: &str) -> Uuid {
        self.world.person(name).expect("a person").uuid()
    }

    /// The id of the member of staff who signs in as `username`.
    pub fn staff(&self, username: &str) -> Uuid {
        self.world.staff(username).expect("a member of staff").uuid()
    }

    /// The id of whoever signs in as `username`: a member of staff or a private person.
    pub fn somebody(&self, username: &str) -> Uuid {
        let user = self.world.user(username).expect("somebody");
        match self.world.staff(username) {
            Ok(staff) => staff.uuid(),
            Err(_) => self.person(self.world.name_of(user)),
        }
    }

    /// Stops the service, and leaves everything that a process of its own needs to go on with.
    pub async fn leave(self) -> Left {
        self.running.stop().await.expect("a server that stops in order");
        let Self { sign_in, world, database, keys, .. } = self;
        Left { sign_in, world, database, keys }
    }

    /// Stops the service and starts it again on the same database, with settings that the story may
    /// change. The database is handed back where it does not start.
    pub async fn restarted(
        mut self,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Self, (app::AppError, TestDatabase)> {
        self.running.stop().await.expect("a server that stops in order");
        // One moment has one checkpoint of one size, and a start is not the moment of the stop.
        self.clock.advance(TimeDelta::seconds(1));
        change(&mut self.settings);
        let running = match app::start(self.settings.clone(), self.clock.clone()) {
            Ok(running) => running,
            Err(error) => return Err((error, self.database)),
        };
        self.base_url = format!("http://{}", running.address());
        Ok(Self { running, ..self })
    }

    /// The settings that it was started with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A new key, as good as any in a test, in a file of this name.
    pub fn new_key(&self, name: &str) -> std::path::PathBuf {
        key(&self.keys, name)
    }

    /// Stops the service and removes its database.
    pub async fn close(self) {
        self.running.stop().await.expect("a server that stops in order");
        self.sign_in.stop().await;
    }
}

impl Left {
    /// The settings of a service that goes on with it, and `more` of the table `[database]`.
    pub fn configured(&self, more: &str) -> Configured {
        self.configured_on(self.database.url(), more)
    }

    /// The same for a service on another database.
    pub fn configured_on(&self, database_url: &str, more: &str) -> Configured {
        let issuers = self.world.issuer_settings(|name| self.sign_in.issuer_url(name));
        Configured::write(self.keys.path(), database_url, &issuers, more)
    }

    /// A directory for what the story writes.
    pub fn directory(&self) -> &Path {
        self.keys.path()
    }

    /// A fresh token of one of the demo's people.
    pub fn token(&self, username: &str) -> String {
        let user = self.world.user(username).expect("somebody");
        self.sign_in.token(&user.issuer, username).expect("a token")
    }

    /// The id of the agency of the unit of this name.
    pub fn agency_of(&self, unit: &str) -> Uuid {
        self.world.agency_of(unit).expect("an agency").uuid()
    }

    /// Stops the sign-in service and removes everything.
    pub async fn close(self) {
        self.sign_in.stop().await;
    }
}

impl Caller {
    /// The same somebody, who calls at another address.
    pub fn elsewhere(&self, base_url: String) -> Self {
        Self { base_url, ..self.clone() }
    }

    /// Reads what is at `path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends `body` to `path`.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// Sends `body` to `path`, having seen the version with this ETag.
    pub async fn post_seen(&self, path: &str, body: Value, seen: &str) -> Answer {
        self.send(Method::POST, path, Some(body), &[("if-match", seen)]).await
    }

    /// Changes what is at `path`, having seen the version with this ETag.
    pub async fn patch_seen(&self, path: &str, body: Value, seen: &str) -> Answer {
        self.send(Method::PATCH, path, Some(body), &[("if-match", seen)]).await
    }

    /// Sends any request; `body` goes as JSON.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let json = ("content-type", "application/json");
        let bytes = body.map(|body| body.to_string().into_bytes());
        let own = bytes.is_some().then_some(json);
        let headers: Vec<_> = own.into_iter().chain(headers.iter().copied()).collect();
        self.send_bytes(method, path, bytes, &headers).await
    }

    /// Sends any request with any bytes, and no header field but those given and the token.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base_url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())));
        let headers = headers.collect();
        let body = response.bytes().await.expect("a whole body").to_vec();
        Answer { status, headers, body }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} has no JSON: {}", self.status, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The header field `name`, which is written in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The entity tag.
    pub fn etag(&self) -> &str {
        self.header("etag").unwrap_or_else(|| panic!("no entity tag: {self}"))
    }

    /// The id of what was made or read.
    pub fn id(&self) -> Uuid {
        let id = self.json()["id"].as_str().and_then(|id| id.parse().ok());
        id.unwrap_or_else(|| panic!("no id: {self}"))
    }

    /// The answer itself, if it has this status; else the story ends here, and tells the answer.
    #[track_caller]
    pub fn must(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Whether it is a problem document (RFC 9457) that says of itself what its status says.
    pub fn is_problem(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"))
            && self.json()["status"] == self.status
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|it| it.canonical_reason());
        write!(f, "{} {}: {}", self.status, reason.unwrap_or_default(), self.text())
    }
}

/// Writes the agencies' own policies, and tells where.
fn agency_policies(
    folder: &TemporaryDirectory,
    world: &World,
    own: &[(&str, &str)],
) -> std::path::PathBuf {
    let path = folder.path().join("agencies");
    std::fs::create_dir(&path).expect("a writable directory");
    for (unit, policies) in own {
        let agency = world.agency_of(unit).expect("an agency");
        std::fs::write(path.join(format!("{agency}.cedar")), policies).expect("a written file");
    }
    path
}

/// Writes a key that is as good as any in a test, and tells where.
fn key(folder: &TemporaryDirectory, name: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    let key: String = name.bytes().cycle().take(32).map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(&path, key).expect("a writable directory");
    path
}
