//! `samsyn demo`: a world to try the service in, or a story that tries it.

use std::io::Write as _;
use std::path::PathBuf;

use chrono_tz::Europe::Stockholm;
use clap::Args;

use super::{CliError, Outcome, print, wait, with_causes};
use crate::clock::Clock;
use crate::demo::{House, Line, Wish, guide, play};
use crate::settings::{LogFormat, TelemetrySettings};
use crate::telemetry;

/// The database, where none is named.
const DATABASE_URL: &str = "sqlite:samsyn-demo.sqlite";
/// The port, where none is named.
const PORT: u16 = 8080;

/// Runs the demo. Everything listens on this machine only.
#[derive(Debug, Args)]
pub struct Demo {
    /// The database: sqlite:path or postgres://…; one that the demo did not make is refused
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// The service's port; 0 takes any free one
    #[arg(long)]
    port: Option<u16>,
    /// Plays the story of one child, and ends; with a database of its own unless one is named
    #[arg(long)]
    play: bool,
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Demo {
    /// Runs it.
    pub fn run(self) -> Result<Outcome, CliError> {
        telemetry::begin(&TelemetrySettings {
            format: LogFormat::Text,
            filter: "warn".to_owned(),
            metrics_address: String::new(),
        })?;
        if self.play {
            return self.play();
        }
        let wish = Wish {
            database_url: self.database_url.unwrap_or_else(|| DATABASE_URL.to_owned()),
            port: self.port.unwrap_or(PORT),
        };
        let clock = Clock::machine();
        wait(async {
            let today = clock.now().with_timezone(&Stockholm).date_naive();
            let house = House::open(&wish, clock).await?;
            let program = std::env::current_exe();
            let program = program.map_or("samsyn".to_owned(), |path| path.display().to_string());
            print(&guide(&house, today, &program)?)?;
            Ok(house.stay().await?)
        })?;
        Ok(Outcome::Done)
    }

    fn play(self) -> Result<Outcome, CliError> {
        let own = match &self.database_url {
            Some(_) => None,
            None => Some(Folder::new()?),
        };
        let beside = |folder: &Folder| folder.0.join("samsyn-demo.sqlite");
        let own_url = own.as_ref().map(|own| format!("sqlite:{}", beside(own).display()));
        let database_url = self.database_url.or(own_url).unwrap_or_default();
        let wish = Wish { database_url, port: self.port.unwrap_or(0) };
        wait(async {
            let house = House::open(&wish, Clock::machine()).await?;
            let mut chapter = "";
            let played = play(&house.stage(), &mut |line| tell(line, &mut chapter)).await;
            house.close().await?;
            match played {
                Ok(lines) => {
                    print(&format!("\nThe story went as told, in {} steps.\n", lines.len()))?;
                    Ok(Outcome::Done)
                }
                Err(mismatch) => {
                    print(&format!("\nThe story went otherwise. {}\n", with_causes(&mismatch)))?;
                    Ok(Outcome::Found)
                }
            }
        })
    }
}

/// Prints a line, under the title of its chapter.
fn tell(line: &Line, chapter: &mut &'static str) {
    let mut out = std::io::stdout().lock();
    // A story that nobody listens to is played to its end all the same.
    if *chapter != line.chapter {
        *chapter = line.chapter;
        let _ = writeln!(out, "\n{chapter}");
    }
    let _ = writeln!(out, "{line}");
}

impl Folder {
    fn new() -> Result<Self, CliError> {
        let name = format!("samsyn-play-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is a demo's database, and nothing of anybody's.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
