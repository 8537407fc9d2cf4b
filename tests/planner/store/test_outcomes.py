"""What came of visits is kept beside the published revision, and nobody overwrites what they have not read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.store import Database
from planner.store.outcomes import keep_outcome, list_outcomes
from planner.store.plans import publish_plan
from planner.store.records import MissingError, StaleError, Told, UnpublishedError, UnseenError, VisitOutcome
from tests.planner.store.test_plans import change, planned

HELD, MISSED = Told(held=True, people=41, referrals=3), Told(held=False, why="road", note="桥断了")


def published(database: Database) -> str:
    plan_id = planned(database)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    return plan_id


def keep(
    database: Database, plan_id: str, told: Told, *, visit: str = "a", revision: int = 1, expected: int | None = None
) -> VisitOutcome:
    return keep_outcome(
        database, county_id="sangzhi", plan_id=plan_id, revision=revision, visit_id=visit, told=told, expected=expected
    )[0]


def test_outcome_is_kept_and_the_same_again_changes_nothing(database: Database) -> None:
    """A phone on a bad line sends it twice: one outcome, number 1."""
    plan_id = published(database)
    first = keep(database, plan_id, MISSED)
    assert (first.number, first.told) == (1, MISSED)
    assert keep(database, plan_id, MISSED) == keep(database, plan_id, MISSED, expected=1) == first
    assert list_outcomes(database, county_id="sangzhi", plan_id=plan_id, limit=9) == (first,)


def test_other_outcome_wants_to_have_been_read(database: Database) -> None:
    """Without a number it is refused, with an old one too; with the one that is there it is the next."""
    plan_id = published(database)
    with pytest.raises(StaleError):
        keep(database, plan_id, MISSED, expected=1)
    keep(database, plan_id, MISSED)
    with pytest.raises(UnseenError):
        keep(database, plan_id, HELD)
    assert keep(database, plan_id, HELD, expected=1).number == 2
    with pytest.raises(StaleError):
        keep(database, plan_id, MISSED, expected=1)


def test_only_the_published_revision_has_outcomes(database: Database) -> None:
    """Not one that was never published, nor the one that was before; what was told of that stays."""
    plan_id = planned(database)
    with pytest.raises(UnpublishedError):
        keep(database, plan_id, HELD)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    keep(database, plan_id, HELD)
    change(database, plan_id, expected=1)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=2)
    with pytest.raises(UnpublishedError):
        keep(database, plan_id, MISSED, visit="b", revision=1)
    keep(database, plan_id, MISSED, visit="b", revision=2)
    kept = list_outcomes(database, county_id="sangzhi", plan_id=plan_id, limit=9)
    assert [(outcome.visit_id, outcome.revision) for outcome in kept] == [("a", 1), ("b", 2)]


def test_other_county_sees_and_tells_nothing(database: Database) -> None:
    """As if there were no such plan."""
    plan_id = published(database)
    with pytest.raises(MissingError):
        keep_outcome(database, county_id="yixing", plan_id=plan_id, revision=1, visit_id="a", told=HELD)
    with pytest.raises(MissingError):
        list_outcomes(database, county_id="yixing", plan_id=plan_id, limit=9)


def test_16_phones_at_once_lose_no_outcome(database: Database) -> None:
    """Each counts one more on what it has read, 3 times: 48 changes, each seen by the next."""
    plan_id = published(database)
    keep(database, plan_id, Told(held=True, people=0))

    def count(phone: int) -> None:
        for _ in range(3):
            while True:
                (read,) = list_outcomes(database, county_id="sangzhi", plan_id=plan_id, limit=9)
                try:
                    told = Told(held=True, people=read.number, note=f"{phone}")  # no two say the same
                    keep(database, plan_id, told, expected=read.number)
                    break
                except StaleError:
                    continue

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(count, range(16)))
    (outcome,) = list_outcomes(database, county_id="sangzhi", plan_id=plan_id, limit=9)
    assert (outcome.told.people, outcome.number) == (48, 49)
