"""Which sets of teams can hold a joint session: every class among them, nobody to spare, all there at one time.

Such a set is a *crew*. There may be millions of them, so they are found one by one, the nearest first, and no
more are looked at than are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count, product

from planner.model import SYNC_MINUTES

Crew = tuple[str, ...]  # ids of teams, sorted; none could stay at home
Classes = frozenset[str]
StartOf = Callable[[str, int], int | None]  # a team's first start from a minute on; None: it is too late then

MOST_STEPS = 1_000  # beginnings of crews followed up nearest first; as many more are followed up fullest first


def first_opening(sets: Iterable[Collection[str]], start_of: StartOf) -> int | None:
    """Return the first minute from which on somebody of each set can start within SYNC_MINUTES; None: there is none."""
    wanted, opening = tuple(sets), 0
    while True:  # ends: the opening rises each time, and past the shifts every team is too late
        latest = opening
        for teams in wanted:
            starts = [start for team in teams if (start := start_of(team, opening)) is not None]
            if not starts:
                return None
            latest = max(latest, min(starts))
        if latest - opening <= SYNC_MINUTES:
            return opening
        opening = latest - SYNC_MINUTES


def can_be_needed(classes: Classes, held: Mapping[str, Classes], named: Collection[str]) -> bool:
    """Return whether some crew has all teams named: each brings a class that nobody else in it holds.

    ``held`` are the classes of the teams that could come, those named among them.
    """
    if len(named) > len(classes):
        return False
    together = frozenset[str]().union(*(held[team] for team in named))
    for own in product(*(sorted(held[team] & classes) for team in sorted(named))):
        is_own = all(not held[team] & ({*own} - {mine}) for team, mine in zip(sorted(named), own, strict=True))
        others = (skills for skills in held.values() if skills.isdisjoint(own))
        if is_own and len({*own}) == len(named) and classes <= together.union(*others):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beginning:
    """Teams of a crew, and who could bring each class that they lack; ``minutes`` are the least that it will take.

    ``barred`` are the teams that other beginnings have had in the place of its last.
    """

    teams: Crew
    barred: frozenset[str]
    lacking: Mapping[str, Crew]
    minutes: float


class Session:
    """The teams that could come to a joint session on a day, and what it takes them.

    Parameters
    ----------
    held
        The classes of each team that could come, by id.
    minutes
        How long each is out when it does nothing else: the nearest come first.
    start_of
        When each can start.
    """

    def __init__(
        self, classes: Classes, held: Mapping[str, Classes], minutes: Mapping[str, int], start_of: StartOf
    ) -> None:
        self.classes, self.minutes, self.start_of = classes, minutes, start_of
        self.held = {team: skills & classes for team, skills in sorted(held.items()) if skills & classes}
        ordered = sorted(self.held, key=lambda team: (minutes[team], team))
        self.holders = {one: tuple(team for team in ordered if one in self.held[team]) for one in sorted(classes)}

    def opening(self) -> int | None:
        """Return the first minute at which the session could open; None when its classes cannot come together."""
        return first_opening(self.holders.values(), self.start_of)

    def crews(self, named: Collection[str] = ()) -> Iterator[Crew]:
        """Yield the crews with all teams named that can meet, the nearest first, each once.

        A crew begins with the teams named and grows by a holder of the class that fewest hold (best first search). Of
        the holders of a class each bars those before it, so that no crew is found twice.
        """
        may_be = set(named) <= set(self.held) and self.opening() is not None
        root = self._begin(tuple(sorted(named)), frozenset()) if may_be else None
        heap = [(_nearest(root), 0, root)] if root and self._meet(root.teams) else []
        number, order = count(1), _nearest
        for step in range(2 * MOST_STEPS):
            if step == MOST_STEPS:  # so many are equally near: complete some of them
                order = _fullest
                heap = [(order(beginning), k, beginning) for _, k, beginning in heap]
                heapify(heap)
            if not heap:
                return
            popped = heappop(heap)[-1]
            beginning = self._with_those_who_meet(popped)
            if beginning is None:
                continue
            if not beginning.lacking:
                yield beginning.teams
            elif beginning.minutes > popped.minutes:
                heappush(heap, (order(beginning), next(number), beginning))
            else:
                for longer in self._longer(beginning):
                    heappush(heap, (order(longer), next(number), longer))

    def _longer(self, beginning: _Beginning) -> Iterator[_Beginning]:
        """Yield the beginnings with one more team."""
        barred = beginning.barred
        for team in min(beginning.lacking.values(), key=len):
            longer = self._begin(tuple(sorted((*beginning.teams, team))), barred)
            if longer:
                yield longer
            barred |= {team}

    def _begin(self, teams: Crew, barred: frozenset[str]) -> _Beginning | None:
        """Return the beginning of a crew; None when a class is lacking that nobody could bring, or a team is spare."""
        held = [self.held[team] for team in teams]
        if any(mine <= frozenset().union(*held[:k], *held[k + 1 :]) for k, mine in enumerate(held)):
            return None
        together = frozenset[str]().union(*held)
        lacking = {
            one: tuple(team for team in holders if team not in barred)
            for one, holders in self.holders.items()
            if one not in together
        }
        return self._priced(teams, barred, lacking)

    def _priced(self, teams: Crew, barred: frozenset[str], lacking: Mapping[str, Crew]) -> _Beginning | None:
        """Return the beginning with the least minutes that it will take: of one that brings n classes each has an nth.

        None when a class is lacking that nobody could bring.
        """
        if not all(lacking.values()):
            return None
        rest = (min(self.minutes[t] / len(self.held[t] & lacking.keys()) for t in some) for some in lacking.values())
        minutes = sum(self.minutes[team] for team in teams) + sum(rest)
        return _Beginning(teams=teams, barred=barred, lacking=lacking, minutes=minutes)

    def _with_those_who_meet(self, beginning: _Beginning) -> _Beginning | None:
        """Return the beginning with those who could meet its teams; None when it cannot be completed."""
        teams = beginning.teams
        if not beginning.lacking:
            return beginning
        meeting = {
            one: tuple(team for team in some if self._meet((*teams, team))) for one, some in beginning.lacking.items()
        }
        return self._priced(teams, beginning.barred, meeting)

    def _meet(self, teams: Crew) -> bool:
        return first_opening([(team,) for team in teams], self.start_of) is not None


def _nearest(beginning: _Beginning) -> tuple[float, float]:
    return beginning.minutes, len(beginning.lacking)


def _fullest(beginning: _Beginning) -> tuple[float, float]:
    return len(beginning.lacking), beginning.minutes
