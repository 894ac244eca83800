#!/usr/bin/env bash
# Sends the demo made-up requests, good and bad ones, and fails on any answer that is a server
# error, that the OpenAPI document does not promise, or that is given without a token.
#
#   scripts/fuzz.sh [REQUESTS]
#
# REQUESTS (10000 unless told) is the least number sent. Every round is signed in as another of the
# demo's users; the seeds are fixed, so a second run sends the same.
#
# SAMSYN_FUZZ_URL and SAMSYN_FUZZ_SIGN_IN name a demo that is running already, and where its people
# sign in.
set -euo pipefail
cd "$(dirname "$0")/.."

requests=${1:-10000}
users=${SAMSYN_FUZZ_USERS:-"school/teamet school/triagist social/socialsekreterare region/bup"}
rounds_max=30
checks=not_a_server_error,status_code_conformance,content_type_conformance
checks+=,response_headers_conformance,response_schema_conformance,ignored_auth

schemathesis=4.32.5
tools=$PWD/target/schemathesis-$schemathesis
work=$(mktemp -d)
server=

clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

install_schemathesis() {
    [ ! -x "$tools/bin/schemathesis" ] || return 0
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet "schemathesis==$schemathesis"
}

free_port() {
    python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_demo() {
    local port
    port=$(free_port)
    url=http://127.0.0.1:$port
    cargo build --quiet
    target/debug/samsyn demo --port "$port" --database-url "sqlite:$work/fuzz.sqlite" \
        >"$work/demo.log" 2>&1 &
    server=$!
    if ! curl --silent --fail --output /dev/null --retry 60 --retry-connrefused --retry-delay 1 \
        "$url/openapi.json"; then
        cat "$work/demo.log" >&2
        echo "the demo does not answer at $url" >&2
        exit 1
    fi
    sign_in=$(sed -n 's/^Sign-in *//p' "$work/demo.log")
}

# Prints what a Python expression finds in the JSON `document` on standard input.
find_in_json() {
    python3 -c "import json, sys; document = json.load(sys.stdin); print($1)"
}

# The token of `issuer/username`.
token_of() {
    curl --silent --show-error --fail --data-urlencode "username=${1#*/}" \
        "$sign_in/${1%%/*}/token" | find_in_json 'document["access_token"]'
}

# One round: the user, the seed, and the most made-up requests per operation.
run_round() {
    local token
    token=$(token_of "$1")
    # It leaves a directory behind where it runs, so it runs where that is removed.
    (cd "$work" && "$tools/bin/schemathesis" run "$url/openapi.json" \
        --header "Authorization: Bearer $token" --checks "$checks" --continue-on-failure \
        --phases examples,coverage,fuzzing,stateful --seed "$2" --max-examples "$3" \
        --generation-database none --request-timeout 30 --warnings missing_auth --no-color \
        --report json --report-json-path "$work/report.json")
    # A user who is let in nowhere would see every answer as promised.
    local opened
    opened=$(find_in_json \
        'document["operations"]["tested"] - len(document["warnings"]["missing_auth"])' \
        <"$work/report.json")
    if [ "$opened" -eq 0 ]; then
        echo "$1 was let in nowhere, so nothing was tried" >&2
        exit 1
    fi
}

install_schemathesis
url=${SAMSYN_FUZZ_URL:-}
sign_in=${SAMSYN_FUZZ_SIGN_IN:-}
[ -n "$url" ] || start_demo

operations=$(curl --silent --show-error --fail "$url/openapi.json" |
    find_in_json 'sum(len(path) for path in document["paths"].values())')
read -ra names <<<"$users"
each=$((requests / operations / ${#names[@]} / 2 + 1))

sent=0
round=0
while [ "$sent" -lt "$requests" ]; do
    if [ "$round" -ge "$rounds_max" ]; then
        echo "only $sent requests in $round rounds, not $requests" >&2
        exit 1
    fi
    run_round "${names[round % ${#names[@]}]}" $((round + 1)) "$each"
    sent=$((sent + $(find_in_json 'document["test_cases"]["generated"]' <"$work/report.json")))
    round=$((round + 1))
done
echo "fuzz: $sent requests in $round rounds, every answer as promised"
