"""An endpoint that listens for notices."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ear(ThreadingHTTPServer):
    """An endpoint that writes down what comes, and refuses as often as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Listener)
        self.heard: list[tuple[str, str]] = []
        self.refusals = 0

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/"

    def types(self) -> list[str]:
        """Return the types of what came, in order."""
        return [json.loads(body)["type"] for body, _ in self.heard]


class _Listener(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append((body, self.headers["Stripe-Signature"]))
        refused = self.server.refusals > 0
        self.server.refusals -= 1
        self.send_response(500 if refused else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
