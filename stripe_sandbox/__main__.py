"""Start the local Stripe: `python -m stripe_sandbox --port 12111 --data DIR`."""

import argparse
import contextlib
import signal
import sys
import threading
from pathlib import Path

from stripe_sandbox.core.store import Store
from stripe_sandbox.notices import chaos
from stripe_sandbox.notices.courier import Courier
from stripe_sandbox.resources import clocks
from stripe_sandbox.server import open_store, serve

TICK = 1.0


def main() -> int:
    """Serve until told to stop."""
    given = _arguments()
    store = open_store(given.data)
    chaos.choose(store, chaos.EVERYWHERE, **(chaos.CALM if given.calm else chaos.WILD))
    if given.notices:
        store.set(chaos.EVERYWHERE, "notices", {"url": given.notices, "secret": given.secret})
    server = serve(store, given.port, given.public_url)
    courier, stopped = Courier(store), threading.Event()
    courier.start()
    ticker = threading.Thread(target=_tick, args=(store, given.public_url, stopped), daemon=True)
    ticker.start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"stripe_sandbox listens on http://127.0.0.1:{server.server_port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)
    stopped.set()
    courier.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stripe_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="the folder of the server's file")
    parser.add_argument("--calm", action="store_true", help="each notice once and in order")
    parser.add_argument("--notices", default="", help="where the notices of every key go")
    parser.add_argument("--secret", default="whsec_sandbox", help="the secret they are signed with")
    parser.add_argument("--public-url", default="", help="how browsers reach the hosted pages")
    return parser.parse_args()


def _tick(store: Store, base: str, stopped: threading.Event) -> None:
    """Let what is due happen without anybody asking."""
    import time  # noqa: PLC0415

    while not stopped.wait(TICK):
        for space in clocks.spaces_with_work(store, int(time.time())):
            with store.transaction():
                clocks.catch_up(store, space, base)


if __name__ == "__main__":
    sys.exit(main())
