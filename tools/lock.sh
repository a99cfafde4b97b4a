#!/bin/sh
# Write the pinned requirements again from pyproject.toml: hashes, but no addresses. usage: tools/lock.sh [--upgrade]
set -eu
cd "$(dirname "$0")/.."
lock() {
    .boot/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header "$@"
}
echo uv | lock - -o requirements-boot.txt "$@"
lock pyproject.toml --group build -o requirements.txt "$@"
lock pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt "$@"
