#!/bin/sh
# Photograph every page of the demo: phone and desk, light and dark, five languages for the main ones.
# usage: tools/screens.sh [address of a running demo]   (without one, a demo is started and stopped)
set -eu
cd "$(dirname "$0")/.."
exec .venv/bin/python tools/screens.py "$@"
