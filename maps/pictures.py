"""From a circuit of the plan to what its map shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from maps.drawing import DayLegs, Named, Numbered, Picture
from maps.scene import Line, LonLat, Scene
from maps.styles import DAY_LETTERS
from planner.model import Problem, Site
from planner.plan import Circuit, Route


def stop_number(day: date, index: int) -> str:
    """Return ``B3`` for the third stop on a Tuesday."""
    return f"{DAY_LETTERS[day.weekday()]}{index + 1}"


def place_ids(route: Route) -> list[str]:
    """Return the places of a route in order, from base to base."""
    return [route.start_base, *(stop.site_id for stop in route.stops), route.end_base]


def is_estimated(problem: Problem, route: Route, origin: str, destination: str) -> bool:
    """Return whether no road is known for the leg."""
    matrix = problem.matrix(problem.team_by_id[route.team_id], route.day)
    return bool(matrix.estimated[matrix.index[origin], matrix.index[destination]])


def circuit_picture(
    problem: Problem, circuit: Circuit, scene: Scene, *, estimated_word: str, north_word: str
) -> Picture:
    """Return the picture of a team's week: its legs and numbers, and the county's other places behind them."""
    numbers: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for route in circuit.routes:
        for k, stop in enumerate(route.stops):
            numbers[stop.site_id].append((stop_number(route.day, k), route.day.weekday()))
    sites = problem.site_by_id
    at_base = {place for route in circuit.routes for place in (route.start_base, route.end_base)}
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
        estimated_word=estimated_word,
        north_word=north_word,
    )


def _named_base(problem: Problem, base_id: str) -> Named:
    base = problem.base_by_id[base_id]
    return Named(name=base.name, at=(base.lon, base.lat))


def _day_legs(problem: Problem, route: Route, scene: Scene) -> DayLegs:
    access = problem.team_by_id[route.team_id].access_class
    known: list[Line] = []
    guessed: list[Line] = []
    for a, b in pairwise(place_ids(route)):
        if a == b:
            continue
        line = scene.leg_line(a, b, route.day, access)
        (guessed if is_estimated(problem, route, a, b) else known).append(line)
    return DayLegs(weekday=route.day.weekday(), lines=tuple(known), guesses=tuple(guessed))


def _townships(sites: Sequence[Site]) -> tuple[Named, ...]:
    """Return each township at the middle of its villages: where the reader looks for its name."""
    places: dict[str, list[LonLat]] = defaultdict(list)
    for site in sites:
        if site.township:
            places[site.township].append((site.lon, site.lat))
    return tuple(Named(name=name, at=_middle(found)) for name, found in sorted(places.items()))


def _middle(points: Sequence[LonLat]) -> LonLat:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
