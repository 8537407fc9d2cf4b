"""What a relaxation means: the problem with it applied, its size beside others, and its sentence.

A relaxation changes one field of one row. Values are kept as plain numbers and text (``Relaxation.old`` and
``new``) so that a plan can carry them; ``FIELDS`` says how a field is read from them.

Sizes are compared by the kind first (``RANKS``: a few minutes of one shift before another day of work, that before
another skill, that before another team, and asking for less comes last), then by the amount, then by the row.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from datetime import date
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from planner.errors import ModelError
from planner.language import text
from planner.model import UNREACHABLE, ObjectiveWeights, Opening, Problem, Site, Task, Team, TravelMatrix
from planner.openings import with_roads_open, without
from planner.plan import Relaxation, RelaxationKind, Value
from planner.rules import VisitRule
from planner.values import Closure, DateRange, Window

LONG_MINUTES = 120  # a shift or window that grows by more is no small change
RANK_OF_LONG = 6
DETOUR = 1.4  # metres of a road that is not known, by the straight line
EARTH_METRES = 6_371_000

RANKS: Mapping[RelaxationKind, int] = {
    "lengthen_shift": 0,
    "lengthen_window": 0,
    "raise_priority": 0,
    "raise_price": 1,
    "raise_capacity": 1,
    "raise_max_stops": 1,
    "cancel_day_off": 2,
    "open_site": 2,
    "open_road": 2,
    "lower_min_gap": 2,
    "raise_max_gap": 2,
    "allow_weekday": 3,
    "add_weekday": 4,
    "work_holidays": 4,
    "allow_holidays": 4,
    "free_weekday": 4,
    "free_team": 4,
    "lend_team": 5,
    "add_skill": 7,
    "change_vehicle": 8,
    "allow_vehicle": 9,
    "set_road": 10,
    "add_team": 11,
    "drop_skill": 12,
    "drop_class": 12,
    "lower_load": 13,
    "lower_visits": 13,
}


class FieldCodec(NamedTuple):
    """How the value of a field is written as plain numbers and text, and read again."""

    write: Callable[[Any], Value]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _pairs(values: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    return list(zip(values[::2], values[1::2], strict=True))


def _window(pair: tuple[int, int]) -> Window:
    return Window(start_minute=pair[0], end_minute=pair[1])


def _range(pair: tuple[str, str]) -> DateRange:
    return DateRange(first_day=date.fromisoformat(pair[0]), last_day=date.fromisoformat(pair[1]))


_NAMES = FieldCodec(lambda names: tuple(sorted(names)), frozenset)
_DAYS = FieldCodec(
    lambda days: tuple(day.isoformat() for day in sorted(days)), lambda days: frozenset(map(date.fromisoformat, days))
)
_WINDOWS = FieldCodec(
    lambda windows: tuple(minute for w in windows for minute in (w.start_minute, w.end_minute)),
    lambda minutes: tuple(map(_window, _pairs(minutes))),
)
_SETS = FieldCodec(
    lambda sets: tuple(" ".join(map(str, sorted(days))) for days in sets),
    lambda sets: tuple(frozenset(map(int, days.split())) for days in sets),
)
_RANGES = FieldCodec(
    lambda ranges: tuple(day.isoformat() for r in ranges for day in (r.first_day, r.last_day)),
    lambda days: tuple(map(_range, _pairs(days))),
)
FIELDS: Mapping[str, FieldCodec] = {
    "shift": FieldCodec(lambda w: (w.start_minute, w.end_minute), _window),
    "windows": _WINDOWS,
    "closed": _RANGES,
    "days_off": _DAYS,
    "weekday_sets": _SETS,
    **dict.fromkeys(("skills", "composition", "access_classes", "weekdays"), _NAMES),
}


def change_team(kind: RelaxationKind, team: Team, field: str, new: object, day: date | None = None) -> Relaxation:
    """Return the relaxation that gives a field of a team a new value."""
    return Relaxation(kind=kind, team_id=team.id, field=field, day=day, **_values(team, field, new))


def change_site(kind: RelaxationKind, site: Site, field: str, new: object, day: date | None = None) -> Relaxation:
    """Return the relaxation that gives a field of a site a new value."""
    return Relaxation(kind=kind, site_id=site.id, field=field, day=day, **_values(site, field, new))


def change_rule(kind: RelaxationKind, site: Site, rule: VisitRule, field: str, new: object) -> Relaxation:
    """Return the relaxation that gives a field of a rule at one site a new value."""
    return Relaxation(kind=kind, site_id=site.id, rule_id=rule.id, field=field, **_values(rule, field, new))


def _values(row: object, field: str, new: object) -> dict[str, Any]:
    write = FIELDS[field].write if field in FIELDS else _same
    return {"old": write(getattr(row, field)), "new": write(new)}


def size(relaxation: Relaxation) -> tuple[int, int, str, str, str, str]:
    """Return what sorts the smallest relaxation first."""
    amount, rank = amount_of(relaxation), RANKS[relaxation.kind]
    if rank == 0 and amount > LONG_MINUTES:
        rank = RANK_OF_LONG
    row = f"{relaxation.team_id} {relaxation.site_id} {relaxation.rule_id} {relaxation.road_id}"
    return rank, amount, str(relaxation.day or ""), relaxation.kind, row, str(relaxation.new)


def amount_of(relaxation: Relaxation) -> int:
    """Return by how much the field changes: minutes, kits, stops, days or names; 1 for a yes or no."""
    old, new = relaxation.old, relaxation.new
    if relaxation.kind in {"lengthen_shift", "lengthen_window"}:
        return _length(new) - _length(old)
    if relaxation.kind == "open_road":
        return _days_from_the_edge(relaxation)
    if relaxation.kind != "open_site" and isinstance(old, tuple) and isinstance(new, tuple):
        return len(set(old) ^ set(new))
    if isinstance(old, bool) or not isinstance(old, int) or not isinstance(new, int):
        return 1
    return abs(new - old)


def _days_from_the_edge(relaxation: Relaxation) -> int:
    """Return how far inside the closed days the opened one lies: a road that opens sooner is little asked."""
    if relaxation.day is None or not isinstance(relaxation.old, tuple):
        return 1
    first, last = (date.fromisoformat(str(day)) for day in relaxation.old)
    return min((relaxation.day - first).days, (last - relaxation.day).days) + 1


def _length(windows: Value) -> int:
    return sum(end - start for start, end in _pairs(windows)) if isinstance(windows, tuple) else 0


def relax(problem: Problem, relaxation: Relaxation) -> Problem:
    """Return the problem with the relaxation applied and nothing else changed.

    Raises
    ------
    ModelError
        When the row is not there, or the new value fits no problem.
    """
    if relaxation.kind == "set_road":
        return replace_parts(problem, travel=tuple(_travel(problem, relaxation)))
    if relaxation.kind == "open_road":
        return with_roads_open(problem, opening_of(problem, relaxation), relaxation.day)
    if relaxation.kind == "raise_price":
        return replace_parts(problem, weights=_weights(problem, relaxation))
    if relaxation.kind == "add_team":
        return replace_parts(problem, teams=(*problem.teams, _new_team(problem, relaxation)))
    read = FIELDS[relaxation.field].read if relaxation.field in FIELDS else _same
    change = {relaxation.field: read(relaxation.new)}
    if relaxation.team_id:
        team = _row(problem.team_by_id, relaxation.team_id)
        return replace_parts(
            problem, teams=tuple(replace(t, **change) if t.id == team.id else t for t in problem.teams)
        )
    site = _row(problem.site_by_id, relaxation.site_id)
    if relaxation.rule_id:
        rules = tuple(replace(r, **change) if r.id == relaxation.rule_id else r for r in site.rules)
        change = {"rules": rules}
    return replace_parts(problem, sites=tuple(replace(s, **change) if s.id == site.id else s for s in problem.sites))


def _weights(problem: Problem, relaxation: Relaxation) -> ObjectiveWeights:
    if isinstance(relaxation.new, bool) or not isinstance(relaxation.new, int):
        raise ModelError(text("A price needs a whole number."))
    return replace(problem.weights, per_unserved_visit=relaxation.new)


def open_road(closure: Closure, day: date) -> Relaxation:
    """Return the relaxation that opens a closed road for a day."""
    write = FIELDS["closed"].write
    old, new = write((closure.days,)), write(without(closure.days, day))
    return Relaxation(kind="open_road", road_id=closure.id, field="closed", day=day, old=old, new=new)


def opening_of(problem: Problem, relaxation: Relaxation) -> Opening:
    """Return the opening of the row of a closed road; raises ModelError when there is none."""
    for opening in problem.openings:
        closure, *more = opening.closures
        if not more and closure.id == relaxation.road_id and FIELDS["closed"].write((closure.days,)) == relaxation.old:
            return opening
    raise _no_row(relaxation.road_id)


def _row(rows: Mapping[str, Any], row_id: str) -> Any:
    if row_id not in rows:
        raise _no_row(row_id)
    return rows[row_id]


def _no_row(row_id: str) -> ModelError:
    return ModelError(text('The input has no row "{id}" to change.', id=row_id), text("Plan again."))


def replace_parts(problem: Problem, **parts: Any) -> Problem:
    """Return the problem with other teams, sites or roads."""
    names = ("calendar", "bases", "sites", "teams", "travel", "weights", "balance", "pins", "site_closures", "openings")
    return Problem(**{name: getattr(problem, name) for name in names} | parts)


def with_sites_only(problem: Problem, sites: Iterable[Site]) -> Problem:
    """Return the problem of these sites; villages where a team may sleep stay as places, without visits.

    What points to a visit that is gone goes too: its fixed days, and that another one follows it.
    """
    chosen = {site.id: site for site in sites}
    tasks = {Task(site.id, rule.id) for site in chosen.values() for rule in site.rules}
    lodgings = set[str]().union(*(team.lodgings for team in problem.teams))
    places = [replace(s, rules=()) for s in problem.sites if s.id in lodgings - set(chosen)]
    led = [replace(site, rules=tuple(_unled(site, rule, tasks) for rule in site.rules)) for site in chosen.values()]
    pins = tuple(pin for pin in problem.pins if pin.task in tasks)
    return replace_parts(problem, sites=(*led, *places), pins=pins)


def _unled(site: Site, rule: VisitRule, tasks: Container[Task]) -> VisitRule:
    follows = rule.follows
    if follows is None or Task(follows.site_id or site.id, follows.rule_id) in tasks:
        return rule
    return replace(rule, follows=None)


def _new_team(problem: Problem, relaxation: Relaxation) -> Team:
    """Return a team like the one named; of a village that belongs to somebody it is an owner as well."""
    like: Team = _row(problem.team_by_id, str(relaxation.new))
    owns = like.owns | {relaxation.site_id} if relaxation.site_id else like.owns
    return replace(like, id=relaxation.team_id, name=relaxation.team_id, owns=owns, leader="", phone="", vehicle="")


def _travel(problem: Problem, relaxation: Relaxation) -> list[TravelMatrix]:
    """Return the roads with one between the team's bases and the site, both ways, of at most the minutes given."""
    team, day = _row(problem.team_by_id, relaxation.team_id), relaxation.day
    if day is None or not isinstance(relaxation.new, int):
        raise ModelError(text("A road needs a day and whole minutes."))
    changed = problem.matrix(team, day)
    minutes, metres = changed.minutes.copy(), changed.metres.copy()
    at = changed.index[relaxation.site_id]
    for base in {team.base, team.last_base}:
        far = ceil(DETOUR * _straight_metres(problem, base, relaxation.site_id))
        for leg in ((changed.index[base], at), (at, changed.index[base])):
            known = int(minutes[leg])
            if known == UNREACHABLE or known > relaxation.new:
                minutes[leg] = relaxation.new
                metres[leg] = far if known == UNREACHABLE else min(int(metres[leg]), far)
    return [replace(m, minutes=minutes, metres=metres) if m is changed else m for m in problem.travel]


def _straight_metres(problem: Problem, base_id: str, site_id: str) -> float:
    base, site = problem.base_by_id[base_id], problem.site_by_id[site_id]
    south, north = radians(base.lat), radians(site.lat)
    across = sin(radians(site.lon - base.lon) / 2) ** 2 * cos(south) * cos(north)
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(sin((north - south) / 2) ** 2 + across)))
