//! The program `samsyn`.

use std::process::ExitCode;

fn main() -> ExitCode {
    samsyn::cli::run()
}
