# Each recipe is one line that can be typed by hand as well. `just` alone lists them.

_list:
    @just --list

# The service, with the settings of `config/` and the environment
run *arguments:
    cargo run -- serve {{ arguments }}

# A house with made-up agencies and one child, to click through
demo *arguments:
    cargo run -- demo {{ arguments }}

# The whole story from first concern to closed case, told on the terminal
play *arguments:
    cargo run -- demo --play {{ arguments }}

# All tests, on SQLite and on PostgreSQL when there is one
test *arguments:
    cargo test {{ arguments }}

# Format and lints, as strict as before landing
check:
    cargo fmt --check && cargo clippy --all-targets -- -D warnings

# The files that the program itself can tell best
generate:
    scripts/generate.sh

# Licences, bans and sources of what the house is built on
deny:
    cargo deny check licenses bans sources

# At least 10,000 made-up requests against the demo
fuzz requests="10000":
    scripts/fuzz.sh {{ requests }}

# The short form of it, as before landing
fuzz-short:
    scripts/fuzz.sh 500

# Everything that must hold before a change lands
ci:
    .ci/run
