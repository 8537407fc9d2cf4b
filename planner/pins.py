"""What keeps a visit that is fixed beforehand from being made, as far as it can be told before any search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from planner.calendar import day_name, is_site_open, is_team_working, visit_days
from planner.follow_ups import is_led
from planner.joint import can_be_needed
from planner.language import Text, text
from planner.lone import best_chance, chances_of_parts, session_on
from planner.model import Pin, Problem, Task, Team, may_visit
from planner.periods import fixed_weekdays, quotas, rule_days


def contradictions(problem: Problem, pin: Pin) -> tuple[Text, ...]:
    """Return why the visit cannot be made that day: its village, its rule, its team, other fixed visits; mostly none.

    Roads and hours are looked at as if its teams had nothing else to do; the rest of the plan is not.
    """
    found = (*_of_day(problem, pin), *_of_team(problem, pin), *_of_others(problem, pin), *_of_leader(problem, pin))
    return found or (*_of_stops(problem, pin), *_of_hours(problem, pin))


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
        elif _is_spare(problem, pin):
            yield text(
                "team {team} would be to spare at the joint session: the others who must come hold its classes, too",
                team=team.name,
            )
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


def _is_spare(problem: Problem, pin: Pin) -> bool:
    """Return whether no joint session that day needs all of the teams fixed for it."""
    classes = problem.rule_by_task[pin.task].composition
    held = {team.id: team.skills for team in visit_days(problem, pin.task).get(pin.day, ())}
    named = _named(problem, pin)
    return bool(classes) and named <= set(held) and not can_be_needed(classes, held, named)


def _named(problem: Problem, pin: Pin) -> frozenset[str]:
    """Return the teams fixed for the visit."""
    pins = (other for other in problem.pins if (other.task, other.day) == (pin.task, pin.day))
    return frozenset(other.team_id for other in pins if other.team_id is not None)


def _of_others(problem: Problem, pin: Pin) -> Iterator[Text]:
    """Yield what other fixed visits, of the same village and rule or of the same team, leave no room for."""
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


def _of_leader(problem: Problem, pin: Pin) -> Iterator[Text]:
    """Yield that a follow-up has nothing to follow: its leading visit has no day as many days before."""
    follow, leader = problem.rule_by_task[pin.task].follows, problem.leader_by_task.get(pin.task)
    if follow is not None and leader is not None and not is_led(follow, _leading_days(problem, leader), pin.day):
        yield text(
            "it follows another visit, which cannot be made {low} to {high} days before",
            low=follow.min_days,
            high=follow.max_days,
        )


def _leading_days(problem: Problem, leader: Task) -> list[date]:
    """Return the days on which the leading visit could be made, and on which it was."""
    rule, horizon = problem.rule_by_task[leader], problem.horizon
    asked, allowed = quotas(rule, horizon), set(rule_days(rule, horizon))
    days = [day for day in visit_days(problem, leader) if day in allowed and any(day in quota for quota in asked)]
    return days if rule.last_visited is None else [rule.last_visited, *days]


def _of_stops(problem: Problem, pin: Pin) -> Iterator[Text]:
    """Yield that the team, or of a visit by one team every team that may come, has no stop left beside others fixed."""
    if pin.team_id is None and problem.rule_by_task[pin.task].composition:
        return
    teams = [team for team in visit_days(problem, pin.task).get(pin.day, ()) if pin.team_id in {None, team.id}]
    stops = Counter(other.team_id for other in problem.pins if other.day == pin.day and other != pin)
    if teams and all(team.max_stops_per_day is not None and stops[team.id] >= team.max_stops_per_day for team in teams):
        yield text("other visits fixed for that day use up all stops of the teams that may come")


def _of_hours(problem: Problem, pin: Pin) -> Iterator[Text]:
    """Yield that the visit is too far, too long or too much even for a team with nothing else to do."""
    teams = visit_days(problem, pin.task).get(pin.day, ())
    if problem.rule_by_task[pin.task].composition:
        chances = chances_of_parts(problem, pin.task, pin.day, teams)
        able = [team for team in teams if not chances[team.id].obstacle]
        session = session_on(problem, pin.task, pin.day, able)
        if next(session.crews(_named(problem, pin)), None) is None:
            yield text("its teams cannot meet there that day, even with nothing else to do")
        return
    named = [team for team in teams if pin.team_id in {None, team.id}]
    if best_chance(problem, pin.task, pin.day, named).obstacle:
        yield text("no team that may come can make it that day, even with nothing else to do: look at road and hours")
