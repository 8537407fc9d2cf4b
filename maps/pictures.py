"""What a circuit's map shows, and how it follows from the plan."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from maps.scene import Backdrop, ClosedRoad, Line, LonLat, Scene
from maps.styles import DAY_LETTERS
from planner.day_words import span_words
from planner.language import say, text
from planner.model import Problem, Site
from planner.plan import Circuit, Route
from planner.values import DateRange

WALK_DEGREES = 6e-4  # about 60 m; nearer than that the dot lies on the road


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A village on the circuit, with its stop numbers: (text, weekday)."""

    name: str
    at: LonLat
    numbers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Another place on the map: a base, a township, a village not on the circuit."""

    name: str
    at: LonLat


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLegs:
    """The legs driven on a weekday, in order: on known roads, and guessed ones; and the walks from road to village."""

    weekday: int
    lines: tuple[Line, ...]
    guesses: tuple[Line, ...] = ()
    walks: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A road that is closed on some days of the week as the map shows it; ``words`` say on which."""

    name: str
    words: str
    reason: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that a circuit's map shows; the words are already in the reader's language."""

    backdrop: Backdrop
    days: tuple[DayLegs, ...]
    stops: tuple[Numbered, ...]
    bases: tuple[Named, ...]
    villages: tuple[Named, ...] = ()
    townships: tuple[Named, ...] = ()
    closures: tuple[Closure, ...] = ()
    estimated_word: str = "estimated"
    north_word: str = "N"

    @property
    def lines(self) -> list[Line]:
        """Every leg of the week."""
        return [line for day in self.days for line in (*day.lines, *day.guesses)]


def stop_number(day: date, index: int) -> str:
    """Return ``B3`` for the third stop on a Tuesday."""
    return f"{DAY_LETTERS[day.weekday()]}{index + 1}"


def place_ids(route: Route) -> list[str]:
    """Return the places of a route in order, from base to base."""
    return [route.start_base, *(halt.place_id for halt in route.halts), route.end_base]


def is_estimated(problem: Problem, route: Route, origin: str, destination: str) -> bool:
    """Return whether no road is known for the leg."""
    matrix = problem.matrix(problem.team_by_id[route.team_id], route.day)
    return bool(matrix.estimated[matrix.index[origin], matrix.index[destination]])


def circuit_picture(problem: Problem, circuit: Circuit, scene: Scene, language: str) -> Picture:
    """Return the picture of a team's week: its legs and numbers, and the county's other places behind them."""
    numbers: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for route in circuit.routes:
        for k, stop in enumerate(route.stops):
            numbers[stop.site_id].append((stop_number(route.day, k), route.day.weekday()))
    sites = problem.site_by_id
    at_base = {place for route in circuit.routes for place in place_ids(route)}
    used = sorted(at_base & set(problem.base_by_id)) or [problem.team_by_id[circuit.team_id].base]
    return Picture(
        backdrop=scene.backdrop,
        days=tuple(_day_legs(problem, route, scene) for route in circuit.routes),
        stops=tuple(
            Numbered(name=sites[site].name, at=(sites[site].lon, sites[site].lat), numbers=tuple(found))
            for site, found in sorted(numbers.items(), key=lambda item: item[1])
        ),
        bases=tuple(_named_base(problem, base) for base in used),
        villages=tuple(Named(name=s.name, at=(s.lon, s.lat)) for s in problem.sites if s.id not in numbers),
        townships=_townships(problem.sites),
        closures=tuple(_closures_in(circuit.week, scene, language)),
        estimated_word=say(text("estimated"), language),
        north_word=say(text("N"), language),
    )


def _closures_in(monday: date, scene: Scene, language: str) -> Iterator[Closure]:
    for road in scene.closed_roads:
        if road.days.meets(whole_week(monday)):
            yield Closure(name=road.name, words=closed_words(road, language), reason=road.reason, lines=road.lines)


def whole_week(monday: date) -> DateRange:
    """Return the days of a week."""
    return DateRange(first_day=monday, last_day=monday + timedelta(days=6))


def closed_words(road: ClosedRoad, language: str) -> str:
    """Return ``Closed 20 Feb – 4 Mar``."""
    return say(text("Closed {days}", days=span_words(road.days, language)), language)


def _named_base(problem: Problem, base_id: str) -> Named:
    base = problem.base_by_id[base_id]
    return Named(name=base.name, at=(base.lon, base.lat))


def _day_legs(problem: Problem, route: Route, scene: Scene) -> DayLegs:
    known: list[Line] = []
    guessed: list[Line] = []
    for (a, b), line in route_lines(problem, route, scene):
        (guessed if is_estimated(problem, route, a, b) else known).append(line)
    walks = tuple(walks_of(problem, route, scene))
    return DayLegs(weekday=route.day.weekday(), lines=tuple(known), guesses=tuple(guessed), walks=walks)


def route_lines(problem: Problem, route: Route, scene: Scene) -> Iterator[tuple[tuple[str, str], Line]]:
    """Yield (origin, destination) and the line of each leg that leads anywhere."""
    access = problem.team_by_id[route.team_id].access_class
    for a, b in pairwise(place_ids(route)):
        if a != b:
            yield (a, b), scene.leg_line(a, b, route.day, access)


def walks_of(problem: Problem, route: Route, scene: Scene) -> Iterator[Line]:
    """Yield the straight way between each place and where the vehicle stops for it, when that is not at the place."""
    for (a, b), line in route_lines(problem, route, scene):
        for place, stop in ((_at(problem, a), line[0]), (_at(problem, b), line[-1])):
            if math.hypot(place[0] - stop[0], place[1] - stop[1]) > WALK_DEGREES:
                yield (stop, place)


def _at(problem: Problem, place_id: str) -> LonLat:
    place = problem.base_by_id.get(place_id) or problem.site_by_id[place_id]
    return place.lon, place.lat


def _townships(sites: Sequence[Site]) -> tuple[Named, ...]:
    """Return each township at the middle of its villages: where the reader looks for its name."""
    places: dict[str, list[LonLat]] = defaultdict(list)
    for site in sites:
        if site.township:
            places[site.township].append((site.lon, site.lat))
    return tuple(Named(name=name, at=_middle(found)) for name, found in sorted(places.items()))


def _middle(points: Sequence[LonLat]) -> LonLat:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
