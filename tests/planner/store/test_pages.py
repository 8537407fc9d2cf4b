"""Pages of revisions: kept for the county that has the plan, within bounds, and never longer than the plan."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.store import Database
from planner.store.pages import keep_page, read_page
from planner.store.plans import add_revision
from planner.store.purging import purge_county, purge_dataset, purge_plan
from planner.store.records import Judged, MissingError
from tests.planner.store.test_purging import planted, rows

ABOUT = {"county_id": "sangzhi", "number": 1}


def kept(database: Database, plan_id: str, *names: str, county: str = "sangzhi") -> set[str]:
    return {
        name
        for name in names
        if read_page(database, county_id=county, plan_id=plan_id, number=1, name=name) is not None
    }


def test_page_is_read_as_it_was_kept(database: Database) -> None:
    """By its revision and its name; the same again changes nothing, also from 8 threads at once."""
    _, plan = planted(database, "sangzhi", words=["a"])
    content = os.urandom(5000)

    def keep(_: int) -> None:
        keep_page(database, **ABOUT, plan_id=plan, name="index", content=content)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(8)))
    assert read_page(database, **ABOUT, plan_id=plan, name="index") == content
    assert kept(database, plan, "index", "sheet", "other") == {"index", "sheet"}
    assert read_page(database, county_id="sangzhi", plan_id=plan, number=2, name="index") is None


def test_other_county_neither_reads_nor_keeps(database: Database) -> None:
    """Not even one that knows the ids and the name of the page."""
    _, plan = planted(database, "sangzhi", words=["a"])
    planted(database, "yixing", words=["b"])
    before = rows(database)
    assert kept(database, plan, "sheet") == {"sheet"}
    assert kept(database, plan, "sheet", county="yixing") == set()
    with pytest.raises(MissingError):
        keep_page(database, county_id="yixing", plan_id=plan, number=1, name="index", content=b"x")
    assert rows(database) == before


def test_oldest_pages_of_a_county_make_room(database: Database) -> None:
    """Of 5 pages of 1,000 bytes that cannot be packed, room for 3,500 holds the newest 3; the neighbour's stay."""
    _, plan = planted(database, "sangzhi", words=["a"])
    _, neighbour = planted(database, "yixing", words=["b"])
    for number in range(5):
        keep_page(
            database, **ABOUT, plan_id=plan, name=f"page {number}", content=os.urandom(1000), most_bytes=3500
        )  # fmt: skip
    assert kept(database, plan, "sheet", *(f"page {number}" for number in range(5))) == {"page 2", "page 3", "page 4"}
    assert kept(database, neighbour, "sheet", county="yixing") == {"sheet"}
    keep_page(database, **ABOUT, plan_id=plan, name="too large", content=os.urandom(4000), most_bytes=3500)
    assert kept(database, plan, "too large", "page 4") == {"page 4"}


@pytest.mark.parametrize("what", ["plan", "dataset", "county"])
def test_page_goes_with_its_plan_and_does_not_come_back(database: Database, what: str) -> None:
    """Deleted with the plan, the dataset or the county; who was just making one finds that there is no plan."""
    dataset, plan = planted(database, "sangzhi", words=["a"])
    if what == "plan":
        purge_plan(database, county_id="sangzhi", plan_id=plan)
    elif what == "dataset":
        purge_dataset(database, county_id="sangzhi", dataset_id=dataset)
    else:
        purge_county(database, "sangzhi")
    assert rows(database)["pages"] == 0
    with pytest.raises(MissingError):
        keep_page(database, **ABOUT, plan_id=plan, name="late", content=b"x")
    assert rows(database)["pages"] == 0


def test_page_of_no_revision_is_not_kept(database: Database) -> None:
    """A new revision has pages of its own, one that does not exist has none."""
    _, plan = planted(database, "sangzhi", words=["a"])
    made = Judged(plan=b"{}", report=b"{}")
    add_revision(database, county_id="sangzhi", plan_id=plan, expected=1, made=made, made_by="move")
    keep_page(database, county_id="sangzhi", plan_id=plan, number=2, name="sheet", content=b"second")
    assert read_page(database, county_id="sangzhi", plan_id=plan, number=2, name="sheet") == b"second"
    with pytest.raises(MissingError):
        keep_page(database, county_id="sangzhi", plan_id=plan, number=3, name="sheet", content=b"third")
