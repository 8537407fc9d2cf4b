"""Where a search stands: the shapes of its arrays, and the state in which nothing is planned yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.solver.instance import NEVER, Floats, Instance, Ints, Records

Row = Any  # one row of a record array: its fields are read and written by name
MOST_ENDS = 12  # routes of a day whose ends are looked at
MOST_PATHS = 4  # tried for a leader and its followers where two of them meet on a day
LINK = np.dtype([("after", "i8"), ("before", "i8"), ("slot", "i8"), ("place", "i8"), ("opens", "f8")])
SUMS = np.dtype(
    [
        ("load", "f8"),
        ("work", "f8"),  # minutes of driving and service
        ("minutes", "f8"),  # from departure to return
        ("late", "f8"),  # minutes outside windows and shift
        ("money", "f8"),  # all but the price of idle minutes
        ("stops", "i8"),
        ("used", "i8"),  # slots in which the team is out, in the row of its purse
    ]
)
WALK = np.dtype([("leg", "f8"), ("service", "f8"), ("start", "f8"), ("opens", "f8"), ("task", "i8")])
DAY = np.dtype([("price", "f8"), ("noise", "f8"), ("place", "i8"), ("slot", "i8"), ("is_open", "i8"), ("opens", "f8")])
SPOT = np.dtype([("before", "i8"), ("slot", "i8"), ("price", "f8"), ("work", "f8")])
OFFER = np.dtype([("price", "f8"), ("place", "i8"), ("slot", "i8"), ("row", "i8")])
CALL = np.dtype([("price", "f8"), ("early", "f8"), ("late", "f8"), ("last", "f8"), ("place", "i8"), ("slot", "i8")])
STEP = np.dtype([("visit", "i8"), ("before", "i8"), ("slot", "i8"), ("is_put", "i8"), ("opens", "f8")])
TAKEN = np.dtype([("key", "f8"), ("owed", "f8"), ("extra", "f8"), ("task", "i8")])
PATH = np.dtype([("price", "f8"), ("parent", "i8")])
DUTY = np.dtype(
    [
        ("others", "f8"),  # minutes of the party's teams that another group plans
        ("minutes", "f8"),  # of all its teams
        ("low", "f8"),  # the band of the party as of the last plan weighed ..
        ("high", "f8"),  # .. in minutes
    ]
)
HEAD = np.dtype(
    [
        ("price", "f8"),
        ("uneven", "f8"),  # the part of the price that is paid for work outside the band
        ("tilt", "f8"),  # what a minute more of anybody's costs because the mean, and every band with it, moves
        ("over_load", "f8"),
        ("over_minutes", "f8"),
        ("load_weight", "f8"),
        ("minutes_weight", "f8"),
        ("best_price", "f8"),
        ("random", "u8"),
        ("step", "i8"),
        ("steps_logged", "i8"),
        ("slots_touched", "i8"),
        ("tasks_taken", "i8"),
        ("accepted", "i8"),
        ("light", "i8"),
        ("short", "i8"),
        ("improved", "i8"),
        ("missing", "i8"),
        ("looks", "i8"),
        ("is_building", "i8"),  # 1: every slot is looked at
        ("has_trips", "i8"),  # 1: a day may have several trips, or a team has a price
        ("has_led", "i8"),  # 1: visits of some tasks follow those of others
    ]
)


class State(NamedTuple):
    """Where a search stands, and its scratch. Arrays only, changed in place."""

    head: Records  # (2,) of HEAD; the second row keeps the totals of the plan for the way back
    links: Records  # (V + 2 S,) of LINK: V + s begins slot s, V + S + s ends it; slot -1: the visit is not made
    sums: Records  # (S,) of SUMS
    kept_sums: Records  # (S,) of SUMS, as before the step
    stamp: NDArray[np.int64]  # (S,) the step in which a slot was touched last
    touched: Ints  # (S,)
    owed: Floats  # (N,) money for owed visits now
    extra: Floats  # (N,) money for teams beyond the first
    is_out: NDArray[np.int64]  # (N,) the step in which a task was taken out last
    taken: Records  # of TAKEN
    log: Records  # of STEP
    days: Records  # (T + 1, D) of DAY: the cheapest insertion of the task at hand by any team (crew), and by each
    spots: Records  # of SPOT: places for the task at hand on a day
    walk: Records  # of WALK: a route laid out to be timed
    path: Records  # (nodes,) of PATH
    kind_seen: Ints  # (2 kinds,) the look at a day at which an empty slot of the kind was found
    best_after: Ints  # (V + 2 S,) links of the best plan; where there are sessions, then the minutes at which they open
    best_owed: Floats  # (N,)
    duty: Records  # (Q + 1,) of DUTY
    calls: Records  # of CALL: each team's coming to the session at hand; then by (crew, day, part) who came where
    offers: Records  # (T + 1, members * D) of OFFER: what ``days`` says of the leader at hand and of each follower


def new_state(p: Instance, seed: int | Sequence[int]) -> State:
    """Return the state in which nothing is planned yet."""
    tasks, days, slots = len(p.tasks), p.days, len(p.slots)
    visits = tasks * days
    links = np.zeros(visits + 2 * slots, LINK)
    links["slot"] = links["opens"] = -1  # no session that opens at a minute
    links["place"][:visits] = np.repeat(p.tasks["place"], days)
    links["place"][visits : visits + slots] = p.slots["start"]
    links["place"][visits + slots :] = p.slots["end"]
    links["after"][visits : visits + slots] = np.arange(visits + slots, visits + 2 * slots)
    links["before"][visits + slots :] = np.arange(visits, visits + slots)
    head = np.zeros(2, HEAD)
    head["load_weight"] = head["minutes_weight"] = 1.0
    head["best_price"] = NEVER
    teams, crews = int(p.slots["team"].max()) + 1, int(p.tasks["crews"].max(initial=0))
    rows = max(teams, crews) + 1
    head["has_trips"] = bool((p.slots["trips"] > 1).any() or p.slots["team_price"].any())
    led = int(p.tasks["led"].max(initial=0))
    head["has_led"] = led > 0
    head["random"] = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] | np.uint64(1)
    return State(
        head=head,
        links=links,
        sums=np.zeros(slots, SUMS),
        kept_sums=np.zeros(slots, SUMS),
        stamp=np.full(slots, -1, np.int64),
        touched=np.zeros(slots, np.int64),
        owed=np.zeros(tasks),
        extra=np.zeros(tasks),
        is_out=np.full(tasks, -1, np.int64),
        taken=np.zeros(tasks, TAKEN),
        log=np.zeros((2 + 2 * MOST_PATHS if led else 2) * visits + 2, STEP),
        days=np.zeros((rows, days), DAY),
        spots=np.zeros(2 * (p.near.shape[1] + max(MOST_ENDS, int(np.diff(p.day_first).max()))), SPOT),
        walk=np.zeros(tasks + 2 + int(p.slots["trips"].max()), WALK),
        path=np.zeros(len(p.nodes), PATH),
        kind_seen=np.full(2 * int(p.slots["kind"].max()) + 2, -1, np.int64),
        best_after=np.concatenate([links["after"], np.full(visits if crews else 0, -1)]),
        best_owed=np.zeros(tasks),
        duty=np.zeros(len(p.party_days), DUTY),
        calls=np.zeros(teams + (crews * days * (p.crews.shape[1] - days) if crews else 0), CALL),
        offers=np.zeros((rows, (led + 1) * days) if led else (1, 1), OFFER),
    )
