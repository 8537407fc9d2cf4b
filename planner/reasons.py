"""Why a visit is not made: a closed list of reasons, each worked out again from the problem, each with a remedy.

Nothing here asks the solver. What cannot be shown to be impossible for the visit by itself is a matter of
the teams' time (``no_time_left``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from planner.calendar import is_site_open, visit_days
from planner.closed import as_details, without_closed_roads, without_closures
from planner.follow_ups import due as due_visits
from planner.follow_ups import is_led
from planner.lone import Chance, best_chance
from planner.model import Problem, Task, Team, owner_teams
from planner.reason_words import EMPTY
from planner.recurrence import fixed_weekdays, quotas, room, rule_days
from planner.rules import VisitRule
from planner.values import DateRange

Details = tuple[tuple[str, str], ...]
Found = tuple[str, dict[str, object]]

NO_DAY = frozenset({"no_working_day", "gap_conflict"})  # may come of a closed village
NO_WAY = frozenset({"unreachable", "shift_too_short", "too_far"})  # may come of a closed road
MOST_EXCESS_MINUTES = 8 * 60  # no shift can be lengthened by more than a working day


def explain(
    problem: Problem, task: Task, first_day: date, last_day: date, *, nth: int = 1, leading: Sequence[date] = ()
) -> tuple[str, Details]:
    """Return the reason code, and the values of its sentence, of an unserved visit due from first to last day.

    Parameters
    ----------
    nth
        Which of the unserved visits of the stretch it is: there may be no room for the first, and room but no
        time for the second.
    leading
        Of a follow-up: the days of the visits it has still to follow (``follow_ups.leading_days``), which leave it
        only some days of the stretch.
    """
    stretch = DateRange(first_day=first_day, last_day=last_day)
    code, values = _nobody(problem, task) or _closed_or(problem, task, (stretch, nth, leading))
    return code, tuple(sorted((name, str(value)) for name, value in values.items()))


def true_reasons(
    problem: Problem, task: Task, first_day: date, last_day: date, count: int, *, leading: Sequence[date] = ()
) -> frozenset[str]:
    """Return the codes that are true of one of ``count`` unserved visits of the stretch; ``leading`` as above.

    Where something closed is the reason, what it leads to (no road, no day) is true as well.
    """
    stretch = DateRange(first_day=first_day, last_day=last_day)
    nobody = _nobody(problem, task)
    if nobody is not None:
        return frozenset({nobody[0]})
    asked = [(stretch, nth, leading) for nth in range(1, count + 1)]
    plain = {_nowhen(problem, task, *visit)[0] for visit in asked}
    return frozenset(plain | {_closed_or(problem, task, visit)[0] for visit in asked})


def _nobody(problem: Problem, task: Task) -> Found | None:
    """Return why no team may ever come, whatever the day: skills, classes, vehicles, ownership, in this order."""
    site, rule = problem.site_by_id[task.site_id], problem.rule_by_task[task]
    skilled = [team for team in problem.teams if rule.skills <= team.skills]
    if not skilled:
        nearest = min(problem.teams, key=lambda team: (len(rule.skills - team.skills), team.id))
        missing = rule.skills - nearest.skills
        return "no_team_skill", {"skills": _list(rule.skills), "team": nearest.name, "missing": _list(missing)}
    if not _covers(rule, skilled):
        return _composition(rule, rule.composition - _held(skilled))
    able = [team for team in skilled if not site.access_classes or team.access_class in site.access_classes]
    if not _covers(rule, able):
        found = {team.access_class for team in skilled}
        return "no_team_access", {"allowed": _list(site.access_classes), "found": _list(found)}
    owners = owner_teams(problem, task)
    allowed = [team for team in able if not owners or team.id in owners or team.may_be_lent]
    if not _covers(rule, allowed):
        return "not_owned", {"owners": _list(problem.team_by_id[team_id].name for team_id in owners)}
    return None


def _closed_or(problem: Problem, task: Task, visit: tuple[DateRange, int, Sequence[date]]) -> Found:
    """Return what is closed where the visit would be possible without that; else why it finds no day."""
    found = _nowhen(problem, task, *visit)
    if found[0] in NO_DAY:
        ways = without_closures(problem, task, visit[0])
    elif found[0] in NO_WAY:
        ways = without_closed_roads(problem)
    else:
        return found
    for closures, opened in ways:
        code, values = _nowhen(opened, task, *visit)
        if code == "no_time_left":
            return "village_closed" if found[0] in NO_DAY else "road_closed", {**values, **as_details(closures)}
    return found


def _covers(rule: VisitRule, teams: Sequence[Team]) -> bool:
    return bool(teams) and rule.composition <= _held(teams)


def _held(teams: Iterable[Team]) -> frozenset[str]:
    return frozenset[str]().union(*(team.skills for team in teams))


def _composition(rule: VisitRule, missing: Iterable[str]) -> Found:
    return "composition_missing", {"classes": _list(rule.composition), "missing": _list(missing)}


def _nowhen(problem: Problem, task: Task, due: DateRange, nth: int, leading: Sequence[date]) -> Found:
    """Return why the visit finds no day, or no day on which a team can make it, or else that the days are full."""
    rule = _asked_rule(problem, task, due, leading)
    teams = _teams_by_day(problem, task)
    allowed = _allowed(rule, problem, leading)
    days = [day for day in allowed if day in teams]
    lacking = _lacking(problem, rule, due, days)
    chances = _chances(problem, task, {day: teams[day] for day in days})
    here = [chance for chance in chances if chance.day in due]
    if not here:
        return _no_room(problem, (task, rule), due, "no_working_day", (allowed, days))
    blocked = [chance for chance in here if chance.obstacle]
    if len(blocked) < len(here) and nth <= len(lacking):
        return _no_room(problem, (task, rule), due, lacking[nth - 1], (allowed, days))
    feasible = [chance.day for chance in chances if not chance.obstacle]
    if blocked and (len(blocked) == len(here) or nth <= len(_lacking(problem, rule, due, feasible))):
        return _obstacle(problem, task, min(blocked, key=lambda c: c.distance))
    free = next(chance for chance in here if not chance.obstacle)
    return "no_time_left", {"team": problem.team_by_id[free.team_id].name, "day": free.day}


def _chances(problem: Problem, task: Task, teams: Mapping[date, tuple[Team, ...]]) -> list[Chance]:
    """Return the best chance of each day. Days with the same teams and roads are alike, unless nights away matter."""
    known: dict[tuple[object, ...], Chance] = {}
    found = []
    for day, some in teams.items():
        only = day if any(team.may_sleep_out for team in some) else None
        key = only, *((team.id, id(problem.matrix(team, day))) for team in some)
        if key not in known:
            known[key] = best_chance(problem, task, day, some)
        found.append(replace(known[key], day=day))
    return found


def _asked_rule(problem: Problem, task: Task, due: DateRange, leading: Sequence[date]) -> VisitRule:
    """Return the rule; of a follow-up with as many visits as there are to follow."""
    rule = problem.rule_by_task[task]
    if rule.follows is None or not leading:
        return rule
    asked = due_visits(rule.follows, leading, due.first_day, due.last_day)
    return replace(rule, visits=max(1, min(rule.visits, asked)))


def _allowed(rule: VisitRule, problem: Problem, leading: Sequence[date]) -> list[date]:
    """Return the days that the rule allows; of a follow-up those that follow a leading visit."""
    days = rule_days(rule, problem.horizon)
    return [day for day in days if rule.follows is None or not leading or is_led(rule.follows, leading, day)]


def _teams_by_day(problem: Problem, task: Task) -> Mapping[date, tuple[Team, ...]]:
    """Return the days on which the visit can be made and by whom; a team that may not stop anywhere does not count."""
    found = visit_days(problem, task).items()
    able = ((day, tuple(team for team in teams if team.max_stops_per_day != 0)) for day, teams in found)
    return {day: teams for day, teams in able if teams}


def _lacking(problem: Problem, rule: VisitRule, due: DateRange, days: Iterable[date]) -> list[str]:
    """Return, for each visit of the stretch that these days have no room for, whether days or distances are lacking."""
    shortfalls = room(rule, problem.horizon, days)
    mine = [s for s in shortfalls if (s.quota.first_day, s.quota.last_day) == (due.first_day, due.last_day)]
    return [shortfall.reason for shortfall in mine for _ in range(shortfall.missing)]


def _no_room(
    problem: Problem,
    what: tuple[Task, VisitRule],
    due: DateRange,
    reason: str,
    days: tuple[Sequence[date], Sequence[date]],  # the rule allows, and on which of these a team works
) -> Found:
    task, rule = what
    site, worked = problem.site_by_id[task.site_id], days[1]
    allowed = [day for day in days[0] if day in due]
    asked = sum(q.visits for q in quotas(rule, problem.horizon) if q.first_day == due.first_day)
    if reason == "gap_conflict":
        gaps = {"low": rule.min_gap_days, "high": rule.max_gap_days or EMPTY}
        return reason, {"asked": asked, **gaps, "last_visited": rule.last_visited or EMPTY}
    return "no_working_day", {
        "asked": asked,
        "allowed": len(allowed),
        "open": sum(is_site_open(problem.calendar, site, day) for day in allowed),
        "worked": sum(day in due for day in worked),
        **({"fixed": fixed_weekdays(rule, problem.horizon)} if rule.same_weekday else {}),
    }


def _obstacle(problem: Problem, task: Task, nearest: Chance) -> Found:
    """Return what keeps even the nearest team from making the visit."""
    rule, team = problem.rule_by_task[task], problem.team_by_id[nearest.team_id]
    if nearest.obstacle == "composition_missing":
        return _composition(rule, rule.composition)
    longest = max(w.end_minute - w.start_minute for w in problem.windows(task))
    if nearest.obstacle == "shift_too_short" and nearest.excess > MOST_EXCESS_MINUTES:
        return "too_far", {"team": team.name, "day": nearest.day, "minutes": nearest.excess}
    values: dict[str, dict[str, object]] = {
        "window_too_short": {"service": rule.service.minutes, "longest": longest},
        "shift_too_short": {"team": team.name, "day": nearest.day, "minutes": nearest.excess},
        "unreachable": {"team": team.name, "day": nearest.day},
        "over_capacity": {"team": team.name, "load": rule.load, "limit": team.capacity_per_day},
    }
    return nearest.obstacle, values[nearest.obstacle]


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
