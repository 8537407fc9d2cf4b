"""Follow-ups that are searched with their leaders: the days of both as one calendar graph.

A path goes through the visits asked of the leader in order, and after each through those that follow it, the followers
of followers included: one after the other, each made on a day as many days later as asked, or owed. When the leading
visit is owed, or its stretch begins after the horizon, nothing is due and the path goes on. What a beginning needs to
know of the past is its ``Past``; beginnings that agree in it share their nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from planner.follow_ups import due, is_led, leading_days
from planner.model import Problem, Task
from planner.solver.calendars import Mark, next_marks, root_marks, weight_of
from planner.solver.frame import Frame, Group, independent_groups
from planner.solver.graphs import CalendarGraph, Linked
from planner.solver.led import in_order_of_leading, led_frame

MOST_NODES, MOST_EDGES = 6_000, 60_000  # of one graph; beyond, the follow-ups are placed after the search
ROOT = -1  # where a path begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One visit: asked of the leader (member 0), or one that follows another seat's, or one before the horizon."""

    member: int
    after: int = -1  # the seat that it follows ..
    led_by: date | None = None  # .. or the day
    is_close: bool = False  # no visit: what is owed of the member is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the rest of a path depends on.

    ``days`` are those on which seats were made that have still to be followed, ``lasts`` the last visit of each member
    where it matters, ``tallies`` how many visits of each were due and made, where more could be due than its rule has.
    """

    mark: Mark | None
    days: tuple[tuple[int, date], ...] = ()
    lasts: tuple[date | None, ...]
    tallies: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A way to pass a seat: on a day, or with so many visits owed; without a node where nothing is due."""

    past: Past
    day: date | None = None
    owed: int = 0
    has_node: bool = True


def is_linkable(frame: Frame) -> bool:
    """Return whether a follow-up can be searched with its leader: by one team, nothing fixed, no largest gap."""
    rule = frame.rule
    is_plain = not rule.composition and not frame.fixed and rule.max_gap_days is None and not rule.same_weekday
    return is_plain and len(frame.quotas) == 1


def link(problem: Problem, frames: Mapping[Task, Frame], leader: Task, followers: Sequence[Task]) -> Linked | None:
    """Return a leader and its followers (each after what it follows) as one; None where their graph is too large."""
    graph = _Walk(problem, [frames[leader], *(frames[task] for task in followers)]).graph()
    return None if graph is None else Linked(tuple(followers), graph)


def with_followers_alone(problem: Problem, frames: Mapping[Task, Frame]) -> dict[Task, Frame]:
    """Return the frames; a follow-up whose leader is never visited in the horizon has the days after its last visit.

    Then its days depend on nothing, and it is searched as any other task.
    """
    found = dict(frames)
    for task in in_order_of_leading(problem, frames):
        if not _may_lead(found, problem.leader_by_task[task]):
            found[task] = led_frame(problem, frames[task], {})
    return found


def _may_lead(frames: Mapping[Task, Frame], task: Task) -> bool:
    """Return whether a task could be visited in the horizon."""
    return task in frames and frames[task].asked > 0 and bool(frames[task].own_by_day)


def linked_groups(
    problem: Problem, frames: Mapping[Task, Frame], can_link: Callable[[Group], bool]
) -> tuple[Group, ...]:
    """Return the groups to be searched, with all follow-ups that can be searched with their leaders.

    A group in which ``can_link`` says no has none.
    """
    leaders = {t: leader for t, leader in problem.leader_by_task.items() if t in frames and _may_lead(frames, leader)}
    free = {task: frame for task, frame in frames.items() if task not in leaders and frame.asked}
    followers = [task for task in in_order_of_leading(problem, leaders) if is_linkable(frames[task])]
    tried = ((task, _linked_to(problem, frames, task, followers)) for task in free if task in leaders.values())
    linked = {task: found for task, found in tried if found is not None}
    while True:
        searched = free | {task: frames[task] for found in linked.values() for task in found.followers}
        groups = independent_groups(dict(sorted(searched.items())), linked)
        refused = {task for group in groups if group.linked and not can_link(group) for task in group.linked}
        if not refused:
            return groups
        linked = {task: found for task, found in linked.items() if task not in refused}


def _linked_to(
    problem: Problem, frames: Mapping[Task, Frame], leader: Task, followers: Sequence[Task]
) -> Linked | None:
    """Return what can be searched with a leader: its followers and theirs."""
    if frames[leader].rule.composition:
        return None
    found = [leader]
    for task in followers:
        if problem.leader_by_task[task] in found:
            found.append(task)
    return link(problem, frames, leader, found[1:]) if len(found) > 1 else None


