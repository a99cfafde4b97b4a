#!/bin/sh
# Run the marked part of the suite on Debian's PostgreSQL 15. usage: tools/postgres15.sh [pytest arguments]
set -eu
cd "$(dirname "$0")/.."
bin="${POSTGRES15:-/usr/lib/postgresql/15/bin}"
if [ ! -x "$bin/postgres" ]; then
    # No skip: whoever runs every test must not read green where a part never ran.
    echo "PostgreSQL 15 is not here, so its part of the tests cannot run. Install it with: apt install postgresql-15"
    exit 1
fi

# PostgreSQL does not run as root: as in app/core/postgres, a user namespace makes it "nobody".
as=""
[ "$(id -u)" != 0 ] || as="unshare --user --map-user=65534 --map-group=65534"
folder="$(mktemp -d)"
trap '$as "$bin/pg_ctl" -D "$folder/pg" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT INT TERM
$as "$bin/initdb" -D "$folder/pg" -U kith --auth=trust --encoding=UTF8 --locale=C --no-sync >"$folder/log" 2>&1 ||
    { cat "$folder/log"; exit 1; }
$as "$bin/pg_ctl" -D "$folder/pg" -l "$folder/log" -w \
    -o "-c listen_addresses='' -c unix_socket_directories=$folder -c fsync=off -c max_connections=200" start \
    >/dev/null || { cat "$folder/log"; exit 1; }

echo "On PostgreSQL 15:"
KITH_TEST_SERVER="postgresql+psycopg://kith@/{}?host=$folder" .venv/bin/pytest -m postgres15 -q "$@"
