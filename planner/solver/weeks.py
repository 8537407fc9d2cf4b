"""From a state to one week's routing question and back: which calls may float, and what each may cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from planner.calendar import is_market_day, is_team_working
from planner.model import UNREACHABLE, Problem, Task
from planner.solver.circuits import Days, route_week
from planner.solver.dates import FIXED_WEIGHT, keeps_dates, missing_visits
from planner.solver.frame import Frame
from planner.solver.meetings import Tasks
from planner.solver.nights import Nights
from planner.solver.proxy import Slot
from planner.solver.state import State, VisitDays, visits_of
from planner.solver.weeknodes import Call, WeekQuestion

MOST_LODGINGS = 6  # of one team in one week's model


def improve_week(
    problem: Problem,
    frames: Mapping[Task, Frame],
    state: State,
    *,
    week: date,
    teams: Iterable[str],
    owed: Iterable[Task],
    guard_seconds: float,
    nights: Nights | None = None,
    held: AbstractSet[Task] = frozenset(),
) -> State:
    """Return the state with the teams' week as the routing model makes it; ``owed`` tasks may join.

    ``nights`` are the nights away of the state. Visits of the tasks ``held`` stay on their days. The answer is not yet
    timed: callers keep it only when it is sound and cheaper.
    """
    question = week_question(
        problem,
        frames,
        state,
        week=week,
        teams=tuple(sorted(teams)),
        owed=tuple(sorted(set(owed) - held)),
        nights=nights,
        held=held,
    )
    found = route_week(problem, question, _start(question, state), guard_seconds, nights)
    if found is None:
        return state
    inside = {slot for slot in state if slot[0] in question.workdays and slot[1] in question.workdays[slot[0]]}
    changed: dict[Slot, Tasks] = {slot: tasks for slot, tasks in state.items() if slot not in inside}
    for slot, calls in found.items():
        changed[slot] = tuple(question.calls[number].task for number in calls)
    return dict(sorted(changed.items()))


def week_question(
    problem: Problem,
    frames: Mapping[Task, Frame],
    state: State,
    *,
    week: date,
    teams: tuple[str, ...],
    owed: tuple[Task, ...],
    nights: Nights | None = None,
    held: AbstractSet[Task] = frozenset(),
) -> WeekQuestion:
    """Return the routing question of the teams' week, with a call for each visit made now and one per owed task."""
    days = [day for day in (week + timedelta(days=k) for k in range(7)) if day in problem.calendar.kinds]
    workdays = _workdays(problem, teams, days)
    made = visits_of(state)
    inside = visits_of({slot: t for slot, t in state.items() if slot[0] in workdays and slot[1] in workdays[slot[0]]})
    is_alike = _is_alike(problem, workdays)
    calls: list[Call] = []
    for task, visited in sorted(inside.items()):
        others = {day: came for day, came in made[task].items() if day not in visited}
        may_float = is_alike and len(visited) == 1 and task not in owed and task not in held
        for day, came in visited.items():
            if frames[task].rule.composition:
                calls += _session(problem, frames[task], day, came, number=len(calls))
            elif may_float:
                options = _float_days(problem, frames[task], others, day, days)
                calls.append(_call(problem, frames[task], others, days=options, teams=teams, came=came))
            else:
                calls.append(_call(problem, frames[task], made[task], days=(day,), teams=teams, came=came))
    for task in owed:
        if not frames[task].rule.composition and (is_alike or len(days) == 1):
            calls += _owed_call(problem, frames[task], made.get(task, {}), days, teams)
    here = [(team, place) for (team, day), place in (nights or {}).items() if day in days]
    slept = {team: {place for name, place in here if name == team} for team in workdays}
    lodgings = {team: _lodgings(problem, team, own[0], calls, slept[team]) for team, own in workdays.items()}
    return WeekQuestion(week=week, workdays=workdays, calls=tuple(calls), lodgings=lodgings)


