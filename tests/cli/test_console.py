"""What takes long shows how far it is, where somebody looks."""

from io import StringIO

import pytest
from rich.console import Console

from app.cli import console


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, "2/3"), (False, "")])
def test_a_bar_is_drawn_where_somebody_looks(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, shown: str
) -> None:
    paper = StringIO()
    screen = Console(file=paper, force_terminal=is_terminal, width=80)
    monkeypatch.setattr(console, "out", screen)
    with console.progress("Reading", 3) as advance:
        advance(2)
    assert ("Reading" in paper.getvalue()) is is_terminal
    assert shown in paper.getvalue()
    assert paper.getvalue() == "" or is_terminal
