"""How large the pages are, and how long they take: 250 villages, 12 teams, 5 days, and no search.

::

    .venv/bin/python -m benchmarks.pages

Medians of five. Run it on a quiet machine; the load is printed beside the figures.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from maps.printouts import crew_sheet
from maps.render import index_page
from planner.evaluation import Evaluation
from planner.plan import Circuit
from tests.end_to_end.browsing import open_window, started_browser
from tests.maps.scenery import County, make_county

TIMES = 5


def index_of(county: County) -> str:
    """Return the interactive map."""
    clean = Evaluation(violations=(), terms=())
    return index_page(county.problem, county.plan, clean, scene=county.scene, language="zh", county_name="示例县")


def sheet_of(county: County, circuit: Circuit) -> str:
    """Return a crew sheet."""
    return crew_sheet(county.problem, circuit, scene=county.scene, language="zh", county_name="示例县")


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the median of what the work takes by the clock on the wall."""
    taken = []
    for _ in range(TIMES):
        start = clock()
        work()
        taken.append(clock() - start)
    return median(taken)


def said(work: Callable[[], object]) -> str:
    """Return the seconds on the wall, and those of one core, which hardly depend on what else runs."""
    return f"{seconds(work):.2f} s, {seconds(work, time.process_time):.2f} s of one core"


def seconds_until_drawn(page: str) -> float:
    """Return the median from opening the page in Chromium until the map says that it is drawn."""
    with TemporaryDirectory() as folder, started_browser() as browser:
        path = Path(folder) / "index.html"
        path.write_text(page, encoding="utf-8")

        def draw() -> None:
            window = open_window(browser)
            window.go(path)
            window.page.wait_for_selector("html[data-ready=yes]", state="attached")
            window.page.context.close()

        return seconds(draw)


def figures() -> Iterator[str]:
    """Yield what was measured, a line each."""
    county = make_county(villages=250, teams=12)
    page = index_of(county)
    circuits = county.plan.circuits
    yield f"index.html: {len(page.encode()) / 1e6:.2f} MB (limit 1.5)"
    yield f"index.html written: {said(lambda: index_of(county))}"
    yield f"index.html drawn in Chromium: {seconds_until_drawn(page):.2f} s (limit 3)"
    yield f"one crew sheet: {said(lambda: sheet_of(county, circuits[0]))} (limit 1.5)"
    yield f"{len(circuits)} crew sheets: {said(lambda: [sheet_of(county, c) for c in circuits])} (limit 10)"
    yield f"load of the machine, of {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    for line in figures():
        print(line, flush=True)  # noqa: T201  # a table for people