class _Walk:
    """The walk through all seats of a leader and its followers, all beginnings side by side."""

    def __init__(self, problem: Problem, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.follows = {m: rule.follows for m, rule in enumerate(f.rule for f in frames) if m > 0 and rule.follows}
        self.quotas = [quota for quota in frames[0].quotas for _ in range(quota.visits)]
        self.seats = _seats(problem, frames, len(self.quotas))
        filled = [seat.member for seat in self.seats]
        self.last_of = {member: k for k, member in enumerate(filled)}  # the last seat of each
        self.looked_at = {seat.after: k for k, seat in enumerate(self.seats)}  # by a seat: the last that follows it
        self.is_capped = [m > 0 and filled.count(m) > self._most(m) for m in range(len(frames))]
        self.seats += [Seat(member=m, is_close=True) for m, capped in enumerate(self.is_capped) if capped]

    def _most(self, member: int) -> int:
        return self.frames[member].quotas[0].visits

    def graph(self) -> CalendarGraph | None:
        """Return the graph; None when it is too large."""
        nodes: dict[tuple[int, Move], int] = {}
        parents: list[set[int]] = []
        blank = [None] * len(self.frames)
        start = [
            Past(mark=mark, lasts=tuple(blank), tallies=((0, 0),) * len(blank)) for mark in root_marks(self.frames[0])
        ]
        front = {past: {ROOT} for past in start}
        for k in range(len(self.seats)):
            following: dict[Past, set[int]] = {}
            for past, ends in front.items():
                for move in self._moves(k, past):
                    after = following.setdefault(move.past, set())
                    if not move.has_node:
                        after |= ends
                        continue
                    if (k, move) not in nodes:
                        nodes[k, move] = len(nodes)
                        parents.append(set())
                    parents[nodes[k, move]] |= ends - {ROOT}
                    after.add(nodes[k, move])
            front = following
            if len(nodes) > MOST_NODES or sum(map(len, parents)) > MOST_EDGES:
                return None
        last = set[int]().union(*front.values())
        return CalendarGraph(
            days=tuple(move.day for _, move in nodes),
            is_end=tuple(node in last for node in range(len(nodes))),
            parents=tuple(tuple(sorted(found)) for found in parents),
            owed=tuple(move.owed for _, move in nodes),
            members=tuple(self.seats[k].member for k, _ in nodes),
        )

    def _moves(self, k: int, past: Past) -> Iterator[Move]:
        seat = self.seats[k]
        if seat.is_close:
            asked, made = past.tallies[seat.member]
            owed = min(self._most(seat.member), asked) - made
            yield Move(past, owed=owed, has_node=owed > 0)
        elif seat.member == 0:
            yield from self._leading(k, past)
        else:
            yield from self._following(k, past)

    def _leading(self, k: int, past: Past) -> Iterator[Move]:
        """Yield the ways to make or owe a visit of the leader."""
        frame, mark = self.frames[0], past.mark
        if mark is None:
            return
        number = mark.number
        quota = self.quotas[number]
        for after in next_marks(frame, quota, mark, is_first=number == 0 or self.quotas[number - 1] != quota):
            passed = replace(past, mark=after if k < self.last_of[0] else None)
            if after.is_made and after.last is not None:
                yield Move(self._without_old(self._made(k, passed, after.last), after.last), day=after.last)
            else:
                yield Move(passed, owed=weight_of(frame, quota, after))

    def _following(self, k: int, past: Past) -> Iterator[Move]:
        """Yield the ways to make or owe a visit that follows another; the one way on when nothing is due."""
        seat, frame, follow = self.seats[k], self.frames[self.seats[k].member], self.follows[self.seats[k].member]
        quota, last = frame.quotas[0], past.lasts[seat.member]
        led_by = seat.led_by or dict(past.days).get(seat.after)
        passed = replace(past, days=tuple((s, day) for s, day in past.days if self.looked_at[s] > k))
        if led_by is None or not due(follow, (led_by,), quota.first_day, quota.last_day):
            yield Move(passed, has_node=False)
            return
        asked, made = past.tallies[seat.member]
        is_capped = self.is_capped[seat.member]
        yield Move(self._tallied(passed, seat.member, (asked + 1, made)), owed=0 if is_capped else 1)
        if is_capped and made >= self._most(seat.member):
            return
        for day in frame.own_by_day:
            is_apart = last is None or (day - last).days >= frame.rule.min_gap_days
            if is_apart and day in quota and is_led(follow, (led_by,), day):
                counted = self._tallied(passed, seat.member, (asked + 1, made + 1))
                yield Move(self._made(k, counted, day), day=day)

    def _tallied(self, past: Past, member: int, tally: tuple[int, int]) -> Past:
        if not self.is_capped[member]:
            return past
        return replace(past, tallies=tuple(tally if m == member else old for m, old in enumerate(past.tallies)))

    def _made(self, k: int, past: Past, day: date) -> Past:
        """Return the past with a seat made on a day, as far as later seats ask for it."""
        member = self.seats[k].member
        last = day if member > 0 and k < self.last_of[member] else None
        lasts = tuple(last if m == member else old for m, old in enumerate(past.lasts))
        return replace(past, days=(*past.days, (k, day)) if k in self.looked_at else past.days, lasts=lasts)

    def _without_old(self, past: Past, day: date) -> Past:
        """Return the past without last visits that no visit after the leader's on ``day`` can be too near to."""
        lasts = tuple(
            last if last and (day - last).days + self.follows[m].min_days < self.frames[m].rule.min_gap_days else None
            for m, last in enumerate(past.lasts)
        )
        return replace(past, lasts=lasts)


def _seats(problem: Problem, frames: Sequence[Frame], asked: int) -> list[Seat]:
    """Return the seats in order: what follows visits before the horizon, then each leading visit and what follows."""
    members = [frame.task for frame in frames]
    leaders = [problem.leader_by_task.get(task) for task in members]
    seats: list[Seat] = []

    def add(seat: Seat) -> None:
        seats.append(seat)
        here = len(seats) - 1
        for member in range(1, len(members)):
            if leaders[member] == members[seat.member]:
                add(Seat(member=member, after=here))

    for member in reversed(range(1, len(members))):
        leader = leaders[member]
        rule = None if leader is None else problem.rule_by_task[leader]
        for day in leading_days(frames[member].rule, rule, ()) if rule else ():
            add(Seat(member=member, led_by=day))
    for _ in range(asked):
        add(Seat(member=0))
    return seats
