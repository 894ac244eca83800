//! The service under load, beside the floor: a server of its own on each database, callers on
//! connections that they keep, and the CPU that each answer costs, server and database together.
//!
//! `cargo bench --bench load`, or `just bench-load`; a number says for how many seconds each load
//! runs. What counts are the ratios of one run: all of it is measured on the same machine within
//! minutes. On a busy machine the CPU per answer counts more than the rate.

#[allow(dead_code, unused_imports, reason = "what the stories use is more than a load needs")]
#[path = "../../tests/support/mod.rs"]
mod support;

mod client;
mod floor;
mod machine;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::{Asked, Came};
use samsyn::clock::Clock;
use serde_json::json;
use support::cluster::Cluster;
use support::house::House;
use support::process::Process;
use support::scene::{Scene, new_item};
use support::{Backend, TemporaryDirectory, TestDatabase};
use uuid::Uuid;

/// How many callers there are at a time.
const CONNECTIONS: [usize; 3] = [1, 8, 32];
/// Items of the list.
const LISTED: usize = 50;
/// Where nothing is written to a disk.
const IN_MEMORY: &str = "/dev/shm";

/// One row of what is printed.
struct Measured {
    what: String,
    connections: usize,
    came: Came,
    /// CPU of the server and of its database, for each answer.
    cpu: Duration,
}

/// What is measured on one database.
struct Ground {
    backend: Backend,
    cluster: Option<Cluster>,
    files: TemporaryDirectory,
    durable: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, url] = arguments.as_slice()
        && word == "--floor"
    {
        floor::serve(url).expect("a floor that serves");
        return;
    }
    let seconds = arguments.iter().find_map(|it| it.parse().ok()).unwrap_or(4);
    let time = Duration::from_secs(seconds);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        for durable in [true, false] {
            let Some(ground) = Ground::laid(backend, durable) else {
                println!("{backend}: not installed");
                continue;
            };
            measure(&ground, time);
        }
    }
}

impl Ground {
    fn laid(backend: Backend, durable: bool) -> Option<Self> {
        let place = if durable { std::env::temp_dir() } else { IN_MEMORY.into() };
        let cluster = match backend {
            Backend::Postgres => Some(Cluster::start_in(&place)?),
            Backend::Sqlite => None,
        };
        let files = TemporaryDirectory::fresh_in(&place);
        Some(Self { backend, cluster, files, durable })
    }

    fn database(&self, name: &str) -> String {
        match &self.cluster {
            Some(cluster) => cluster.database(name),
            None => format!("sqlite:{}", self.files.path().join(name).display()),
        }
    }

    /// CPU that the database has taken, where it is a process of its own.
    fn cpu(&self) -> Duration {
        self.cluster.as_ref().map_or(Duration::ZERO, |it| machine::cpu(it.pid()))
    }

    /// Loads a server and prints what came.
    fn load(
        &self,
        what: &str,
        server: u32,
        connections: usize,
        asked: &Asked,
        time: Duration,
    ) -> Measured {
        asked.load(connections, time / 4).expect("answers, to warm up");
        let before = machine::cpu(server) + self.cpu();
        let came = asked.load(connections, time).expect("answers");
        let cpu = machine::cpu(server) + self.cpu() - before;
        let cpu = cpu / u32::try_from(came.answers.max(1)).unwrap_or(u32::MAX);
        let measured = Measured { what: what.to_owned(), connections, came, cpu };
        println!("{measured}");
        measured
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, connections, came, cpu } = self;
        let (rate, p50, p99) = (came.per_second, micros(came.p50), micros(came.p99));
        let cpu = micros(*cpu);
        write!(f, "{what:<34} {connections:>3} {rate:>8.0}/s {p50:>8} {p99:>8} {cpu:>8}")
    }
}

fn micros(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}

