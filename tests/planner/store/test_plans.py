"""Datasets and revisions are never changed; a plan is changed only by who has read its newest revision."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.store import Database
from planner.store.datasets import find_dataset, keep_dataset, list_datasets, read_content
from planner.store.leases import Claimer, finish
from planner.store.plans import add_revision, find_plan, list_plans, publish_plan, read_revision
from planner.store.records import Ending, Judged, MissingError, StaleError
from tests.databases import IS_LONG
from tests.planner.store.stocked import stock, submitted


def planned(database: Database, county: str = "sangzhi") -> str:
    """Return the id of a plan of the county."""
    submitted(database, county, stock(database, county)[county])
    lease = Claimer(database).claim()
    assert lease is not None
    return str(
        finish(database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=1, made=judged(b"1"))).plan_id
    )


def judged(plan: bytes) -> Judged:
    return Judged(plan=plan, report=b"{}")


def change(database: Database, plan_id: str, expected: int, content: bytes = b"2") -> int:
    return add_revision(
        database, county_id="sangzhi", plan_id=plan_id, expected=expected, made=judged(content), made_by="move"
    ).head


def test_same_bytes_are_the_same_dataset_in_a_county(database: Database) -> None:
    """Sent again, an upload is not kept again; another county has its own."""
    ids = stock(database, "sangzhi", "yixing")
    kept, is_new = keep_dataset(database, county_id="sangzhi", kind="zip", content=b"sangzhi", summary={})
    assert (kept.id, is_new, kept.summary) == (ids["sangzhi"], False, {"sites": 4})
    other, is_new = keep_dataset(database, county_id="yixing", kind="zip", content=b"sangzhi", summary={})
    assert is_new
    assert other.id not in ids.values()
    assert read_content(database, kept.id) == ("zip", b"sangzhi")


def test_dataset_is_found_by_its_county_only(database: Database) -> None:
    """Its neighbour is told that there is none."""
    ids = stock(database, "sangzhi", "yixing")
    assert find_dataset(database, county_id="sangzhi", dataset_id=ids["sangzhi"]).size == 7
    with pytest.raises(MissingError):
        find_dataset(database, county_id="yixing", dataset_id=ids["sangzhi"])
    assert [found.id for found in list_datasets(database, county_id="yixing", limit=9)] == [ids["yixing"]]


def test_lists_go_on_after_the_last_one_shown(database: Database) -> None:
    """Pages of two: five datasets in three pages, each once."""
    stock(database, "sangzhi")
    for number in range(4):
        keep_dataset(database, county_id="sangzhi", kind="zip", content=bytes([number]), summary={})
    pages, after = [], None
    while page := list_datasets(database, county_id="sangzhi", limit=2, after=after):
        pages.append([found.id for found in page])
        after = page[-1].id
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({found for page in pages for found in page}) == 5


def test_change_makes_the_next_revision_and_leaves_the_old(database: Database) -> None:
    """Both can be read, by number; the newest without one."""
    plan_id = planned(database)
    assert change(database, plan_id, expected=1) == 2
    read = [read_revision(database, county_id="sangzhi", plan_id=plan_id, number=n)[1] for n in (1, 2, None)]
    assert [(revision.number, revision.made.plan, revision.made_by) for revision in read] == [
        (1, b"1", "search"), (2, b"2", "move"), (2, b"2", "move"),
    ]  # fmt: skip


def test_change_of_an_older_revision_is_refused(database: Database) -> None:
    """Who read revision 1 does not undo what made revision 2; the same for publishing."""
    plan_id = planned(database)
    change(database, plan_id, expected=1)
    with pytest.raises(StaleError, match="newest revision is 2"):
        change(database, plan_id, expected=1)
    with pytest.raises(StaleError):
        publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    assert publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=2).published == 2


def test_other_county_changes_nothing(database: Database) -> None:
    """As if there were no such plan."""
    plan_id = planned(database)
    stock(database, "yixing")
    with pytest.raises(MissingError):
        add_revision(database, county_id="yixing", plan_id=plan_id, expected=1, made=judged(b""), made_by="move")
    with pytest.raises(MissingError):
        publish_plan(database, county_id="yixing", plan_id=plan_id, expected=1)
    assert list_plans(database, county_id="yixing", limit=9) == ()


def test_20_editors_lose_no_change(database: Database) -> None:
    """Each makes 200 changes (3 in the usual run), reading again when it was late: each stands on the one before."""
    plan_id, each = planned(database), 200 if IS_LONG else 3

    def edit(editor: int) -> int:
        made = 0
        while made < each:
            head = find_plan(database, county_id="sangzhi", plan_id=plan_id).head
            try:
                change(database, plan_id, expected=head, content=f"{editor}/{made} on {head}".encode())
            except StaleError:
                continue
            made += 1
        return made

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(edit, range(20))) == 20 * each
    assert find_plan(database, county_id="sangzhi", plan_id=plan_id).head == 20 * each + 1
    written = [
        read_revision(database, county_id="sangzhi", plan_id=plan_id, number=n)[1].made.plan.decode()
        for n in range(2, 20 * each + 2)
    ]
    assert len({content.split(" on ")[0] for content in written}) == 20 * each
    assert [int(content.split(" on ")[1]) for content in written] == list(range(1, 20 * each + 1))
