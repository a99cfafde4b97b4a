#!/bin/sh
# Start the demo in a folder of its own, read its first page, and stop it.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh
KITH_DATA="$(mktemp -d)"
PORT="$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
export KITH_DATA PORT
unset DATABASE_URL KITH_BASE_URL KITH_ENVIRONMENT
log="$KITH_DATA/demo.log"

make --no-print-directory demo >"$log" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$KITH_DATA"' EXIT INT TERM

.venv/bin/python - "$PORT" "$demo" <<'PYTHON' || { tail -n 40 "$log"; exit 1; }
import os
import sys
import time
import urllib.request

port, demo = sys.argv[1], int(sys.argv[2])
started = time.monotonic()
while time.monotonic() - started < 90:
    os.kill(demo, 0)
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as answer:
            page = answer.read().decode()
    except ConnectionError:
        time.sleep(0.2)
    except OSError as error:
        if not isinstance(getattr(error, "reason", None), ConnectionError):
            raise
        time.sleep(0.2)
    else:
        assert "<h1" in page, page[:500]
        print(f"The demo's first page was there after {time.monotonic() - started:.1f} seconds.")
        sys.exit(0)
sys.exit("The demo did not answer within 90 seconds.")
PYTHON
