//! Where rules come from: the ones that the service is built with, or a directory.

use std::fs;
use std::path::Path;

use samsyn::access::PolicyFile;

use crate::fault::Fault;

/// The name of the schema in a directory of rules.
pub const SCHEMA: &str = "samsyn.cedarschema";
/// The name of the words of the default refusals there.
const WORDS: &str = "default.toml";
/// The name of the directory of the agencies' own rules there.
const AGENCIES: &str = "agencies";

/// Rules as text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The common rules.
    pub files: Vec<PolicyFile>,
    /// The agencies' own, a file for each.
    pub agencies: Vec<PolicyFile>,
    /// The schema.
    pub schema: String,
    /// The words of the default refusals.
    pub words: String,
}

impl Source {
    /// The rules that the service is built with. It is built with none of any agency.
    pub fn embedded() -> Self {
        Self {
            files: PolicyFile::embedded(),
            agencies: Vec::new(),
            schema: PolicyFile::embedded_schema().to_owned(),
            words: PolicyFile::embedded_default().to_owned(),
        }
    }

    /// The rules in a directory. The schema and the default words are the built-in ones where it
    /// has none.
    ///
    /// # Errors
    /// What can't be read, or a directory without rules.
    pub fn directory(directory: &Path) -> Result<Self, Fault> {
        let files = policy_files(directory)?;
        if files.is_empty() {
            return Err(Fault::wrong(shown(directory), "there is no rule in it (`*.cedar`)"));
        }
        let or = |name: &str, built_in: &str| -> Result<String, Fault> {
            let path = directory.join(name);
            if path.exists() { read(&path) } else { Ok(built_in.to_owned()) }
        };
        let agencies = directory.join(AGENCIES);
        Ok(Self {
            files,
            agencies: if agencies.is_dir() { policy_files(&agencies)? } else { Vec::new() },
            schema: or(SCHEMA, PolicyFile::embedded_schema())?,
            words: or(WORDS, PolicyFile::embedded_default())?,
        })
    }
}

/// Every `*.cedar` of a directory, in the order of their names.
///
/// # Errors
/// What can't be read.
pub fn policy_files(directory: &Path) -> Result<Vec<PolicyFile>, Fault> {
    let fault = |why| Fault::File { file: shown(directory), why };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push(PolicyFile { name, text: read(&path)? });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

/// The text of a file.
///
/// # Errors
/// What can't be read.
pub fn read(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|why| Fault::File { file: shown(path), why })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
