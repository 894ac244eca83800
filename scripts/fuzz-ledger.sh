#!/usr/bin/env bash
# Fuzzes what reads the ledger's files: each target of fuzz/ for a while, from the seeds that the
# tests keep. Ends with 1 at the first finding, which it leaves in fuzz/artifacts.
#
#   scripts/fuzz-ledger.sh [TIME] [TARGET ...]
#
# TIME is a number with s or m behind it (10m unless told); the targets are entry, checkpoint and
# verify. Needs cargo-fuzz, and says so where it is absent; a nightly toolchain is not needed.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-10m}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(entry checkpoint verify)
case $time in
    *m) seconds=$((${time%m} * 60)) ;;
    *s) seconds=${time%s} ;;
    *) echo "the time is a number with s or m behind it, not $time" >&2; exit 2 ;;
esac

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "NOT RUN: cargo-fuzz is absent (cargo install cargo-fuzz)" >&2
    exit 0
fi
# The sanitizer hangs on flags that are not stable yet; the one toolchain is allowed them here.
export RUSTC_BOOTSTRAP=1
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    cargo fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
done
