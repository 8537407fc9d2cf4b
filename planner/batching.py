"""A province in one go: the tables of many counties become jobs on one queue, and a table of what came of each.

The queue is that of the API: workers beside this process or on other machines run the jobs. Ordered again (after a loss
of power, say) the same tables are the same jobs, so that nothing is searched for twice.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError, Issue, Where
from planner.files import only_writer, remove_leftovers, staged_folder
from planner.jobs.children import Child, CrashedError
from planner.language import say, text
from planner.store import Database
from planner.store.datasets import keep_dataset
from planner.store.jobs import submit_job
from planner.store.keys import COUNTY, keep_county
from planner.store.records import DatasetKind, Order
from planner.tables.files import READ_SUFFIXES
from planner.tally import Line, Member

READ_SECONDS = 120.0
SAFE = re.compile(r"[\w][\w -]*[\w]|\w")  # names that any system takes for a folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The tables of one county as they are uploaded."""

    name: str  # of the file or folder
    county_id: str
    kind: DatasetKind
    content: bytes


def sources_in(folder: Path) -> tuple[Source, ...]:
    """Return each workbook (.xlsx), archive (.zip) and folder of tables in a folder, by name.

    Raises
    ------
    InputError
        When there is no such folder, nothing in it, or two of one name.
    """
    if not folder.is_dir():
        problem = text("There is no such folder.")
        raise InputError([Issue(Where(folder.name), problem, text("Give the folder in which the counties lie."))])
    found = [source for path in sorted(folder.iterdir()) if (source := _source(path)) is not None]
    if not found:
        remedy = text("Put a workbook or a folder for each county there.")
        raise InputError([Issue(Where(folder.name), text("There are no tables of counties in the folder."), remedy)])
    names = [source.name for source in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        problem = text("Two counties have the name {name}.", name=twice[0])
        raise InputError([Issue(Where(folder.name), problem, text("Give each file or folder a name of its own."))])
    return tuple(found)


def _source(path: Path) -> Source | None:
    if path.name.startswith((".", "~$")):
        return None
    if path.is_dir():
        tables = [file for file in sorted(path.iterdir()) if file.suffix.lower() in READ_SUFFIXES]
        return _named(path.name, "zip", _packed(tables)) if tables else None
    kind: DatasetKind | None = {".xlsx": "xlsx", ".zip": "zip"}.get(path.suffix.lower())  # type: ignore[assignment]
    return None if kind is None else _named(path.stem, kind, path.read_bytes())


def _named(name: str, kind: DatasetKind, content: bytes) -> Source:
    """Return the source; a county whose name the store cannot take goes by a digest of it."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    county_id = name if COUNTY.fullmatch(name) else f"c-{digest}"
    return Source(name=_legible(name), county_id=county_id, kind=kind, content=content)


def _legible(name: str) -> str:
    """Return the name of a file as it can be shown; one that is not UTF-8 is read as Chinese, as old programs write."""
    written = name.encode("utf-8", "surrogateescape")
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("gb18030", "replace")


def _packed(files: Sequence[Path]) -> bytes:
    """Return files as an archive whose bytes depend on nothing but what is in them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def order_all(
    database: Database, sources: Sequence[Source], order: Order, language: str, on_read: Callable[[Member], None]
) -> tuple[Member, ...]:
    """Read the tables of each county and order its plan; the same again orders nothing new."""
    members = []
    for source in sources:
        members.append(_ordered(database, source, order, language))
        on_read(members[-1])
    return tuple(members)


def _ordered(database: Database, source: Source, order: Order, language: str) -> Member:
    read = _read(source, order, language)
    if not isinstance(read, dict):
        return Member(name=source.name, county_id=source.county_id, faults=read)
    keep_county(database, source.county_id)
    dataset, _ = keep_dataset(
        database, county_id=source.county_id, kind=source.kind, content=source.content, summary=read
    )
    once = (_hash(f"batch {dataset.id}", order), _hash("", order))
    job, _ = submit_job(database, county_id=source.county_id, dataset_id=dataset.id, order=order, once=once)
    return Member(name=source.name, county_id=source.county_id, job=job)


def _hash(words: str, order: Order) -> str:
    asked = {name: value for name, value in asdict(order).items() if name != "past"}  # which a batch never looks at
    return hashlib.sha256(f"{words} {sorted(asked.items())}".encode()).hexdigest()


def _read(source: Source, order: Order, language: str) -> dict[str, Any] | tuple[str, ...]:
    """Return what is in the tables, or their faults; they are read by a child, which may crash."""
    start = order.start.isoformat() if order.start else None
    try:
        with Child() as child:
            child.open(kind=source.kind, content=source.content, start=start, weeks=order.weeks)
            heard = child.answer(READ_SECONDS)
    except CrashedError:
        return (say(text("The tables could not be read: the program that reads them ended."), language),)
    if heard.verb == "refused":
        return tuple(issue[language] for issue in heard.values["issues"])
    return {**heard.values["counted"], "notices": heard.values["notices"]}


def write_batch(folder: Path, lines: Sequence[tuple[Line, bytes | None]]) -> Path:
    """Write ``batch.csv`` and each county's ``plan.json`` into the folder; return the path of the table."""
    folder.mkdir(parents=True, exist_ok=True)
    with only_writer(folder):
        remove_leftovers(folder)
        with staged_folder(folder) as stage:
            for line, plan in lines:
                if plan is not None:
                    place = stage / (line.county if SAFE.fullmatch(line.county) else line.county_id)
                    place.mkdir()
                    (place / "plan.json").write_bytes(plan)
            (stage / "batch.csv").write_text(_table([line for line, _ in lines]), encoding="utf-8-sig", newline="")
    return folder / "batch.csv"


def _table(lines: Sequence[Line]) -> str:
    written = io.StringIO()
    rows = csv.DictWriter(written, list(Line.__dataclass_fields__), lineterminator="\r\n")
    rows.writeheader()
    rows.writerows([_plain(asdict(line)) for line in lines])
    return written.getvalue()


def _plain(cells: dict[str, object]) -> dict[str, object]:
    """Return cells of which no program for tables makes a formula."""
    return {k: f"'{v}" if isinstance(v, str) and v[:1] in ("=", "+", "-", "@") else v for k, v in cells.items()}
