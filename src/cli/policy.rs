//! `samsyn policy`: the rules of access, for those who write and those who review them.

use clap::{Args, Subcommand};

use super::explain::Explain;
use super::prove::{Diff, Proofs};
use super::{CliError, Configured, Outcome, print};
use crate::access::{Effect, matrix};
use crate::app;

/// Commands on the rules.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Loads, validates and proves the rules; tells their digest, and how many bear on each act
    Check(Check),
    /// Prints who may do what, when, and by which rule
    Matrix(Rules),
    /// Tells of one question whether it is permitted, why, and what would make it lawful
    Explain(Explain),
    /// Tells what a change of the rules newly allows and newly refuses, by proof
    Diff(Diff),
}

/// Which rules are checked.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    proofs: Proofs,
}

/// Which rules.
#[derive(Debug, Args)]
pub struct Rules {
    #[command(flatten)]
    configured: Configured,
}

impl Policy {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Check(check) => check.run(),
            Self::Matrix(rules) => rules.matrix(),
            Self::Explain(explain) => explain.run(),
            Self::Diff(diff) => diff.run(),
        }
    }
}

impl Check {
    fn run(self) -> Result<Outcome, CliError> {
        let settings = self.rules.configured.settings()?;
        let policy = app::policy(&settings)?;
        let permits = policy.rules().filter(|rule| rule.effect == Effect::Permits).count();
        let all = policy.rules().count();
        let mut text = format!(
            "The rules are sound: {permits} permit, {} refuse.\nAgencies with policies of their \
             own: {}\nDigest {}\n\nAct, and how many common rules bear on it\n",
            all - permits,
            policy.agencies().len(),
            policy.digest(),
        );
        for (act, rules) in policy.bearing() {
            text.push_str(&format!("{act:<20} {rules:>3}\n"));
        }
        text.push('\n');
        print(&text)?;
        self.proofs.make(&settings, policy.digest())
    }
}

impl Rules {
    fn matrix(self) -> Result<Outcome, CliError> {
        print(&matrix(&app::policy(&self.configured.settings()?)?))?;
        Ok(Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::Parser as _;

    use super::super::{Arguments, Command};
    use super::*;

    const AGENCY: &str = "0192f5a0-0000-7000-8000-00000000dead";
    const SAID: &str =
        "@law(\"x\") @ground(\"x\") @sv(\"x\") @en(\"x\") @way_sv(\"x\") @way_en(\"x\")";

    /// A directory with one agency's policies, and settings that name it.
    struct Folder(PathBuf);

    impl Folder {
        fn with(name: &str, policies: &str) -> Self {
            let name = format!("samsyn-policies-{name}-{}", std::process::id());
            let folder = Self(std::env::temp_dir().join(name));
            std::fs::create_dir_all(&folder.0).expect("a directory");
            let policies = format!("@id(\"A01\") {SAID}\n{policies}");
            let file = format!("{AGENCY}.cedar");
            std::fs::write(folder.0.join(file), policies).expect("a file");
            let settings = format!("[policies]\nagencies = {:?}\n", folder.0);
            std::fs::write(folder.settings(), settings).expect("settings");
            folder
        }

        fn settings(&self) -> PathBuf {
            self.0.join("settings.toml")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_check_refuses_an_agency_that_widens_and_shows_what_it_would_open() {
        let folder = Folder::with(
            "wide",
            "permit (principal is Staff, action == Action::\"FindChild\", resource)\n\
             when { principal.roles.contains(\"teacher\") };",
        );
        let settings = folder.settings();
        let settings = settings.to_str().expect("a path");
        let arguments = ["samsyn", "policy", "check", "--config", settings];
        let Command::Policy(command) = Arguments::try_parse_from(arguments).expect("read").command
        else {
            panic!("another command");
        };
        let told = command.run().expect_err("a file that widens").to_string();
        assert!(told.starts_with(&format!("{AGENCY}.cedar:1: `A01`: ")), "{told}");
        assert!(told.contains("\"FindChild\", asked by \"teacher, school\""), "{told}");
    }

    #[test]
    fn an_agency_that_narrows_is_counted() {
        let folder = Folder::with(
            "narrow",
            "forbid (principal, action == Action::\"FindChild\", resource);",
        );
        let configured = Configured { config: Some(folder.settings()) };
        let policy = app::policy(&configured.settings().expect("settings")).expect("rules");
        assert_eq!(policy.agencies().len(), 1);
        assert!(policy.rule("0000dead/A01").is_some());
    }
}
