"""What is deleted is gone: its rows with all that hangs on them, and its bytes from every file of the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from planner.store import Database
from planner.store.datasets import find_dataset, keep_dataset, list_datasets
from planner.store.jobs import cancel_job, find_job, list_jobs, submit_job
from planner.store.keys import create_key, holder_of, list_keys
from planner.store.leases import Claimer, beat, finish, is_cancelled, save_checkpoint
from planner.store.outcomes import keep_outcome
from planner.store.pages import keep_page
from planner.store.plans import find_plan, list_plans, publish_plan
from planner.store.purging import (
    JobsRunningError,
    Purged,
    purge_before,
    purge_county,
    purge_dataset,
    purge_plan,
    scrub,
)
from planner.store.records import Checkpoint, Ending, Judged, LostLeaseError, MissingError, Order, Role, Told
from planner.store.tables import METADATA, datasets, jobs, revisions
from tests.planner.store.stocked import stock, submitted

PERSONAL = [f"王秀英{number} 1380013{number:04}" for number in range(20)]
LATER = 9_000_000_000_000


def planted(database: Database, county: str, *, words: list[str]) -> tuple[str, str]:
    """Give a county tables, jobs and a plan with personal words in every place that takes text; return their ids."""
    create_key(database, county_id=county, role=Role.ADMIN, days=1)
    content = json.dumps(words, ensure_ascii=False).encode() * 50
    notices = {"notices": [{"en": word, "zh": word} for word in words]}
    dataset, _ = keep_dataset(database, county_id=county, kind="zip", content=content, summary=notices)
    submit_job(database, county_id=county, dataset_id=dataset.id, order=Order(), once=(words[0], "body"))
    lease = Claimer(database).claim()
    assert lease is not None
    save_checkpoint(database, lease, Checkpoint(plan=content, is_sound=True, cost=1.0, owed=0), searched_ms=1)
    made = Judged(plan=content, report=content)
    job = finish(database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=1, made=made))
    plan_id = str(job.plan_id)
    publish_plan(database, county_id=county, plan_id=plan_id, expected=1)
    for number, word in enumerate(words):
        told = Told(held=False, why="other", note=word)
        keep_outcome(database, county_id=county, plan_id=plan_id, revision=1, visit_id=f"{number:024}", told=told)
    keep_page(database, county_id=county, plan_id=plan_id, number=1, name="sheet", content=content)
    return dataset.id, plan_id


def words_in_files(database: Database, words: list[str]) -> set[str]:
    """Return the words found in the raw bytes of any file of the database, its log too."""
    place = Path(str(database.engine.url.database))
    raw = b"".join(path.read_bytes() for path in sorted(place.parent.glob(place.name + "*")))
    found = {word for word in words if word.encode() in raw}
    return found | {word for word in words if json.dumps(word)[1:-1].encode() in raw}


def rows(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in METADATA.tables.items()
        }


@pytest.mark.parametrize("is_thorough", [True, False])
def test_20_personal_words_are_in_no_file_after_a_purge(sqlite: Database, is_thorough: bool) -> None:
    """Found before, in the database or its log; afterwards in none of them, with the database open; others keep all."""
    neighbours = ["李四 0000-9999"]
    planted(sqlite, "yixing", words=neighbours)
    planted(sqlite, "sangzhi", words=PERSONAL)
    assert words_in_files(sqlite, PERSONAL) == set(PERSONAL)
    purged = purge_county(sqlite, "sangzhi")
    assert purged == Purged(datasets=1, jobs=1, plans=1, revisions=1, keys=1)
    assert scrub(sqlite, is_thorough=is_thorough, seconds=5)
    assert words_in_files(sqlite, PERSONAL) == set()
    assert words_in_files(sqlite, neighbours) == set(neighbours)
    with sqlite.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_reader_of_an_older_state_is_told_of(sqlite: Database) -> None:
    """Somebody still reads what was: the log cannot be emptied, and that is said; once they are done it can."""
    planted(sqlite, "sangzhi", words=PERSONAL)
    with sqlite.reading() as connection:
        connection.execute(select(datasets.c.id)).all()
        purge_county(sqlite, "sangzhi")
        assert not scrub(sqlite, is_thorough=False, seconds=0.1)
    assert scrub(sqlite, is_thorough=True, seconds=5)
    assert words_in_files(sqlite, PERSONAL) == set()


def test_county_is_gone_with_all_it_has(database: Database) -> None:
    """No row is left in any table but those of the neighbour; its keys open nothing."""
    planted(database, "yixing", words=["x"])
    before = rows(database)
    planted(database, "sangzhi", words=PERSONAL)
    _, secret = create_key(database, county_id="sangzhi", role=Role.ADMIN, days=1)
    purge_county(database, "sangzhi")
    assert scrub(database, is_thorough=True, seconds=5)
    assert rows(database) == before
    assert holder_of(database, secret) is None
    assert {key.county_id for key in list_keys(database)} == {"yixing"}
    with pytest.raises(MissingError):
        purge_county(database, "sangzhi")
    with pytest.raises(MissingError):  # an upload that was on its way
        keep_dataset(database, county_id="sangzhi", kind="zip", content=b"late", summary={})


def test_dataset_takes_its_jobs_and_plans_with_it(database: Database) -> None:
    """Those of another dataset of the county stay."""
    dataset, plan = planted(database, "sangzhi", words=["a"])
    other, _ = keep_dataset(database, county_id="sangzhi", kind="zip", content=b"other", summary={})
    waiting = submitted(database, "sangzhi", other.id)
    assert purge_dataset(database, county_id="sangzhi", dataset_id=dataset).plans == 1
    assert [kept.id for kept in list_datasets(database, county_id="sangzhi", limit=9)] == [other.id]
    assert [job.id for job in list_jobs(database, county_id="sangzhi", limit=9)] == [waiting.id]
    with pytest.raises(MissingError):
        find_plan(database, county_id="sangzhi", plan_id=plan)


def test_plan_is_deleted_and_its_dataset_stays(database: Database) -> None:
    """The job that made it goes too, and the Idempotency-Key of the order makes a new job."""
    dataset, plan = planted(database, "sangzhi", words=["a"])
    assert purge_plan(database, county_id="sangzhi", plan_id=plan) == Purged(jobs=1, plans=1, revisions=1)
    assert find_dataset(database, county_id="sangzhi", dataset_id=dataset).id == dataset
    assert list_jobs(database, county_id="sangzhi", limit=9) == ()
    _, is_new = submit_job(database, county_id="sangzhi", dataset_id=dataset, order=Order(), once=("a", "body"))
    assert is_new


@pytest.mark.parametrize(
    "deed",
    [
        lambda database, dataset, _: purge_dataset(database, county_id="yixing", dataset_id=dataset),
        lambda database, _, plan: purge_plan(database, county_id="yixing", plan_id=plan),
        lambda database, _, __: purge_before(database, "nowhere", LATER),
    ],
)
def test_other_county_deletes_nothing(database: Database, deed: Callable[[Database, str, str], object]) -> None:
    """As if there were no such thing."""
    dataset, plan = planted(database, "sangzhi", words=["a"])
    stock(database, "yixing")
    before = rows(database)
    with pytest.raises(MissingError):
        deed(database, dataset, plan)
    assert rows(database) == before


def test_running_job_keeps_what_it_hangs_on_until_it_is_cancelled(database: Database) -> None:
    """Refused with its id and nothing deleted; once cancelled, or when that is said, it goes."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    lease = Claimer(database).claim()
    assert lease is not None
    before = rows(database)
    for deed in (
        lambda: purge_county(database, "sangzhi"),
        lambda: purge_dataset(database, county_id="sangzhi", dataset_id=dataset),
    ):
        with pytest.raises(JobsRunningError, match=lease.job.id):
            deed()
    assert purge_before(database, "sangzhi", LATER) == Purged()
    assert rows(database) == before
    cancel_job(database, county_id="sangzhi", job_id=lease.job.id)
    assert purge_dataset(database, county_id="sangzhi", dataset_id=dataset).jobs == 1
    other = stock(database, "yixing")["yixing"]
    submitted(database, "yixing", other)
    assert Claimer(database).claim() is not None
    assert purge_county(database, "yixing", and_running=True).jobs == 1