def _lodgings(problem: Problem, team: str, day: date, calls: Sequence[Call], slept: set[str]) -> tuple[str, ...]:
    """Return where the team may sleep out in the week: where it does, and the lodgings next to the most calls.

    None in a week with a joint session: its time depends on where its teams come from, and they come from home.
    """
    crew = problem.team_by_id[team]
    own = [call for call in calls if team in call.teams]
    if not crew.may_sleep_out or any(call.session is not None for call in own):
        return ()
    matrix, places = problem.matrix(crew, day), sorted(crew.lodgings - {crew.last_base})
    nearest: Counter[str] = Counter()
    for call in own:
        legs = {place: int(matrix.metres[matrix.index[place], matrix.index[call.task.site_id]]) for place in places}
        reached = [place for place in places if legs[place] != UNREACHABLE]
        nearest.update(sorted(reached, key=lambda place: (legs[place], place))[:1])
    chosen = sorted(nearest, key=lambda place: (-nearest[place], place))[:MOST_LODGINGS]
    return tuple(sorted(slept | set(chosen)))


def _workdays(problem: Problem, teams: Iterable[str], days: Sequence[date]) -> dict[str, tuple[date, ...]]:
    """Return the days each team works, without teams that work none."""
    found = {
        team: tuple(day for day in days if is_team_working(problem.calendar, problem.team_by_id[team], day))
        for team in teams
    }
    return {team: own for team, own in found.items() if own}


def _is_alike(problem: Problem, workdays: Mapping[str, tuple[date, ...]]) -> bool:
    """Return whether every team finds the same roads on all its days of the week."""
    return all(
        len({id(problem.matrix(problem.team_by_id[team], day)) for day in days}) == 1 for team, days in workdays.items()
    )


def _float_days(problem: Problem, frame: Frame, others: VisitDays, day: date, days: Iterable[date]) -> tuple[date, ...]:
    """Return the days of the week to which the visit could move, its other visits staying where they are."""
    if day in frame.fixed:
        return (day,)
    site = problem.site_by_id[frame.task.site_id]
    needs_market = site.market_days is not None and is_market_day(site, day)
    before = missing_visits(frame, [*others, day])
    return tuple(
        other
        for other in days
        if other == day
        or (
            other in frame.own_by_day
            and keeps_dates(frame, [*others, other])
            and missing_visits(frame, [*others, other]) == before
            and (not needs_market or is_market_day(site, other))
        )
    )


def _call(
    problem: Problem,
    frame: Frame,
    others: VisitDays,
    *,
    days: tuple[date, ...],
    teams: Iterable[str],
    came: tuple[str, ...] = (),
) -> Call:
    known = {team for found in others.values() for team in found}
    able = {team for day in days for team in frame.own_by_day.get(day, ())} | set(came)
    if frame.rule.same_team and known:
        able &= known
    weight = FIXED_WEIGHT if set(days) & set(frame.fixed) else 1
    return Call(
        task=frame.task,
        days=days,
        teams=tuple(sorted(able & set(teams))),
        penalty=weight * problem.weights.per_unserved_visit * frame.rule.priority,
        extra_cost={team: _soft_cost(problem, frame, team, known) for team in sorted(able)},
    )


def _soft_cost(problem: Problem, frame: Frame, team: str, known: set[str]) -> float:
    weights = problem.weights
    return (
        weights.per_lent_visit * (team in frame.lent)
        + weights.per_visit_by_other_team * (frame.rule.preferred_team not in {None, team})
        + weights.per_extra_team_at_site * (bool(known) and team not in known)
    )


def _session(problem: Problem, frame: Frame, day: date, came: tuple[str, ...], *, number: int) -> list[Call]:
    """Return the parts of a joint session: its day and its teams stay, its time is open."""
    penalty = problem.weights.per_unserved_visit * frame.rule.priority
    return [Call(task=frame.task, days=(day,), teams=(team,), penalty=penalty, session=number) for team in came]


def _owed_call(
    problem: Problem, frame: Frame, others: VisitDays, days: Iterable[date], teams: Iterable[str]
) -> list[Call]:
    options = tuple(
        day for day in days if day in frame.own_by_day and day not in others and keeps_dates(frame, [*others, day])
    )
    call = _call(problem, frame, others, days=options, teams=teams) if options else None
    return [call] if call is not None and call.teams else []


def _start(question: WeekQuestion, state: State) -> Days:
    """Return the state's routes as numbers of calls."""
    numbers = {
        (call.task, team, day): k for k, call in enumerate(question.calls) for team in call.teams for day in call.days
    }
    start = {}
    for team, days in question.workdays.items():
        for day in days:
            start[team, day] = tuple(numbers[task, team, day] for task in state.get((team, day), ()))
    return start
