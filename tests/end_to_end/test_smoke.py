"""The front door in a real browser."""

from typing import Any

import pytest


@pytest.mark.end_to_end
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_styleguide_has_no_faults(new_visitor: Any, screen: str) -> None:
    new_visitor(screen).open("/styleguide")
