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

# Killed again and again under load, on both databases: nothing that was answered is lost
kill rounds="200":
    SAMSYN_KILL_ROUNDS={{ rounds }} cargo test --test all -- kill --nocapture

# One decision, with the shipped rules and the facts in memory
bench:
    cargo bench --bench decision

# The service under load beside the floor, on both databases, so many seconds for each load
bench-load seconds="4":
    cargo bench --bench load -- {{ seconds }}

# 100,000 random worlds, each decided by the rules and by an oracle that knows none of them
worlds count="100000":
    SAMSYN_WORLDS={{ count }} cargo test --release --lib store::tests::against_the_oracle -- --nocapture

# 10,000 pairs of requests for what is hidden and what is not there: the times must be one
timing pairs="10000":
    SAMSYN_TIMING_PAIRS={{ pairs }} cargo test --release --test all -- timing --nocapture

# What the rules never and always do, proved for all requests (needs cvc5)
prove *arguments:
    cargo run -p samsyn-prove -- check {{ arguments }}

# What validates exports: the packages of scripts/validators (needs npm)
validators:
    npm ci --prefix scripts/validators

# Exported AuditEvents against FHIR R4 and the profiles that they name (needs `just validators`)
validate-fhir +files:
    node scripts/validators/fhir.mjs {{ files }}

# Exported log posts against the structure of Inera's schema (needs xmllint)
validate-inera +files:
    xmllint --noout --nonet --schema scripts/validators/inera-log.xsd {{ files }}

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

# Offline verification of so many entries, against writing them
bench-verify entries="1000000":
    cargo bench --bench verify -- {{ entries }}

# The Merkle code against the public vectors, and against an independent crate on 10,000 trees
vectors trees="10000":
    PROPTEST_CASES={{ trees }} cargo test --lib ledger::merkle -- --nocapture

# What reads the ledger's files, under a fuzzer: entries, checkpoints, the verifier, so long each
fuzz-ledger minutes="10":
    scripts/fuzz-ledger.sh {{ minutes }}m

# The short form of it
fuzz-ledger-short:
    scripts/fuzz-ledger.sh 30s

# Everything that must hold before a change lands
ci:
    .ci/run
