"""A line so slow that each page arrives in pieces: the browser shows the first before the last."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

PIECE = 3000  # bytes of a page, before the browser may paint
FRAME = 0.02  # seconds until the next
OURS = {"connection", "content-length", "date", "server", "transfer-encoding"}


class _Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    far_end: str

    def do_GET(self) -> None:
        """Pass a question on, and its answer back: pages in pieces, all else at once."""
        asked = {name: text for name, text in self.headers.items() if name != "Accept-Encoding"}
        far = HTTPConnection(self.far_end)
        far.request("GET", self.path, headers=asked | {"Host": self.far_end, "Connection": "close"})
        with far.getresponse() as answer:
            whole = answer.read()
            self.send_response(answer.status)
            for name, text in answer.getheaders():
                if name.lower() not in OURS:
                    self.send_header(name, text)
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        is_page = "html" in (answer.getheader("Content-Type") or "")
        size = PIECE if is_page else len(whole) or 1
        for begin in range(0, len(whole), size):
            time.sleep(FRAME * is_page)
            self.wfile.write(whole[begin : begin + size])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def slow_line(address: str) -> Iterator[str]:
    """Yield an address where a site is seen over a slow line."""
    line = type("Line", (_Line,), {"far_end": urlsplit(address).netloc})
    with ThreadingHTTPServer(("localhost", 0), line) as near:
        thread = Thread(target=near.serve_forever)
        thread.start()
        yield f"http://localhost:{near.server_port}"
        near.shutdown()
        thread.join()
