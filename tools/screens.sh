#!/bin/sh
# Photograph every page of the demo: phone and desk, light and dark, five languages for the main ones.
# usage: tools/screens.sh [address of a running demo]   (without one, a demo is started and stopped)
set -eu
cd "$(dirname "$0")/.."
fc-list ":lang=zh" 2>/dev/null | grep -q . ||
    echo "No font here has Chinese characters, so they will be empty boxes. Install one with: apt install fonts-noto-cjk"
exec .venv/bin/python -m tools.screens "$@"
