"""What the page's script works on: plain lists and numbers, names last seen here before they are escaped as JSON.

Places, legs, services and teams are numbered; routes refer to them by number, so that each is stored once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from maps.pages import day_label, say_all, week_label, weekday_name
from maps.pictures import closed_words, is_estimated, route_lines, stop_number, walks_of, whole_week
from maps.scene import ClosedRoad, Line, LonLat, Scene
from maps.styles import DAY_STYLES, TEAM_COLOURS
from planner.advice import explain_owed
from planner.day_words import span_words
from planner.evaluation import Evaluation
from planner.language import Text, say, text
from planner.model import Problem
from planner.plan import Plan, Route, Supply, UnservedVisit, is_night_away
from planner.rules import VisitRule
from planner.values import week_of

MOST_FINDINGS = 40  # sentences of broken rules on the page; report.json has them all

WORDS = {
    "visits": text("Visits planned"),
    "villages": text("Villages visited"),
    "owed": text("Visits owed"),
    "km": text("Kilometres"),
    "hours": text("Team hours"),
    "week": text("Week"),
    "all_teams": text("Show all teams"),
    "no_teams": text("Hide all teams"),
    "by_team": text("Colour by team"),
    "by_day": text("Colour by day"),
    "unserved": text("Not served"),
    "nothing_owed": text("Nothing owed in this week."),
    "notes": text("Notes"),
    "findings": text("Broken rules"),
    "lunch": text("Lunch"),
    "load": text("Load again"),
    "overnight": text("Overnight"),
    "leave": text("Leave"),
    "back": text("Back"),
    "estimated": text("estimated"),
    "estimated_note": text("Dashed line: estimated, no road known for the leg."),
    "close": text("Close"),
    "find": text("Find a village"),
    "no_visits": text("No visit in this plan."),
    "base": text("Base"),
    "whole": text("Whole county"),
    "internal": text("Internal working map"),
    "drive": text("driving time"),
    "people": text("people"),
    "closed": text("Closed roads"),
    "none_closed": text("No road is closed in this week."),
}


@dataclass(slots=True)
class Book:
    """Numbers for things that repeat."""

    language: str = "en"
    legs: dict[Line, int] = field(default_factory=dict)
    services: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def leg(self, line: Line) -> int:
        """Return the leg's number."""
        return self.legs.setdefault(line, len(self.legs))

    def service(self, rule: VisitRule) -> int:
        """Return the number of what a rule's visits offer, or of the rule where that is not said."""
        name = rule.services or say(rule.called, self.language)
        return self.services.setdefault(name, len(self.services))


def number_places(problem: Problem, language: str) -> Book:
    """Return a book in which bases come first, then sites, by id."""
    ids = [*problem.base_by_id, *problem.site_by_id]
    return Book(language=language, places={place: k for k, place in enumerate(ids)})


def place_points(problem: Problem) -> list[LonLat]:
    """Return the places' coordinates by their number."""
    return [(b.lon, b.lat) for b in problem.bases] + [(s.lon, s.lat) for s in problem.sites]


def page_data(
    problem: Problem,
    plan: Plan,
    evaluation: Evaluation,
    *,
    scene: Scene,
    book: Book,
    language: str,
    county_name: str,
    notes: Iterable[Text | str],
) -> dict[str, object]:
    """Return everything the page shows; the legs it refers to are entered into the book."""
    weeks = sorted({week_of(day) for day in problem.horizon.weeks} | {c.week for c in plan.circuits})
    routes = [_route(problem, route, scene, book, weeks) for route in plan.routes() if route.stops]
    return {
        "language": language,
        "words": say_all(WORDS, language),
        "county": county_name,
        "period": _period(plan, language),
        "totals": _totals(problem, plan),
        "verdict": _verdict(evaluation, language),
        "findings": [say(v.sentence, language) for v in evaluation.violations[:MOST_FINDINGS]],
        "notes": [say(note, language) for note in notes],
        "weeks": [week_label(week, language) for week in weeks],
        "weekdays": [weekday_name(k, language) for k in range(7)],
        "days": [[day_label(_day(week, k), language) for k in range(7)] for week in weeks],
        "dayStyles": [style.colour for style in DAY_STYLES],
        "working": sorted({list(problem.team_by_id).index(route.team_id) for route in plan.routes() if route.stops}),
        "teams": [_team(team.name, team.leader, team.vehicle, k) for k, team in enumerate(problem.teams)],
        "bases": len(problem.bases),
        "places": _places(problem, language),
        "routes": routes,
        "closed": [_closed(road, weeks, language) for road in closed_within(problem, scene)],
        "owed": [_owed(visit, problem, book, weeks, language) for visit in plan.unserved],
        "services": list(book.services),
    }


def _day(week: date, weekday: int) -> date:
    return date.fromordinal(week.toordinal() + weekday)


def _period(plan: Plan, language: str) -> str:
    last = date.fromordinal(plan.start.toordinal() + plan.days - 1)
    return say(text("Visits from {first} to {last}", first=plan.start, last=last), language)


