#!/bin/sh
# Make .venv ready. usage: tools/setup.sh [runtime|dev]
# uv lives in its own small environment (.boot), so that nothing outside this folder is touched.
set -eu
cd "$(dirname "$0")/.."
kind="${1:-runtime}"
here="$(pwd -P)"

refuse() {
    printf '\nKith cannot be set up: %s\n' "$1" >&2
    exit 1
}

python="${PYTHON:-python3}"
command -v "$python" >/dev/null 2>&1 ||
    refuse "there is no $python here. Install Python 3.11 or newer (Debian: apt install python3 python3-venv)."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "$("$python" --version) is too old. Install Python 3.11 or newer, or name one: make setup PYTHON=python3.12"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    refuse "Python's venv module is missing. Install it (Debian: apt install python3-venv) and try again."
[ -w "$here" ] ||
    refuse "this folder ($here) may not be written by $(id -un). Use a copy of your own, or change its owner."

# Once the development tools are here they stay: a later runtime set-up must not take them away.
[ -f .venv/.kith-dev ] && kind=dev
case "$kind" in
    dev) requirements=requirements-dev.txt ;;
    *) requirements=requirements.txt ;;
esac

exec 9>.setup.lock
if command -v flock >/dev/null 2>&1; then flock 9; fi

fingerprint() {
    # Of pyproject.toml only what is installed: the rules of the tools change more often.
    { echo "$here"; "$python" --version; cat requirements-boot.txt "$requirements" tools/setup.sh
      sed '/^# ------/q' pyproject.toml; } | cksum
}
wanted="$kind $(fingerprint)"
if [ -x .venv/bin/kith ] && [ "$(cat .venv/.kith-setup 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi

network="The packages could not be fetched. Look at the lines above; most often the network or a proxy is missing."
echo "Setting up Kith in $here/.venv (the first time takes a minute) ..."
if ! .boot/bin/python -c 'import uv' >/dev/null 2>&1 || [ "$(cat .boot/.kith 2>/dev/null || true)" != "$here" ]; then
    "$python" -m venv --clear .boot || refuse "the small environment .boot could not be made (see above)."
    .boot/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements-boot.txt || refuse "$network"
    echo "$here" >.boot/.kith
fi
uv() { .boot/bin/python -m uv --no-progress "$@"; }

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 ||
    [ "$(cat .venv/.kith-home 2>/dev/null || true)" != "$here" ]; then
    uv venv --quiet --clear --python "$(command -v "$python")" .venv || refuse "the environment .venv could not be made (see above)."
    echo "$here" >.venv/.kith-home
fi
uv pip sync --quiet --python .venv/bin/python --require-hashes "$requirements" || refuse "$network"
uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable . ||
    refuse "Kith itself could not be installed into .venv (see above)."
if [ "$kind" = dev ]; then : >.venv/.kith-dev; fi
echo "$wanted" >.venv/.kith-setup
