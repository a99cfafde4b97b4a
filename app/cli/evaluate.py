"""kith evaluate: how good the product's suggestions are on people whom nobody here invented."""

import math
from collections.abc import Iterable
from pathlib import Path

import click
from rich.table import Table

from app.cli.console import in_sentences, out
from app.cli.evaluate_health import health
from app.matching.similarity import trials

FILES = f"{trials.FRIENDS} and {trials.LISTENING}"


@click.group("evaluate")
def evaluate() -> None:
    """Measure Kith on data from outside."""


evaluate.add_command(health)


@evaluate.command("matching")
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder with the HetRec 2011 Last.FM files.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many ways to hide friendships.",
)
@in_sentences
def matching(folder: Path, seeds: int) -> None:
    """Let Kith's own scoring find hidden friendships: fails unless it beats popularity."""
    if not trials.is_there(folder):
        raise click.ClickException(
            f"{folder} does not hold {FILES}. They are the Last.FM files of HetRec 2011, which "
            "come without a licence, so Kith does not bring them along."
        )
    results = list(trials.friend_trials(folder, seeds=range(seeds)))
    out.print(_table(results, seeds))
    if missed := trials.shortfalls(results):
        raise click.ClickException(" ".join(_missed(one) for one in missed))
    out.print("Kith beats popularity in both tasks.")


def _missed(one: trials.Shortfall) -> str:
    found, needed = _thousandths(one.ndcg), _thousandths(one.needed)
    return f"{one.task}: Kith's {found} is not above {needed}."


def _table(results: Iterable[trials.Result], seeds: int) -> Table:
    table = Table(title=f"Friends found, {seeds} splits", title_justify="left")
    for name in ("task", "rule"):
        table.add_column(name)
    for name in ("NDCG@10", "95 % interval", "coverage", "gini"):
        table.add_column(name, justify="right")
    for one in results:
        numbers = (one.ndcg, one.low, one.high, one.coverage, one.gini)
        ndcg, low, high, coverage, gini = (_thousandths(number) for number in numbers)
        table.add_row(one.task, one.rule, ndcg, f"{low} to {high}", coverage, gini)
    return table


def _thousandths(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:.3f}"
