//! The service as a process of its own: the very program, which a story may kill.
//!
//! **Invariant:** no process outlives the test process, however it ends.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use samsyn::identity::{IssuerSettings, SpeaksFor};

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_samsyn");
/// Starts the program, tells its number, and ends it when nobody holds its input any more.
const GUARD: &str = r#""$@" </dev/null & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null"#;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that the program must be told, in a file.
pub struct Configured {
    file: PathBuf,
    log: PathBuf,
    /// Where the service is, without a slash at the end.
    pub base_url: String,
}

/// The service, running.
pub struct Process {
    guard: Child,
    pid: String,
    base_url: String,
}

impl Configured {
    /// Writes the settings into `directory`, where the keys `ledger` and `vault` are. The service
    /// will listen on a port that is free now.
    pub fn write(
        directory: &Path,
        database_url: &str,
        issuers: &[IssuerSettings],
        more: &str,
    ) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|it| it.local_addr());
        let port = port.expect("a free port").port();
        let file = directory.join(format!("samsyn-{port}.toml"));
        let key = |name: &str| directory.join(name).display().to_string();
        let mut text = format!(
            "[server]\nport = {port}\nworkers = 2\n\n[ledger]\nkey_file = '{}'\n\n\
             [vault]\nkey_file = '{}'\n\n[exports]\ndir = '{}'\n\n[telemetry]\nfilter = 'warn'\n\n\
             [database]\nurl = '{database_url}'\n{more}\n",
            key("ledger"),
            key("vault"),
            key("exports"),
        );
        text.extend(issuers.iter().map(issuer));
        std::fs::write(&file, text).expect("a writable directory");
        let log = file.with_extension("log");
        Self { file, log, base_url: format!("http://127.0.0.1:{port}") }
    }

    /// Starts the service, and does not wait until it listens.
    pub fn start(&self) -> Process {
        let log = File::options().create(true).append(true).open(&self.log).expect("a log");
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "sh", PROGRAM, "serve", "--config"])
            .arg(&self.file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("a shell to run");
        let mut pid = String::new();
        let told = guard.stdout.take().expect("a pipe from the shell");
        BufReader::new(told).read_line(&mut pid).expect("a number");
        Process { guard, pid: pid.trim().to_owned(), base_url: self.base_url.clone() }
    }

    /// Runs another command of the program with the same settings, to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--config").arg(&self.file);
        command.stdin(Stdio::null()).output().expect("a program that runs")
    }

    /// What the service has said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Process {
    /// Waits until the service says that it is ready.
    pub async fn ready(&self, http: &reqwest::Client) -> Result<(), String> {
        let began = Instant::now();
        let mut last = String::new();
        while began.elapsed() < PATIENCE {
            match http.get(format!("{}/health/ready", self.base_url)).send().await {
                Ok(answer) if answer.status() == 200 => return Ok(()),
                Ok(answer) => last = answer.text().await.unwrap_or_default(),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Err(last)
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.pid.parse().expect("the number of a process")
    }

    /// Ends it as nothing can be prepared for (SIGKILL).
    pub fn kill(self) {
        let killed =
            Command::new("kill").args(["-9", &self.pid().to_string()]).status().expect("kill");
        assert!(killed.success(), "the service had ended by itself");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("a service stays behind: {error}");
        }
    }
}

/// Checks an exported log with the program: what it printed, or why it is not proved.
pub fn verify(file: &Path, key: &str) -> Result<String, String> {
    let verified = Command::new(PROGRAM)
        .args(["ledger", "verify", "--key", key])
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .expect("a program that runs");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    let failed = String::from_utf8_lossy(&verified.stderr).into_owned();
    if verified.status.success() { Ok(said) } else { Err(said + &failed) }
}

fn issuer(issuer: &IssuerSettings) -> String {
    let speaks_for = match issuer.speaks_for {
        SpeaksFor::Staff => "staff",
        SpeaksFor::Citizens => "citizens",
    };
    let agencies: Vec<String> = issuer.agencies.iter().map(|id| format!("'{id}'")).collect();
    let levels = issuer.assurance.iter().map(|(acr, level)| format!("'{acr}' = {level}"));
    let typ: Vec<String> = issuer.typ.iter().map(|typ| format!("'{typ}'")).collect();
    format!(
        "[[identity.issuers]]\nname = '{}'\nurl = '{}'\naudience = '{}'\nspeaks_for = '{speaks_for}'\n\
         agencies = [{}]\nassurance = {{ {} }}\nassurance_max = {}\ntyp = [{}]\n\n",
        issuer.name,
        issuer.url,
        issuer.audience,
        agencies.join(", "),
        levels.collect::<Vec<_>>().join(", "),
        issuer.assurance_max,
        typ.join(", "),
    )
}
