"""What a browser says of itself, shortened to what its owner recognises."""

LONGEST = 200
# The order matters: browsers claim to be their ancestors too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("YaBrowser", "Yandex Browser"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return a device as "Firefox, Linux", or the bare name it gives itself, or nothing."""
    known = [name for name in (_find(user_agent, _BROWSERS), _find(user_agent, _SYSTEMS)) if name]
    plain = "".join(c for c in user_agent.split("/", maxsplit=1)[0] if c.isalnum() or c in " -_.")
    return (", ".join(known) or plain.strip())[:LONGEST]


def is_phone(device: str) -> bool:
    """Say whether a device name of ours is a phone's."""
    return device.endswith(("iPhone", "Android"))


def _find(user_agent: str, table: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for mark, name in table if mark in user_agent), None)
