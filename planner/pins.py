"""What keeps a visit that is fixed beforehand from being made, as far as it can be told before any search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from planner.calendar import day_name, is_site_open, is_team_working, visit_days
from planner.language import Text, text
from planner.model import Pin, Problem, Team, may_visit
from planner.periods import fixed_weekdays, quotas, rule_days


def contradictions(problem: Problem, pin: Pin) -> tuple[Text, ...]:
    """Return why the visit cannot be made that day: its village, its rule, its team, other fixed visits; mostly none.

    Roads, hours and the rest of the plan are not looked at.
    """
    return (*_of_day(problem, pin), *_of_team(problem, pin), *_of_others(problem, pin))


def _of_day(problem: Problem, pin: Pin) -> Iterator[Text]:
    site, rule, horizon = problem.site_by_id[pin.site_id], problem.rule_by_task[pin.task], problem.horizon
    if any(pin.day in closure for closure in site.closed):
        yield text("the village is closed that day")
    elif not is_site_open(problem.calendar, site, pin.day):
        yield text(
            "it is a public holiday ({name}), on which the village may be visited only with yes in holiday_allowed",
            name=_holiday(problem, pin.day),
        )
    if pin.day not in rule_days(rule, horizon):
        yield text("its rule does not allow that day")
    elif not any(pin.day in quota for quota in quotas(rule, horizon)):
        yield text("its rule asks for no visit then")
    if rule.last_visited is not None and (pin.day - rule.last_visited).days < rule.min_gap_days:
        yield text("it is too soon after the visit on {day}", day=rule.last_visited)


def _of_team(problem: Problem, pin: Pin) -> Iterator[Text]:
    if pin.team_id is not None:
        team = problem.team_by_id[pin.team_id]
        if not may_visit(problem, team, pin.task):
            yield text("team {team} lacks the skills, the vehicle or the ownership", team=team.name)
        if not is_team_working(problem.calendar, team, pin.day):
            yield _off(problem, team, pin.day)
        return
    is_open = is_site_open(problem.calendar, problem.site_by_id[pin.site_id], pin.day)
    if is_open and pin.day not in visit_days(problem, pin.task):
        yield text("no team that may come works that day")


def _off(problem: Problem, team: Team, day: date) -> Text:
    """Return why the team does not work that day."""
    if day in team.days_off or problem.calendar.kinds[day] != "holiday":
        return text("team {team} does not work that day", team=team.name)
    return text(
        "it is a public holiday ({name}), on which team {team} works only with yes in works_holidays",
        name=_holiday(problem, day),
        team=team.name,
    )


def _holiday(problem: Problem, day: date) -> Text:
    return day_name(problem.calendar, day) or text("without a name")


def _of_others(problem: Problem, pin: Pin) -> Iterator[Text]:
    """Yield what other fixed visits of the same village and rule leave no room for."""
    rule, horizon = problem.rule_by_task[pin.task], problem.horizon
    pins = [other for other in problem.pins if other.task == pin.task]
    days = sorted({other.day for other in pins})
    teams = {other.team_id for other in pins if other.day == pin.day} - {None}
    if len(teams) > 1 and not rule.composition:
        yield text("two teams are fixed for one visit")
    near = [day for day in days if day != pin.day and abs((day - pin.day).days) < rule.min_gap_days]
    if near:
        yield text("it is too near the visit fixed for {day}", day=near[0])
    for quota in quotas(rule, horizon):
        fixed = sum(day in quota for day in days)
        if pin.day in quota and fixed > quota.visits:
            yield text("{fixed} visits are fixed where {asked} are asked", fixed=fixed, asked=quota.visits)
    if len({day.weekday() for day in days}) > fixed_weekdays(rule, horizon):
        yield text("its service day is fixed, but visits are fixed on several weekdays")
