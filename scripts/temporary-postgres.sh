#!/bin/sh
# Runs a PostgreSQL of its own for as long as somebody holds this script's standard input open.
#
# The first line on standard output is the URL of the running server. At the end of standard
# input, which also comes when the process that held it was killed, the server is stopped and its
# directory removed. Nobody needs to remember to clean up.
#
# Leaves with 3 when PostgreSQL's programs are not installed, with 1 when they did not work.
set -eu
trap '' PIPE INT HUP

newest_programs() {
    for initdb in $(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -t/ -k5,5nr) \
        "$(command -v initdb || true)"; do
        bin=$(dirname "$(readlink -f "$initdb")")
        if [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] && [ -x "$bin/postgres" ]; then
            echo "$bin"
            return
        fi
    done
}

# PostgreSQL refuses to be run by root.
as_owner() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif command -v runuser >/dev/null; then
        runuser -u "$owner" -- "$@"
    else
        su -s /bin/sh -c 'exec "$@"' -- "$owner" sh "$@"
    fi
}

# shellcheck disable=SC2317 # called by the trap
remove() {
    [ ! -e "$place/data/postmaster.pid" ] ||
        as_owner "$programs/pg_ctl" stop --pgdata="$place/data" --mode=immediate --wait \
            >/dev/null 2>&1 || true
    cd / && rm -rf "$place"
}

start() {
    as_owner "$programs/pg_ctl" start --pgdata="$place/data" --log="$place/server.log" --wait --silent \
        --options="-p $1 -c listen_addresses=127.0.0.1 -c max_connections=300 -k $place" \
        >>"$place/log" 2>&1
}

# Below the ports that the system gives out. It may be taken; then another is tried.
any_port() {
    echo $((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
}

programs=$(newest_programs)
[ -n "$programs" ] || exit 3
owner=postgres
id "$owner" >/dev/null 2>&1 || owner=nobody
place=$(mktemp -d "${TMPDIR:-/tmp}/samsyn-test-postgres.XXXXXX")
trap remove EXIT
trap 'exit 1' TERM
[ "$(id -u)" != 0 ] || chown "$owner" "$place"
cd "$place"

if ! as_owner "$programs/initdb" --pgdata="$place/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 >"$place/log" 2>&1; then
    cat "$place/log" >&2
    exit 1
fi
for attempt in 1 2 3 4 5; do
    port=$(any_port)
    if start "$port"; then
        echo "postgres://postgres@127.0.0.1:$port/postgres" || true
        while read -r _; do :; done
        exit 0
    fi
    echo "attempt $attempt, port $port, did not start" >>"$place/log"
done
cat "$place"/*log >&2
exit 1
