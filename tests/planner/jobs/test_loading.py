"""Loading is part of what reading costs: a child that reads a workbook loads neither pages nor search nor roads."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "geopandas", "pyogrio", "pyproj", "scipy", "networkx", "osmium", "folium", "jinja2", "xlsxwriter",
         "icalendar", "segno", "numba", "ortools", "sqlalchemy", "fastapi")  # fmt: skip


@pytest.mark.parametrize("module", ["planner.jobs.child", "planner.opening"])
def test_reading_loads_nothing_that_it_does_not_need(module: str) -> None:
    """None of what takes longer to load than a workbook takes to be refused."""
    script = f"import sys, {module}; print(sorted({set(HEAVY)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
