"""Uploads as an app sends them: the napkin county, packed; and jobs made from it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from data import data_path
from planner.store import Database
from planner.store.datasets import keep_dataset
from planner.store.jobs import submit_job
from planner.store.keys import create_key
from planner.store.records import Job, Order, Role
from tests.builders import MONDAY
from tests.end_to_end.small_county import Rows, tables, write_county


def packed(folder: Path, sheets: dict[str, Rows] | None = None) -> bytes:
    """Return the tables as a .zip."""
    return zipped(write_county(folder, sheets or tables()))


def zipped(folder: Path) -> bytes:
    """Return the files of a folder as a .zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return buffer.getvalue()


def sample(name: str) -> bytes:
    """Return a sample county as a .zip: one that a search is not done with in a minute."""
    return zipped(data_path("samples", name))


def ordered(database: Database, content: bytes, *, county: str = "napkin", **order: object) -> Job:
    """Return a job made from an upload: one week from the usual Monday, one round, unless said otherwise."""
    create_key(database, county_id=county, role=Role.SCHEDULER, days=1)
    dataset, _ = keep_dataset(database, county_id=county, kind="zip", content=content, summary={})
    asked = Order(**{"start": MONDAY, "weeks": 1, "seconds": 60.0, "rounds": 1, **order})  # type: ignore[arg-type]
    job, _ = submit_job(database, county_id=county, dataset_id=dataset.id, order=asked)
    return job
