"""Public data of others, turned into the neutral form of imports; none of it comes with Kith."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

MESSAGES = "college_msg.txt"
PURCHASES = "cdnow_sample.txt"


def activities_of_messages(path: Path) -> Iterator[str]:
    """Yield the private messages of CollegeMsg (from, to, Unix second) as JSON lines.

    Some lines stand there twice and are two messages, so the line is the message's number.
    """
    with path.open(encoding="ascii") as file:
        for number, line in enumerate(file, start=1):
            sender, receiver, second = line.split()
            yield (
                json.dumps(
                    {
                        "source": "collegemsg",
                        "source_uid": number,
                        "type": "message.sent",
                        "happened_at": int(second),
                        "actor_uid": sender,
                        "channel_uid": "messages",
                        "mentions": [receiver],
                    }
                )
                + "\n"
            )


def orders_of_purchases(path: Path) -> Iterator[list[str]]:
    """Yield the orders of CDNOW (buyer, sample id, day, how many, dollars) as rows of a CSV."""
    yield ["source", "source_uid", "ordered_at", "buyer_uid", "quantity", "currency", "total"]
    with path.open(encoding="ascii") as file:
        for number, line in enumerate(file, start=1):
            buyer, _sample, day, quantity, dollars = line.split()
            yield ["cdnow", str(number), _noon(day), buyer, quantity, "USD", dollars]


def write_activities(messages: Path, to: Path) -> None:
    """Write CollegeMsg in the neutral form."""
    with to.open("w", encoding="utf-8") as file:
        file.writelines(activities_of_messages(messages))


def write_orders(purchases: Path, to: Path) -> None:
    """Write CDNOW in the neutral form."""
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(orders_of_purchases(purchases))


def _noon(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T12:00:00Z"
