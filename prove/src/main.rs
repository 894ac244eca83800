//! The program `samsyn-prove`.

use std::process::ExitCode;

fn main() -> ExitCode {
    samsyn_prove::cli::run()
}
