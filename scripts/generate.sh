#!/usr/bin/env bash
# Writes the files that the program itself can tell best. With --check, writes nothing and fails
# when one of them is not what the program tells today.
set -euo pipefail
cd "$(dirname "$0")/.."

# A file, and the arguments that make the program print it.
list() {
    cat <<'END'
docs/openapi.json openapi
docs/access-matrix.txt policy matrix
docs/facts.schema.json policy explain --schema
END
}

case ${1:-} in
"" | --check) ;;
*)
    echo "usage: scripts/generate.sh [--check]" >&2
    exit 2
    ;;
esac

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
stale=0
while read -r file arguments; do
    read -ra words <<<"$arguments"
    cargo run --quiet -- "${words[@]}" >"$fresh" </dev/null
    [ -s "$fresh" ] || { echo "samsyn $arguments prints nothing" >&2; exit 1; }
    if [ "${1:-}" != --check ]; then
        mkdir -p "$(dirname "$file")"
        cat "$fresh" >"$file"
    elif ! diff -u "$file" "$fresh"; then
        stale=1
    fi
done < <(list)
[ "$stale" = 0 ] || { echo "out of date: run scripts/generate.sh and commit" >&2; exit 1; }