def test_worker_whose_job_was_deleted_changes_nothing(database: Database) -> None:
    """It is told to stop, and its heartbeat, its checkpoint and its end are those of one that was replaced."""
    dataset = stock(database, "sangzhi")["sangzhi"]
    submitted(database, "sangzhi", dataset)
    lease = Claimer(database).claim()
    assert lease is not None
    purge_county(database, "sangzhi", and_running=True)
    assert is_cancelled(database, lease.job.id)
    made = Ending(outcome="complete", stopped="seconds", searched_ms=1, made=Judged(plan=b"{}", report=b"{}"))
    for deed in (lambda: beat(database, lease, searched_ms=1), lambda: finish(database, lease, made)):
        with pytest.raises(LostLeaseError):
            deed()
    assert set(rows(database).values()) == {0}


def test_purge_before_a_day_leaves_what_was_touched_since(database: Database) -> None:
    """Of an old plan, an old one that was changed lately, and an old dataset without plans, the second stays."""
    old, _ = planted(database, "sangzhi", words=["old"])
    edited, plan = planted(database, "sangzhi", words=["edited"])
    keep_dataset(database, county_id="sangzhi", kind="zip", content=b"never planned", summary={})
    with database.writing() as connection:
        connection.execute(update(datasets).values(created_ms=1000))
        connection.execute(update(jobs).values(created_ms=1000, ended_ms=1000))
        connection.execute(update(revisions).where(revisions.c.plan_id != plan).values(created_ms=1000))
    young, _ = keep_dataset(database, county_id="sangzhi", kind="zip", content=b"young", summary={})
    assert purge_before(database, "sangzhi", 2000) == Purged(datasets=2, jobs=1, plans=1, revisions=1)
    assert {kept.id for kept in list_datasets(database, county_id="sangzhi", limit=9)} == {edited, young.id}
    assert [kept.id for kept in list_plans(database, county_id="sangzhi", limit=9)] == [plan]
    assert find_job(database, county_id="sangzhi", job_id=find_plan(database, county_id="sangzhi", plan_id=plan).job_id)
    with pytest.raises(MissingError):
        find_dataset(database, county_id="sangzhi", dataset_id=old)
