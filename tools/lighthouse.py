"""Ask Lighthouse about the pages that searches may show; end with 1 where a score is below 100.

usage: tools/lighthouse.sh [address of a running demo]

Every report is kept in build/lighthouse/reports. A busy machine costs points for speed, and now and
then a recording fails: what is below 100 is asked again, twice at most.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.chromium import PACKAGE
from tools.demo import running_demo

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
REPORTS = ROOT / "build" / "lighthouse" / "reports"
FORMS = {"phone": [], "desk": ["--preset=desktop"]}
FLAGS = "--chrome-flags=--headless=new --no-sandbox --disable-background-networking"
SITE = ("/", "/communities", "/sign-in", "/sign-up")
COMMUNITY = ("", "/events", "/join", "/rules", "/membership")
TRIES = 3


def main() -> None:
    """Ask about each page, print its scores, and tell what is not perfect."""
    os.environ["CHROME_PATH"] = shutil.which(PACKAGE) or sys.exit(f"{PACKAGE} is missing.")
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    missed = []
    with running_demo(sys.argv[1:]) as address:
        for path in public_pages(address):
            for form in FORMS:
                scores = best_scores(address + path, form)
                print(f"{form:5}  {path:45}", *(f"{k} {v}" for k, v in scores.items()), flush=True)
                if not scores or min(scores.values()) < 100:
                    missed.append(f"{path} ({form})")
    if missed:
        sys.exit(f"below 100, see {REPORTS}: {', '.join(missed)}")


def public_pages(address: str) -> list[str]:
    """Return the site's pages, those of the first public community, and each kind of event."""
    communities = re.findall(r'href="(/c/[^/"]+)"', read(f"{address}/communities"))
    home = communities[0]
    links = re.findall(rf'href="({home}/events/\w+)">([^<]+)', read(f"{address}{home}/events"))
    events = {title: path for path, title in links}  # a series counts once
    if not events:
        sys.exit("The demo has no events to come. Make its data again: kith demo --reset")
    return [*SITE, *(home + tail for tail in COMMUNITY), *events.values()]


def read(address: str) -> str:
    """Return a page."""
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own demo
        return str(answer.read().decode())


def best_scores(url: str, form: str) -> dict[str, int]:
    """Return the first perfect scores of a page, or those of the last try."""
    scores: dict[str, int] = {}
    for _ in range(TRIES):
        scores = ask(url, form)
        if scores and min(scores.values()) == 100:
            break
    return scores


def ask(url: str, form: str) -> dict[str, int]:
    """Let Lighthouse look at a page once; without an answer there are no scores."""
    name = re.sub(r"\W+", "-", url.partition("//")[2]) + f"-{form}"
    outputs = ("--quiet", "--output=json", "--output=html", f"--output-path={REPORTS / name}")
    subprocess.run([PROGRAM, url, *outputs, FLAGS, *FORMS[form]], check=False)
    report = REPORTS / f"{name}.report.json"
    if not report.exists():
        return {}
    found = json.loads(report.read_text())["categories"].values()
    return {one["id"]: round((one["score"] or 0) * 100) for one in found}


if __name__ == "__main__":
    main()
