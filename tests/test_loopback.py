"""The guard at the wire is seen to refuse, and to let this machine through."""

import socket
import urllib.request
from collections.abc import Callable

import pytest

from tests import loopback

FAR = "192.0.2.1"  # RFC 5737: for documentation, nobody's


def by_datagram(where: tuple[str, int]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.sendto(b"x", where)


def by_page(where: tuple[str, int]) -> None:
    urllib.request.urlopen(f"http://{where[0]}:{where[1]}/", timeout=1).close()


@pytest.mark.parametrize(
    ("reach", "event"),
    [
        (lambda: socket.create_connection((FAR, 80), timeout=1), "socket.getaddrinfo"),
        (lambda: socket.socket().connect_ex((FAR, 80)), "socket.connect"),
        (lambda: by_datagram((FAR, 53)), "socket.sendto"),
        (lambda: socket.getaddrinfo("example.org", 443), "socket.getaddrinfo"),
        (lambda: socket.gethostbyname("example.org"), "socket.gethostbyname"),
        (lambda: by_page(("example.org", 80)), "socket.getaddrinfo"),
    ],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_what_is_beyond_this_machine_is_refused(reach: Callable[[], object], event: str) -> None:
    with pytest.raises(OSError, match="socket"):
        reach()
    assert [one.split()[0] for one in loopback.taken()] == [event]


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port), timeout=5).close()
        by_datagram(("127.0.0.1", port))
    assert loopback.taken() == []


def test_a_name_that_never_is_found_is_not_found() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 80)
    assert loopback.taken() == []


def test_what_code_lived_with_is_told_at_the_end() -> None:
    with pytest.raises(loopback.BeyondLoopback):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(AssertionError, match=r"example\.org"):
        loopback.nothing_was_reached_for()  # what stands at the end of every test
    loopback.nothing_was_reached_for()
