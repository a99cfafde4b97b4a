"""Which lines and branches ran: each process that runs tests writes its part into a folder.

Imported before anything of the product, as what is imported earlier cannot be measured. SlipCover
takes its probes out once they have been met: tracing took half as long again as the tests.
"""

import json
import os
from pathlib import Path

import slipcover

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "KITH_COVERAGE"
"""The environment variable that names the folder; without it nothing is measured."""
OFTEN = 20_000
"""How often probes are met again before they are taken out. It looks through all modules for them:
with SlipCover's own 50 the tests took a quarter longer."""

_measure: slipcover.Slipcover | None = None


def start() -> None:
    """Measure what is imported from now on."""
    global _measure  # noqa: PLW0603 - one process, one measure
    if FOLDER not in os.environ or "PYTEST_XDIST_WORKER" not in os.environ:
        return  # the process that hands the tests out runs none
    if "PYTEST_CURRENT_TEST" in os.environ:
        return  # what a test started writes nothing
    matcher = slipcover.FileMatcher(sources=[ROOT / "app", ROOT / "config.py"])
    _measure = slipcover.Slipcover(branch=True, d_miss_threshold=OFTEN, source=[str(ROOT / "app")])
    slipcover.ImportManager(_measure, matcher).__enter__()


def write() -> None:
    """Write what ran in this process."""
    if _measure is not None:
        text = json.dumps(_measure.get_coverage())
        (Path(os.environ[FOLDER]) / f"{os.getpid()}.json").write_text(text)


start()
