"""The guard at the wire: no test connects to, writes to or looks up anything beyond this machine.

An audit hook of Python: it sees every socket of this process whoever opens it (libpq's aside,
which is no Python), and cannot be taken out. The browser of the journeys has a rule of its own.
"""

import ipaddress
import socket
import sys
from typing import Any

OUTWARD = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOKED_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
OURS = {"", "localhost", socket.gethostname()}
NOWHERE = ".invalid"  # RFC 2606: a name that is never found

_refused: list[str] = []


class BeyondLoopback(OSError):
    """A test was about to reach something that is not this machine."""


def taken() -> list[str]:
    """Return what was refused since the last look: code may have swallowed the error."""
    found = list(_refused)
    _refused.clear()
    return found


def nothing_was_reached_for() -> None:
    """Fail when something was refused since the last look."""
    found = taken()
    assert found == [], found


def is_near(host: object) -> bool:
    """Whether a host of an address is this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in OURS
    return address.is_loopback or address.is_unspecified


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event in OUTWARD:
        where = arguments[1]
        if isinstance(where, tuple) and not is_near(where[0]):
            _refuse(event, where)
    elif event in LOOKED_UP:
        host = arguments[0]
        if str(host).endswith(NOWHERE):
            raise socket.gaierror(socket.EAI_NONAME, "nowhere")
        if not is_near(host):
            _refuse(event, host)


def _refuse(event: str, where: object) -> None:
    _refused.append(f"{event} {where}")
    raise BeyondLoopback(_refused[-1])


def begin() -> None:
    """Guard this process from now on."""
    sys.addaudithook(_guard)