def _totals(problem: Problem, plan: Plan) -> dict[str, object]:
    """Return the sums over the plan; a joint session of several teams is one visit."""
    visits = {(route.day, stop.task) for route, stop in plan.visits()}
    routes = list(plan.routes())
    return {
        "visits": len(visits),
        "owed": len(plan.unserved),
        "villages": [len({task.site_id for _, task in visits}), len({task.site_id for task in problem.tasks})],
        "km": round(sum(route.metres for route in routes) / 1000),
        "hours": round(sum(route.end_minute - route.start_minute for route in routes if route.stops) / 60),
    }


def _verdict(evaluation: Evaluation, language: str) -> dict[str, object]:
    hard = len(evaluation.hard)
    good, bad = text("Checked: no hard rule is broken."), text("Checked: {count} hard rule violations.", count=hard)
    return {"good": hard == 0, "sentence": say(bad if hard else good, language)}


def _team(name: str, leader: str, vehicle: str, number: int) -> dict[str, str]:
    about = " · ".join(part for part in (leader, vehicle) if part)
    return {"name": name, "about": about, "colour": TEAM_COLOURS[number % len(TEAM_COLOURS)]}


def _places(problem: Problem, language: str) -> list[list[object]]:
    """Return [name, township, population, when it is closed] by the place's number."""
    bases: list[list[object]] = [[base.name, "", 0, []] for base in problem.bases]
    for site in problem.sites:
        closed = [days for days in site.closed if days.meets(problem.horizon.span)]
        said = [say(text("No visits {days}", days=span_words(days, language)), language) for days in closed]
        bases.append([site.name, site.township, site.population, said])
    return bases


def _route(problem: Problem, route: Route, scene: Scene, book: Book, weeks: list[date]) -> dict[str, object]:
    """Return a route as numbers; a negative leg ``-1 - n`` is leg n, only estimated."""
    legs = []
    for (a, b), line in route_lines(problem, route, scene):
        leg = book.leg(line)
        legs.append(-1 - leg if is_estimated(problem, route, a, b) else leg)
    return {
        "t": list(problem.team_by_id).index(route.team_id),
        "w": weeks.index(week_of(route.day)),
        "d": route.day.weekday(),
        "legs": legs,
        "walks": [-1 - book.leg(line) for line in walks_of(problem, route, scene)],
        "from": [book.places[route.start_base], route.start_minute],
        "to": [book.places[route.end_base], route.end_minute, route.return_metres, route.return_minutes],
        "out": is_night_away(problem.team_by_id[route.team_id], route),
        "lunch": [route.lunch.start_minute, route.lunch.end_minute] if route.lunch else None,
        "km": route.metres,
        "drive": route.drive_minutes,
        "stops": [_stop(problem, route, k, book) for k in range(len(route.stops))],
        "loads": [_loading(supply, book) for supply in route.supplies],
    }


def _stop(problem: Problem, route: Route, index: int, book: Book) -> list[object]:
    """Return [number, place, service, arrive, start, leave, metres, minutes]."""
    stop = route.stops[index]
    rule = problem.rule_by_task[stop.task]
    service = book.service(rule)
    times = [stop.arrive_minute, stop.start_minute, stop.leave_minute]
    number = stop_number(route.day, index)
    return [number, book.places[stop.site_id], service, *times, stop.leg_metres, stop.leg_minutes]


def _loading(supply: Supply, book: Book) -> list[int]:
    """Return [stops before it, place, start, leave, metres, minutes]."""
    times = [supply.start_minute, supply.leave_minute]
    return [supply.after_stops, book.places[supply.base_id], *times, supply.leg_metres, supply.leg_minutes]


def closed_within(problem: Problem, scene: Scene) -> list[ClosedRoad]:
    """Return the roads that are closed on some day of the horizon."""
    return [road for road in scene.closed_roads if road.days.meets(problem.horizon.span)]


def _closed(road: ClosedRoad, weeks: list[date], language: str) -> dict[str, object]:
    inside = [k for k, week in enumerate(weeks) if road.days.meets(whole_week(week))]
    sentence = " · ".join(part for part in (closed_words(road, language), road.reason) if part)
    return {"name": road.name, "weeks": inside, "sentence": sentence}


def _owed(visit: UnservedVisit, problem: Problem, book: Book, weeks: list[date], language: str) -> dict[str, object]:
    rule = problem.rule_by_task[visit.task]
    inside = [k for k, week in enumerate(weeks) if visit.first_day <= _day(week, 6) and week <= visit.last_day]
    service = rule.services or rule.called
    due = f"{day_label(visit.first_day, language)} – {day_label(visit.last_day, language)}"
    sentence = text("{service}, due {due}: {why}", service=service, due=due, why=explain_owed(problem, visit))
    return {"place": book.places[visit.site_id], "weeks": inside, "sentence": say(sentence, language)}
