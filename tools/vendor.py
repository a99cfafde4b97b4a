"""Write the manifest of what others made: source, licence and hash of each vendored file.

usage: .venv/bin/python tools/vendor.py  (after putting a new version in place)
"""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LITERATA = {
    "package": "@fontsource-variable/literata",
    "version": "5.3.0",
    "licence": "OFL-1.1",
    "change": "weights 500-700, subset by fontTools",
}
JSQR = {
    "package": "jsqr",
    "version": "1.4.0",
    "licence": "Apache-2.0",
    "change": "minified by terser, comments dropped",
}
SOURCES: dict[str, dict[str, dict[str, str]]] = {
    "static/vendor": {
        "htmx.min.js": {"package": "htmx.org", "version": "4.0.1", "licence": "0BSD"},
        "htmx.LICENSE.txt": {"package": "htmx.org", "version": "4.0.1", "licence": "0BSD"},
        "jsqr.min.js": JSQR,
        "jsqr.LICENSE.txt": JSQR,
        "literata-basic.woff2": LITERATA,
        "literata-accents.woff2": LITERATA,
        "literata-cyrillic.woff2": LITERATA,
        "literata.LICENSE.txt": LITERATA,
    },
    "tests/vendor": {
        "axe.min.js": {"package": "axe-core", "version": "4.14.1", "licence": "MPL-2.0"},
        "axe.LICENSE.txt": {"package": "axe-core", "version": "4.14.1", "licence": "MPL-2.0"},
    },
}


def main() -> None:
    """Write one manifest a folder."""
    for folder, sources in SOURCES.items():
        entries = {
            name: {**source, "sha256": _sha256(ROOT / folder / name)}
            for name, source in sorted(sources.items())
        }
        path = ROOT / folder / "manifest.json"
        path.write_text(json.dumps(entries, indent=2) + "\n")
        print(f"{path.relative_to(ROOT)}: {len(entries)} files")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
