//! The floor: one row by its key, and one audit row that many requests commit together, behind the
//! same HTTP. No sign-in, no decision, no ledger.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, get, web};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use tokio::sync::oneshot;

diesel::table! {
    thing (id) { id -> BigInt, title -> Text, body -> Text, }
}
diesel::table! {
    audit (seq) { seq -> BigInt, at -> BigInt, header -> Binary, records -> Binary, }
}

/// Bytes of an audit row, in two columns: as many as an entry of a read has.
const BYTES: (usize, usize) = (600, 900);
/// How many commits are timed.
const COMMITS: usize = 200;

#[derive(diesel::MultiConnection)]
pub enum Either {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

type Waiting = oneshot::Sender<bool>;

#[derive(Clone)]
struct Floor {
    url: String,
    postgres: Option<Pool<ConnectionManager<PgConnection>>>,
    sqlite: Option<Pool<ConnectionManager<SqliteConnection>>>,
    writer: SyncSender<Waiting>,
}

fn connect(url: &str) -> Either {
    match url.strip_prefix("sqlite:") {
        None => Either::Postgres(PgConnection::establish(url).expect("a server")),
        Some(path) => {
            let mut sqlite = SqliteConnection::establish(path).expect("a file");
            let pragmas = "pragma busy_timeout = 5000; pragma journal_mode = wal; \
                           pragma synchronous = full";
            sqlite.batch_execute(pragmas).expect("pragmas");
            Either::Sqlite(sqlite)
        }
    }
}

fn prepare(url: &str) {
    let (number, bytes) = match url.starts_with("sqlite:") {
        true => ("integer primary key", "blob"),
        false => ("bigint generated always as identity primary key", "bytea"),
    };
    let tables = format!(
        "create table thing (id bigint primary key, title text not null, body text not null);
         insert into thing values (1, 'Om sömnen', 'Behöver börja skoldagen senare.');
         create table audit (seq {number}, at bigint not null, header {bytes} not null, \
         records {bytes} not null)"
    );
    connect(url).batch_execute(&tables).expect("tables");
}

/// Serves at a free port, which it prints; ends with its input.
pub fn serve(url: &str) -> std::io::Result<()> {
    prepare(url);
    let (writer, waiting) = sync_channel(1000);
    let own = url.to_owned();
    std::thread::spawn(move || write(&own, &waiting));
    let sqlite = url.strip_prefix("sqlite:").map(ConnectionManager::new);
    let floor = Floor {
        url: url.to_owned(),
        sqlite: sqlite.map(|it| Pool::builder().max_size(6).build(it).expect("a pool")),
        postgres: (!url.starts_with("sqlite:")).then(|| {
            let manager = ConnectionManager::new(url);
            Pool::builder().max_size(6).test_on_check_out(false).build(manager).expect("a pool")
        }),
        writer,
    };
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(floor.clone()))
                .service(hello)
                .service(one_row)
                .service(audited)
        });
        let server = server.workers(2).bind(("127.0.0.1", 0))?;
        println!("{}", server.addrs()[0].port());
        server.run().await
    })
}

#[get("/hello")]
async fn hello() -> HttpResponse {
    HttpResponse::Ok().json(("Om sömnen", "Behöver börja skoldagen senare."))
}

#[get("/row")]
async fn one_row(floor: web::Data<Floor>) -> HttpResponse {
    match web::block(move || floor.row()).await {
        Ok(row) => HttpResponse::Ok().json(row),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[get("/audited")]
async fn audited(floor: web::Data<Floor>) -> HttpResponse {
    let writer = floor.writer.clone();
    let Ok(row) = web::block(move || floor.row()).await else {
        return HttpResponse::InternalServerError().finish();
    };
    let (sender, durable) = oneshot::channel();
    match (writer.try_send(sender), durable.await) {
        (Ok(()), Ok(true)) => HttpResponse::Ok().json(row),
        _ => HttpResponse::ServiceUnavailable().finish(),
    }
}

impl Floor {
    fn row(&self) -> (String, String) {
        let row = thing::table.find(1).select((thing::title, thing::body));
        let found = match (&self.postgres, &self.sqlite) {
            (Some(pool), _) => row.get_result(&mut *pool.get().expect("a connection")),
            (_, Some(pool)) => row.get_result(&mut *pool.get().expect("a connection")),
            (None, None) => unreachable!("{} is one of the two", self.url),
        };
        found.expect("the row")
    }
}

fn write(url: &str, waiting: &Receiver<Waiting>) {
    let mut database = connect(url);
    let (header, records) = (vec![b'h'; BYTES.0], vec![b'r'; BYTES.1]);
    let value = || (audit::at.eq(1), audit::header.eq(&header), audit::records.eq(&records));
    while let Ok(first) = waiting.recv() {
        let batch: Vec<Waiting> = [first].into_iter().chain(waiting.try_iter().take(511)).collect();
        let done = match &mut database {
            Either::Postgres(it) => {
                let rows: Vec<_> = batch.iter().map(|_| value()).collect();
                diesel::insert_into(audit::table).values(rows).execute(it)
            }
            Either::Sqlite(it) => it.transaction(|it| {
                batch.iter().try_fold(0, |count, _| {
                    Ok(count + diesel::insert_into(audit::table).values(value()).execute(it)?)
                })
            }),
        };
        for one in batch {
            let _ = one.send(done.is_ok());
        }
    }
}

/// How long one row takes to be durable, in a transaction of its own: half of them took no longer.
pub fn commit(url: &str) -> Duration {
    prepare(url);
    let mut database = connect(url);
    let insert = "insert into audit (at, header, records) values (1, '', '')";
    let mut took: Vec<Duration> = (0..COMMITS)
        .map(|_| {
            let began = Instant::now();
            database.batch_execute(insert).expect("a row");
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[COMMITS / 2]
}
