"""What webhooks are told is written with its cause or not at all, taken by one courier, and tried a bounded time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from planner.store import Database
from planner.store.jobs import cancel_job
from planner.store.leases import Claimer, finish
from planner.store.plans import publish_plan
from planner.store.purging import purge_county, purge_dataset, purge_plan
from planner.store.records import Claimed, Ending, MissingError, StaleError, StoredDelivery, TooManyWebhooksError
from planner.store.tables import deliveries, webhooks
from planner.store.webhooks import (
    FIRST_PAUSE_MS,
    LONGEST_PAUSE_MS,
    MOST_AGE_MS,
    MOST_TRIES,
    MOST_WEBHOOKS,
    SKEW_MS,
    add_webhook,
    claim_delivery,
    delete_webhook,
    end_delivery,
    list_deliveries,
    list_webhooks,
    pause_after,
)
from tests.planner.store.stocked import stock, submitted
from tests.planner.store.test_plans import change, judged, planned

URL = "https://app.example.org/"
HOLD_MS = 60_000


def hooked(database: Database, county: str = "sangzhi", kinds: Any = ("job.ended", "plan.published")) -> str:
    """Make a webhook of a county and return its id."""
    stock(database, county)
    return add_webhook(database, county_id=county, url=URL, kinds=kinds)[0].id


def told(database: Database, webhook_id: str, county: str = "sangzhi") -> tuple[StoredDelivery, ...]:
    return list_deliveries(database, county_id=county, webhook_id=webhook_id, limit=100)


def bodies(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        asked = select(deliveries.c.body).order_by(deliveries.c.created_ms, deliveries.c.id)
        return [json.loads(body) for body in connection.execute(asked).scalars()]


def let_time_pass(database: Database, milliseconds: int) -> None:
    """Move every delivery back in time, which is as if the clock had gone on."""
    with database.writing() as connection:
        moved = {"set_ms": deliveries.c.set_ms - milliseconds, "created_ms": deliveries.c.created_ms - milliseconds}
        connection.execute(update(deliveries).values(**moved))


def claimed(database: Database) -> Claimed:
    found = claim_delivery(database, hold_ms=HOLD_MS)
    assert found is not None
    return found


def test_end_of_a_job_and_publishing_are_told_with_ids_and_kinds_only(database: Database) -> None:
    """Two deliveries whose every value is an id, a kind, a number or a moment; another county hears nothing."""
    webhook, other = hooked(database), hooked(database, "yixing")
    plan_id = planned(database)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    ended, published = sorted(bodies(database), key=lambda body: str(body["kind"]))
    assert set(ended) == {"id", "kind", "at", "job_id", "plan_id", "outcome"}
    assert set(published) == {"id", "kind", "at", "job_id", "plan_id", "number"}
    assert (ended["kind"], ended["plan_id"], ended["outcome"]) == ("job.ended", plan_id, "complete")
    assert (published["kind"], published["plan_id"], published["number"]) == ("plan.published", plan_id, 1)
    assert published["job_id"] == ended["job_id"]
    assert {each.id for each in told(database, webhook)} == {ended["id"], published["id"]}
    assert told(database, other, "yixing") == ()


def test_webhook_hears_the_kinds_it_asked_for(database: Database) -> None:
    """One for jobs and one for plans."""
    one, two = hooked(database, kinds=("job.ended",)), hooked(database, kinds=("plan.published",))
    plan_id = planned(database)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    assert [[each.kind for each in told(database, hook)] for hook in (one, two)] == [["job.ended"], ["plan.published"]]


def test_what_did_not_happen_is_not_told(database: Database) -> None:
    """A publish that is refused, the same publish again, the same end again: nothing more."""
    webhook = hooked(database)
    plan_id = planned(database)
    assert len(told(database, webhook)) == 1
    with pytest.raises(StaleError):
        publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=7)
    assert len(told(database, webhook)) == 1
    for _ in range(2):
        publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    assert len(told(database, webhook)) == 2
    change(database, plan_id, 1)
    publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=2)
    assert len(told(database, webhook)) == 3
    submitted(database, "sangzhi", stock(database, "sangzhi")["sangzhi"])
    lease = Claimer(database).claim()
    assert lease is not None
    for _ in range(2):
        finish(database, lease, Ending(outcome="complete", stopped="rounds", searched_ms=1, made=judged(b"1")))
    assert len(told(database, webhook)) == 4


def test_change_that_is_rolled_back_takes_what_it_tells_with_it(database: Database) -> None:
    """A webhook that cannot be read: the plan is not published either. Whole or not at all."""
    from planner.store.plans import find_plan

    hooked(database)
    plan_id = planned(database)
    with database.writing() as connection:
        connection.execute(update(webhooks).values(kinds="no JSON"))
    with pytest.raises(json.JSONDecodeError):
        publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=1)
    assert find_plan(database, county_id="sangzhi", plan_id=plan_id).published is None


def test_job_that_is_cancelled_while_it_waits_has_ended(database: Database) -> None:
    """No worker ever had it; its end is told all the same."""
    webhook = hooked(database)
    job = submitted(database, "sangzhi", stock(database, "sangzhi")["sangzhi"])
    cancel_job(database, county_id="sangzhi", job_id=job.id)
    cancel_job(database, county_id="sangzhi", job_id=job.id)
    assert [(each.job_id, each.plan_id) for each in told(database, webhook)] == [(job.id, None)]


def test_secret_is_told_once_and_never_again(database: Database) -> None:
    """256 bits, different each time; no list has it."""
    stock(database, "sangzhi")
    made = [add_webhook(database, county_id="sangzhi", url=URL, kinds=["job.ended"]) for _ in range(2)]
    assert made[0][1] != made[1][1]
    assert len(made[0][1]) == 46
    listed = str(list_webhooks(database, county_id="sangzhi", limit=9))
    assert not any(secret in listed for _, secret in made)


def test_county_has_ten_webhooks_at_most(database: Database) -> None:
    """16 at once on a county that has none: 10."""
    stock(database, "sangzhi")

    def add(_: int) -> bool:
        try:
            return bool(add_webhook(database, county_id="sangzhi", url=URL, kinds=["job.ended"]))
        except TooManyWebhooksError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(16))) == MOST_WEBHOOKS
    with pytest.raises(MissingError):
        add_webhook(database, county_id="nowhere", url=URL, kinds=["job.ended"])


def test_each_delivery_is_taken_by_one_courier(database: Database) -> None:
    """8 at once, 40 deliveries of one plan published again and again: each is claimed once."""
    webhook = hooked(database, kinds=("plan.published",))
    plan_id = planned(database)
    for number in range(1, 41):
        publish_plan(database, county_id="sangzhi", plan_id=plan_id, expected=number)
        change(database, plan_id, number)

    def take(_: int) -> list[str]:
        found = []
        while (one := claim_delivery(database, hold_ms=HOLD_MS)) is not None or len(found) < 1:
            if one is None:
                break
            found.append(one.id)
        return found

    with ThreadPoolExecutor(8) as pool:
        taken = [each for found in pool.map(take, range(8)) for each in found]
    while (one := claim_delivery(database, hold_ms=HOLD_MS)) is not None:
        taken.append(one.id)  # who met a locked row went home early
    assert sorted(taken) == sorted(each.id for each in told(database, webhook))


def test_courier_that_was_killed_is_replaced(database: Database) -> None:
    """Nothing is due while it may live; then the same id and the same bytes; the first is not believed any more."""
    webhook = hooked(database)
    planned(database)
    first = claimed(database)
    assert claim_delivery(database, hold_ms=HOLD_MS) is None
    let_time_pass(database, HOLD_MS + 1)
    second = claimed(database)
    assert (second.id, second.body, second.tries) == (first.id, first.body, 2)
    end_delivery(database, first, status=204, fault=None)
    assert told(database, webhook)[0].state == "waiting"
    end_delivery(database, second, status=204, fault=None)
    end_delivery(database, second, status=500, fault="refused")
    done = told(database, webhook)[0]
    assert (done.state, done.status, done.fault, done.tries) == ("delivered", 204, None, 2)


def test_pauses_grow_to_six_hours() -> None:
    """10 s, 40 s, 160 s ... and 8 tries in less than ten hours: a receiver that is away for a night hears it."""
    pauses = [pause_after(tries) for tries in range(1, MOST_TRIES)]
    assert pauses[:3] == [10_000, 40_000, 160_000]
    assert pauses == sorted(pauses)
    assert max(pauses) == LONGEST_PAUSE_MS
    assert 8 * 3_600_000 < sum(pauses) < 10 * 3_600_000
    assert pauses[0] == FIRST_PAUSE_MS


def test_delivery_is_given_up_after_eight_tries(database: Database) -> None:
    """Each after its pause and not a millisecond before; then it says so and is not taken again."""
    webhook = hooked(database)
    planned(database)
    for tries in range(1, MOST_TRIES + 1):
        one = claimed(database)
        assert one.tries == tries
        end_delivery(database, one, status=500, fault="refused")
        assert claim_delivery(database, hold_ms=HOLD_MS) is None
        let_time_pass(database, pause_after(tries) + 1)
    assert claim_delivery(database, hold_ms=HOLD_MS) is None
    done = told(database, webhook)[0]
    assert (done.state, done.tries, done.status, done.fault) == ("given_up", MOST_TRIES, 500, "refused")
    assert done.ended_ms is not None


def test_delivery_is_given_up_when_its_couriers_are_killed_or_it_is_old(database: Database) -> None:
    """8 couriers that never said anything; and a failure after two days, whichever try it is."""
    webhook = hooked(database)
    planned(database)
    for _ in range(MOST_TRIES):
        claimed(database)
        let_time_pass(database, HOLD_MS + 1)
    assert claim_delivery(database, hold_ms=HOLD_MS) is None
    assert [(each.state, each.fault) for each in told(database, webhook)] == [("given_up", "interrupted")]
    planned(database)
    let_time_pass(database, MOST_AGE_MS + 1)
    end_delivery(database, claimed(database), status=None, fault="timeout")
    assert {(each.state, each.fault) for each in told(database, webhook)} == {
        ("given_up", "interrupted"),
        ("given_up", "timeout"),
    }


def test_receiver_that_is_away_takes_no_time_of_others(database: Database) -> None:
    """After one failure its other deliveries wait too, untried; those of the neighbour are taken."""
    dead, alive = hooked(database), hooked(database)
    for _ in range(3):
        planned(database)
    tried = []
    while (one := claim_delivery(database, hold_ms=HOLD_MS)) is not None:
        is_dead = one.webhook_id == dead
        tried.append(one.webhook_id)
        end_delivery(database, one, status=None if is_dead else 204, fault="timeout" if is_dead else None)
    assert (tried.count(dead), tried.count(alive)) == (1, 3)
    assert sorted(each.tries for each in told(database, dead)) == [0, 0, 1]
    assert {each.state for each in told(database, alive)} == {"delivered"}


def test_clock_that_is_set_back_holds_nothing_up(database: Database) -> None:
    """A delivery that was put off by a clock of the future is due; one of a clock that is a little ahead is not."""
    hooked(database)
    planned(database)
    end_delivery(database, claimed(database), status=500, fault="refused")
    let_time_pass(database, -SKEW_MS // 2)
    assert claim_delivery(database, hold_ms=HOLD_MS) is None
    let_time_pass(database, -3_600_000)
    assert claimed(database).tries == 2


def test_webhook_is_deleted_with_what_it_was_told(database: Database) -> None:
    """Another county cannot; a courier that has one of its deliveries changes nothing."""
    webhook, other = hooked(database), hooked(database)
    planned(database)
    one = claimed(database)
    with pytest.raises(MissingError):
        delete_webhook(database, county_id="yixing", webhook_id=webhook)
    with pytest.raises(MissingError):
        told(database, webhook, "yixing")
    assert delete_webhook(database, county_id="sangzhi", webhook_id=one.webhook_id).id == one.webhook_id
    end_delivery(database, one, status=204, fault=None)
    (left,) = list_webhooks(database, county_id="sangzhi", limit=9)
    assert {left.id, one.webhook_id} == {webhook, other}
    with database.reading() as connection:
        assert set(connection.execute(select(deliveries.c.webhook_id)).scalars()) == {left.id}


@pytest.mark.parametrize("what", ["county", "dataset", "plan"])
def test_purge_takes_what_is_told_with_it(database: Database, what: str) -> None:
    """Of the county the webhooks too; of a plan or its dataset only what tells of it."""
    webhook, neighbour = hooked(database), hooked(database, "yixing")
    plan_id = planned(database)
    planned(database, "yixing")
    dataset = stock(database, "sangzhi")["sangzhi"]
    if what == "county":
        purge_county(database, "sangzhi")
    elif what == "dataset":
        purge_dataset(database, county_id="sangzhi", dataset_id=dataset)
    else:
        purge_plan(database, county_id="sangzhi", plan_id=plan_id)
    with database.reading() as connection:
        assert connection.execute(select(deliveries.c.webhook_id)).scalars().all() == [neighbour]
        kept = set(connection.execute(select(webhooks.c.id)).scalars())
    assert kept == ({neighbour} if what == "county" else {webhook, neighbour})


def test_old_deliveries_are_forgotten_when_new_ones_come(database: Database) -> None:
    """31 days after its end one is gone; those that wait stay."""
    webhook = hooked(database)
    planned(database)
    end_delivery(database, claimed(database), status=204, fault=None)
    old = told(database, webhook)[0].id
    with database.writing() as connection:
        connection.execute(update(deliveries).values(ended_ms=deliveries.c.ended_ms - 31 * 86_400_000))
    planned(database)
    assert [each.id for each in told(database, webhook)] != [old]
    assert len(told(database, webhook)) == 1
