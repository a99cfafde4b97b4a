"""Static files: read once, named by their content, compressed ahead, kept for ever by browsers."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from time import monotonic

from markupsafe import Markup

from app.web import hue

STATIC_FOLDER = Path(__file__).resolve().parents[2] / "static"

# A bundle is one answer made of many stylesheets: small files to write, one request to read.
BUNDLES: dict[str, tuple[str, ...]] = {
    "css/core.css": (
        "css/layers.css",
        "css/tokens.css",
        "css/base.css",
        "css/layout.css",
        "css/components/*.css",
        "css/utilities.css",
        "css/print.css",
    ),
    "css/desk.css": ("css/desk/*.css",),
}
COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".json", ".webmanifest"}
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file as it is sent."""

    body: bytes
    gzipped: bytes | None
    mimetype: str


class Assets:
    """Every static file of a folder, and the bundles made of them."""

    def __init__(self, folder: Path = STATIC_FOLDER, *, is_watched: bool = False) -> None:
        self.folder = folder
        self.is_watched = is_watched  # in development a changed file is read again
        self._stamp: tuple[tuple[str, int], ...] = ()
        self._files: dict[str, Asset] = {}
        self._icons: dict[str, Markup] = {}
        self._looked_at = -inf
        self.version = ""
        self.load()

    def load(self) -> None:
        """Read every file again."""
        self._stamp = self._look()
        names = [name for name, _ in self._stamp]
        bodies = {name: (self.folder / name).read_bytes() for name in names}
        for bundle, patterns in BUNDLES.items():
            bodies[bundle] = self._bundle(patterns, bodies)
        bodies["css/core.css"] += hue.tints().encode()
        self._files = {name: _asset(name, body) for name, body in bodies.items()}
        self._icons = {
            Path(name).stem: Markup(body.decode().strip())  # noqa: S704 - our own vendored files
            for name, body in bodies.items()
            if name.startswith("img/icons/") and name.endswith(".svg")
        }
        self.version = _digest(bodies)

    def refresh(self, *, now: float = inf) -> None:
        """Read the files again if one of them changed; looks once a second (development)."""
        if now - self._looked_at < 1:
            return
        self._looked_at = now if now < inf else self._looked_at
        if self._look() != self._stamp:
            self.load()

    def get(self, name: str) -> Asset | None:
        """Return a file by its name below the folder, or None."""
        if self.is_watched:
            self.refresh(now=monotonic())
        return self._files.get(name)

    def address(self, name: str) -> str:
        """Return the address of a file, which changes with the content of any."""
        if self.get(name) is None:
            raise LookupError(f"There is no static file named {name}")
        return f"/assets/{self.version}/{name}"

    def hue_address(self, number: int) -> str:
        """Return the address of a hue's stylesheet."""
        return f"/assets/{self.version}/hue/{number % 360}.css"

    def names(self) -> list[str]:
        """List every name that can be asked for."""
        return sorted(self._files)

    def icon(self, name: str) -> Markup:
        """Return an icon as SVG text; an unknown name is a programming error."""
        if name not in self._icons:
            raise LookupError(f"There is no icon named {name}")
        return self._icons[name]

    def _look(self) -> tuple[tuple[str, int], ...]:
        paths = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return tuple(
            (path.relative_to(self.folder).as_posix(), path.stat().st_mtime_ns) for path in paths
        )

    def _bundle(self, patterns: tuple[str, ...], bodies: dict[str, bytes]) -> bytes:
        names = [
            path.relative_to(self.folder).as_posix()
            for pattern in patterns
            for path in sorted(self.folder.glob(pattern))
        ]
        # Addresses inside a stylesheet are relative to the bundle, which stands in css/.
        return b"\n".join(bodies[name] for name in names)


def shrink_css(text: str) -> str:
    """Take comments and needless white space out of a stylesheet."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).replace(";}", "}").strip()


@cache
def _asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    if suffix == ".css":
        body = shrink_css(body.decode()).encode()
    packed = gzip.compress(body, 9, mtime=0) if suffix in COMPRESSIBLE else None
    mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(body, packed if packed and len(packed) < len(body) else None, mimetype)


def _digest(bodies: dict[str, bytes]) -> str:
    digest = hashlib.sha256(hue.stylesheet(0).encode())
    for name in sorted(bodies):
        digest.update(name.encode() + b"\0" + hashlib.sha256(bodies[name]).digest())
    return digest.hexdigest()[:12]
