"""Many counties as jobs of one queue: what is taken for a county, what is ordered once, what is told of each."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path

import pytest

from planner.batching import order_all, sources_in, write_batch
from planner.errors import InputError
from planner.jobs.port import LeasedJobs
from planner.jobs.worker import work
from planner.store import Database, open_store
from planner.store.jobs import list_jobs
from planner.store.records import Order
from planner.tally import Line, Member, lines_of, look, progress_of, totals_of
from tests.builders import MONDAY
from tests.end_to_end.small_county import tables, write_county

ORDER = Order(start=MONDAY, weeks=1, seconds=60.0, rounds=1)


def province(folder: Path) -> Path:
    """Write two good counties and one whose rule is unknown, and what is no county."""
    write_county(folder / "east", tables())
    write_county(folder / "西县", tables())
    bad = tables()
    bad["villages"][0]["rule"] = "nowhere"
    write_county(folder / "south", bad)
    (folder / "empty").mkdir()
    (folder / "notes.txt").write_text("no county", encoding="utf-8")
    return folder


def test_county_is_a_workbook_an_archive_or_a_folder_of_tables(tmp_path: Path) -> None:
    """Folders without tables and other files are none; a Chinese name gets an id of its own, always the same."""
    source = province(tmp_path / "province")
    (source / "plain.zip").write_bytes(b"PK")
    write_county(source / "East", tables())  # another county than east, and nobody's key for one opens the other
    found = {each.name: each for each in sources_in(source)}
    again = {each.name: each for each in sources_in(source)}
    assert sorted(found) == ["East", "east", "plain", "south", "西县"]
    assert found["East"].county_id != found["east"].county_id
    assert (found["east"].kind, found["east"].county_id) == ("zip", "east")
    assert found["西县"].county_id == again["西县"].county_id != "西县"
    assert found["east"].content == again["east"].content
    with zipfile.ZipFile(io.BytesIO(found["east"].content)) as archive:
        assert "villages.csv" in archive.namelist()
    (source / "east.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match="Two counties have the name east"):
        sources_in(source)
    with pytest.raises(InputError, match="no such folder"):
        sources_in(source / "nowhere")
    with pytest.raises(InputError, match="no tables of counties"):
        sources_in(source / "empty")


def test_name_that_is_not_utf8_is_read_as_chinese(tmp_path: Path) -> None:
    """Unpacked on Linux from an archive that Windows made: shown, with an id of its own, and written to a table."""
    place = os.fsencode(tmp_path) + b"/"
    for name in (b"\xc7\xdf\xd4\xb4.zip", b"bad\xff.zip"):
        try:
            Path(os.fsdecode(place + name)).write_bytes(b"PK")
        except OSError:
            pytest.skip("this file system takes names in UTF-8 only")
    found = sources_in(tmp_path)
    assert [source.name for source in found] == ["bad\ufffd", "沁源"]
    assert len({source.county_id for source in found}) == 2
    lines = [(Line(county=each.name, county_id=each.county_id, outcome="refused"), None) for each in found]
    assert "沁源" in write_batch(tmp_path / "out", lines).read_text("utf-8-sig")


def test_batch_is_ordered_once_and_told_of_each_county(tmp_path: Path) -> None:
    """Three counties: two planned by a worker, one refused with its row; ordered again nothing is searched again."""
    store = open_store(str(tmp_path / "x.db"))
    sources, told = sources_in(province(tmp_path / "province")), list[Member]()
    members = order_all(store, sources, ORDER, "en", told.append)
    assert [bool(member.faults) for member in told] == [False, True, False]
    assert any("nowhere" in fault and "row 2" in fault for fault in told[1].faults)
    again = order_all(store, sources, ORDER, "en", lambda member: None)
    assert [m.job and m.job.id for m in again] == [m.job and m.job.id for m in members]
    assert str(progress_of(members)) == "0 of 2 counties done, 0 being searched, 2 waiting."
    looks = list[bool]()
    work(LeasedJobs(store), lambda: is_done(store, members, looks))
    members = look(store, members)
    assert str(progress_of(members)) == "2 of 2 counties done, 0 being searched, 0 waiting."
    lines = list(lines_of(store, members))
    outcomes = {line.county: (line.outcome, line.asked_visits, line.owed_visits) for line, _ in lines}
    assert outcomes == {"east": ("complete", 5, 0), "south": ("refused", None, None), "西县": ("complete", 5, 0)}
    totals = totals_of(line for line, _ in lines)
    assert totals.outcomes == {"complete": 2, "refused": 1}
    assert str(totals.sentence).startswith("10 of 10 visits planned, 0 owed; ")
    assert totals.km == pytest.approx(2 * (lines[0][0].km or 0))
    assert len(list_jobs(store, county_id="east", limit=10)) == 1
    table = write_batch(tmp_path / "out", lines)
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    assert [row["county"] for row in rows] == ["east", "south", "西县"]
    assert float(rows[0]["km"]) > 0
    assert sorted(path.parent.name for path in (tmp_path / "out").glob("*/plan.json")) == ["east", "西县"]
    store.close()


def is_done(store: Database, members: tuple[Member, ...], looks: list[bool]) -> bool:
    """Return whether all jobs have ended, or too many looks were taken."""
    looks.append(all(m.job is None or m.job.state == "ended" for m in look(store, members)))
    return looks[-1] or len(looks) > 2_000


def test_names_of_counties_are_no_formulas_and_no_paths(tmp_path: Path) -> None:
    """A county called like a formula is text in the table; one that no system takes for a folder goes by its id."""
    names = ["=1+1", "../up", "a/b", "CON ", "好 县"]
    lines = [(Line(county=name, county_id=f"c-{k}", outcome="complete"), b"{}") for k, name in enumerate(names)]
    table = write_batch(tmp_path / "out", lines)
    assert "'=1+1" in table.read_text("utf-8-sig")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"batch.csv", "c-0", "c-1", "c-2", "c-3", "好 县"}
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
