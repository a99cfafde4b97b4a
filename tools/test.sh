#!/bin/sh
# Run every test. usage: tools/test.sh [pytest arguments]
# Sets up what the tests need by apt where it may, and says in a sentence where it may not.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" = 0 ]; then root=""; else root="sudo -n"; fi

may_install() {
    command -v apt-get >/dev/null 2>&1 && { [ -z "$root" ] || sudo -n true 2>/dev/null; }
}

apt() { $root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"; }

need() {
    what="$1"
    shift
    if may_install && {
        apt install -y --no-install-recommends "$@" ||
            { apt update && apt install -y --no-install-recommends "$@"; }
    } >.apt.log 2>&1; then
        return 0
    fi
    printf '%s\n' "$what is not here and may not be installed by $(id -un); the tests that need it will fail." \
        "Install it with: apt install $*"
    return 0
}

has_postgres15() { [ -x /usr/lib/postgresql/15/bin/postgres ]; }

# Debian's package starts a server at installation; ours is started by the tests, from its binaries.
if ! has_postgres15; then
    if may_install && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        $root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | $root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    need "PostgreSQL 15" postgresql-15
fi
command -v chromium-headless-shell >/dev/null 2>&1 ||
    need "Chromium" chromium-headless-shell fonts-dejavu-core

# With arguments somebody looks for something: then the marked part on PostgreSQL 15 is left out, and
# nothing is said about what no test ran.
[ $# -eq 0 ] || exec .venv/bin/pytest -n 2 --dist loadgroup "$@"

# A third worker would take more from the two, on two cores, than it gives.
answer=0
parts="$(mktemp -d)"
trap 'rm -rf "$parts"' EXIT
# Beside the rest: its tests wait for processes more than they compute.
tools/postgres15.sh -n 1 >"$parts/on-15.log" 2>&1 &
on_15=$!
KITH_COVERAGE="$parts" .venv/bin/pytest -n 2 --dist loadgroup || answer=1
wait "$on_15" || answer=1
cat "$parts/on-15.log"
.venv/bin/python tools/covered.py "$parts" || answer=1
exit $answer
