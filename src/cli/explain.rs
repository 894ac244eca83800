//! `samsyn policy explain`: one question with its facts, tried on the rules without a server.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use super::{CliError, Configured, Outcome, print};
use crate::access::{Brief, Language, explanation, facts_schema};
use crate::app;

/// The longest file that is read.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Explains a question.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    configured: Configured,
    /// The question with its facts (JSON); - for standard input
    #[arg(required_unless_present = "schema", conflicts_with = "schema")]
    file: Option<PathBuf>,
    /// The language of the page
    #[arg(long, value_enum, default_value_t = Tongue::Sv)]
    language: Tongue,
    /// Prints how such a file is written (JSON Schema) instead
    #[arg(long)]
    schema: bool,
}

/// A language by its code.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    /// Swedish
    Sv,
    /// English
    En,
}

impl Explain {
    /// Does the command. Whatever the rules say, it did what it was asked.
    pub fn run(self) -> Result<Outcome, CliError> {
        let policy = app::policy(&self.configured.settings()?)?;
        let Some(file) = self.file else {
            print(&format!("{:#}\n", facts_schema(&policy)))?;
            return Ok(Outcome::Done);
        };
        let name = file.display().to_string();
        let text = read(&file).map_err(|source| CliError::File { file: name.clone(), source })?;
        let json: Json = serde_json::from_str(&text)
            .map_err(|error| CliError::Question { file: name.clone(), why: error.to_string() })?;
        let brief = Brief::from_json(&json, &policy)
            .map_err(|error| CliError::Question { file: name, why: error.to_string() })?;
        let language = match self.language {
            Tongue::Sv => Language::Swedish,
            Tongue::En => Language::English,
        };
        print(&explanation(&policy, &brief, language))?;
        Ok(Outcome::Done)
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let source: Box<dyn Read> =
        if path == Path::new("-") { Box::new(stdin().lock()) } else { Box::new(File::open(path)?) };
    source.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/clinician-at-school.json");

    fn explain(file: Option<&str>, schema: bool) -> Result<Outcome, CliError> {
        let (configured, file) = (Configured { config: None }, file.map(PathBuf::from));
        Explain { configured, file, language: Tongue::En, schema }.run()
    }

    #[test]
    fn a_refusal_that_is_explained_is_a_success() {
        assert!(matches!(explain(Some(EXAMPLE), false), Ok(Outcome::Done)));
        assert!(matches!(explain(None, true), Ok(Outcome::Done)));
    }

    #[test]
    fn what_is_no_question_is_named_with_its_place() {
        let missing = explain(Some("/nowhere.json"), false).expect_err("no file");
        assert!(matches!(missing, CliError::File { .. }));
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let other = explain(Some(own), false).expect_err("no JSON").to_string();
        assert!(other.starts_with(&format!("`{own}` is no question with its facts: ")), "{other}");
    }
}
