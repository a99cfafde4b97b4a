#!/bin/sh
# The gate. Every step runs, so that one look shows all that is wrong; the exit code says whether all passed.
set -u
cd "$(dirname "$0")/.."
failed=""

step() {
    name="$1"
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed="$failed $name"
}

migrations() {
    folder="$(mktemp -d)"
    # A database of its own: the gate must not depend on what a developer's data folder holds.
    env -u DATABASE_URL KITH_DATA="$folder" .venv/bin/kith db upgrade &&
        env -u DATABASE_URL KITH_DATA="$folder" .venv/bin/kith db check
    answer=$?
    rm -rf "$folder"
    return $answer
}

step ruff .venv/bin/ruff check .
step format .venv/bin/ruff format --check --quiet .
step types .venv/bin/mypy
step borders .venv/bin/lint-imports --no-cache --no-logo
step dependencies .venv/bin/deptry .
step templates .venv/bin/djlint app --lint --quiet
step migrations migrations
step shape .venv/bin/pytest tests/test_shape.py -q -n0 --no-header --durations=0

if [ -n "$failed" ]; then
    printf '\nThe gate is shut:%s\n' "$failed"
    exit 1
fi
printf '\nThe gate is open.\n'