fn measure(ground: &Ground, time: Duration) {
    let kept = if ground.durable { "on disk" } else { "in memory" };
    println!("\n{} {kept}", ground.backend);
    println!("{:<34} {:>3} {:>10} {:>8} {:>8} {:>8}", "", "", "", "p50", "p99", "CPU");
    let floor = on_floor(ground, time);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (left, asked) = runtime.block_on(set(ground));
    let configured = left.configured("connections_max = 6");
    let began = Instant::now();
    let process = configured.start();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    runtime.block_on(process.ready(&http)).expect("a service that is ready");
    let cold = began.elapsed();
    let base_url = configured.base_url.as_str();
    let served = on_service(ground, &process, base_url, &asked, time);
    let memory = machine::memory(process.pid());
    let lag = left.database.number(&lag_of(ground.backend));
    let entry = left.database.number(BYTES_OF_ENTRY);
    println!("from entry to signed leaf, p99: {lag} ms; an entry: {entry} bytes");
    println!("memory after it: {memory} MiB; start to ready: {} ms", cold.as_millis());
    if ground.durable {
        println!(
            "a bare commit of the database: {}",
            micros(floor::commit(&ground.database("bare")))
        );
    }
    let full = served.iter().find(|it| it.connections == CONNECTIONS[2]).expect("a full load");
    for (what, floor) in ["HTTP alone", "a row", "a row and its audit row"].iter().zip(&floor) {
        println!(
            "{:<34} requests {:.2} of it, CPU {:.2} of it",
            format!("a read against {what}"),
            full.came.per_second / floor.came.per_second,
            full.cpu.as_secs_f64() / floor.cpu.as_secs_f64(),
        );
    }
    let spread = full.came.p99.as_secs_f64() / full.came.p50.as_secs_f64();
    println!("p99 against p50 at {}: {spread:.1}", full.connections);
    drop(process);
    runtime.block_on(left.close());
}

/// HTTP alone, a row, and a row with its audit row.
fn on_floor(ground: &Ground, time: Duration) -> Vec<Measured> {
    let program = std::env::current_exe().expect("this program");
    let database = ground.database("floor");
    let mut floor: Child = Command::new(program)
        .args(["--floor", &database])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a floor");
    let mut port = String::new();
    let told = floor.stdout.take().expect("a pipe from the floor");
    BufReader::new(told).read_line(&mut port).expect("a port");
    let base_url = format!("http://127.0.0.1:{}", port.trim());
    let measured = ["hello", "row", "audited"].map(|path| {
        let asked = Asked::of(&base_url, &format!("/{path}"), None, None);
        ground.load(&format!("floor: {path}"), floor.id(), CONNECTIONS[2], &asked, time)
    });
    floor.kill().and_then(|()| floor.wait()).expect("a floor that ends");
    measured.into()
}

/// Who asks for what.
struct Questions {
    colleague: String,
    recipient: String,
    item: Uuid,
    case: Uuid,
    new: String,
}

/// The scene, with a case of so many items as a list shows.
async fn set(ground: &Ground) -> (support::house::Left, Questions) {
    let database = TestDatabase::at(ground.backend, ground.database("samsyn"));
    let house = House::open_at(database, Clock::machine(), |_| {}).await;
    let scene = Scene::set(&house).await;
    let path = format!("/v1/cases/{}/items", scene.case);
    for _ in 0..LISTED {
        house.as_("bup").post(&path, new_item(&house)).await.must(201);
    }
    let new = json!(new_item(&house)).to_string();
    let left = house.leave().await;
    let questions = Questions {
        colleague: left.token("bup"),
        recipient: left.token("kurator"),
        item: scene.item,
        case: scene.case,
        new,
    };
    (left, questions)
}

fn on_service(
    ground: &Ground,
    process: &Process,
    base_url: &str,
    asked: &Questions,
    time: Duration,
) -> Vec<Measured> {
    let Questions { colleague, recipient, item, case, new } = asked;
    let pid = process.pid();
    let read = |who: &str| Asked::of(base_url, &format!("/v1/items/{item}"), Some(who), None);
    let mut measured: Vec<Measured> = CONNECTIONS
        .iter()
        .map(|many| ground.load("read by the owner's unit", pid, *many, &read(colleague), time))
        .collect();
    let by_consent = read(recipient);
    let what = "read by consent";
    measured.push(ground.load(what, pid, CONNECTIONS[0], &by_consent, time));
    let listed = format!("/v1/cases/{case}/items?limit={LISTED}");
    let list = Asked::of(base_url, &listed, Some(colleague), None);
    ground.load("list of 50", pid, CONNECTIONS[1], &list, time);
    let items = format!("/v1/cases/{case}/items");
    let create = Asked::of(base_url, &items, Some(colleague), Some(new));
    ground.load("create", pid, CONNECTIONS[1], &create, time);
    measured
}

const BYTES_OF_ENTRY: &str =
    "select cast(avg(length(header) + length(records)) as bigint) as number from ledger_entry";

/// Of a hundred entries, how long all but one took until they stood in a signed log, in
/// milliseconds.
fn lag_of(backend: Backend) -> String {
    let took = match backend {
        Backend::Sqlite => "(julianday(leaf.time) - julianday(entry.at)) * 86400000",
        Backend::Postgres => "extract(epoch from leaf.time - entry.at) * 1000",
    };
    format!(
        "select cast({took} as bigint) as number from ledger_leaf leaf \
         join ledger_entry entry on entry.seq = leaf.seq order by 1 desc \
         limit 1 offset (select count(*) / 100 from ledger_leaf)"
    )
}
