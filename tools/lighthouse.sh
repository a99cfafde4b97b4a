#!/bin/sh
# Ask Lighthouse about each kind of page that searches may show, on a phone and at a desk; fails where a score is below 100.
# usage: tools/lighthouse.sh [address of a running demo]   (without one, a demo is started and stopped)
# Needs Node.js 18.16 or newer with npm, and chromium-headless-shell. Not part of the gate: scores of speed depend on the machine.
set -eu
cd "$(dirname "$0")/.."
npm install --prefix build/lighthouse --no-save --no-audit --no-fund --loglevel=error lighthouse@12.8.2
exec .venv/bin/python -m tools.lighthouse "$@"
