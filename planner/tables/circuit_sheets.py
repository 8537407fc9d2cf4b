"""The circuits of a plan as a workbook: a summary, and one sheet per team and week that a crew can follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from planner.advice import explain_owed
from planner.debt_words import debt_sentence
from planner.evaluation import Evaluation, debts, kpis, villages_seen
from planner.history import PastVisit
from planner.language import Text, say, text
from planner.model import Problem
from planner.plan import Circuit, Meetings, Plan, Route, Stop, Supply, is_night_away
from planner.seen_report import days_told
from planner.tables.cells_out import WEEKDAYS
from planner.tables.columns import SHEET_BY_NAME
from planner.tables.seen_sheets import add_seen, add_to_fill_in
from planner.tables.workbook import new_workbook, put, put_row, sheet_name
from planner.values import clock

Line = tuple[object, ...]

TEAM_HEADINGS = (
    (text("Date"), 11),
    (text("Weekday"), 9),
    (text("No."), 5),
    (text("Id"), 9),
    (text("Place"), 18),
    (text("Township"), 14),
    (text("Where"), 22),
    (text("Arrive"), 8),
    (text("Start"), 8),
    (text("Leave"), 8),
    (text("Leg minutes"), 9),
    (text("Leg km"), 8),
    (text("Visit"), 18),
    (text("Services"), 28),
    (text("Contact"), 14),
    (text("Phone"), 16),
    (text("Together with"), 30),
)
CIRCUIT_HEADINGS = (
    text("Week"),
    text("Team"),
    text("Days"),
    text("Visits"),
    text("km"),
    text("Hours on duty"),
    text("Hours driving"),
    text("Sheet"),
)
OWED_HEADINGS = (text("Village"), text("Name"), text("Rule"), text("From"), text("To"), text("Why, and what to do"))
FAULT_HEADINGS = (text("Rule"), text("Subject"), text("Hard"), text("What is wrong"))


@dataclass(frozen=True, slots=True)
class _Book:
    """What every sheet needs: the workbook, its formats, the plan and the language."""

    workbook: Any
    looks: dict[str, Any]
    problem: Problem
    plan: Plan
    meetings: Meetings
    language: str

    def put_rows(self, page: Any, row: int, lines: Iterator[Line] | tuple[Line, ...], look: Any = None) -> int:
        """Write lines one below the other; return the row after the last."""
        for line in lines:
            put_row(page, row, line, look, language=self.language)
            row += 1
        return row


def write_circuits(
    path: Path,
    problem: Problem,
    plan: Plan,
    evaluation: Evaluation,
    language: str = "en",
    *,
    past: Sequence[PastVisit] = (),
) -> None:
    """Write ``circuits.xlsx``: a summary with what is owed and what is wrong, one sheet per team and week, what was
    seen before the plan, where that is told, and a sheet to tell in what came of this one.
    """  # fmt: skip
    with new_workbook(path) as workbook:
        looks = {
            "title": workbook.add_format({"bold": True, "font_size": 14}),
            "heading": workbook.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#E2EFDA"}),
            "base": workbook.add_format({"italic": True, "font_color": "#595959"}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        own = [say(text("Summary"), language), say(text("Seen"), language), SHEET_BY_NAME["outcomes"].heading(language)]
        book = _Book(workbook, looks, problem, plan, plan.meetings(), language)
        summary = workbook.add_worksheet(say(text("Summary"), language))
        names: dict[Circuit, str] = {}
        for circuit in plan.circuits:
            team = problem.team_by_id[circuit.team_id]
            wanted = f"{circuit.week:%m-%d} {team.name}"
            names[circuit] = sheet_name(wanted, [*own, *names.values()])
            _write_circuit(book, workbook.add_worksheet(names[circuit]), circuit)
        _write_summary(book, summary, evaluation, names)
        days = days_told(past)
        if days is not None:
            add_seen(workbook, looks, villages_seen(problem.sites, past, days), days, language)
        add_to_fill_in(workbook, looks, plan, language)


def _write_summary(book: _Book, page: Any, evaluation: Evaluation, names: dict[Circuit, str]) -> None:
    page.set_column(0, 7, 16)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    last = book.problem.horizon.last
    title = text("Plan from {first} to {last}", first=book.plan.start, last=last)
    put(page, 0, 0, title, book.looks["title"], language=book.language)
    row = book.put_rows(page, 2, tuple(_figures(book, evaluation))) + 1
    row = _write_table(book, page, row, (CIRCUIT_HEADINGS, tuple(_circuit_lines(book, names))))
    if book.plan.unserved:
        put(page, row, 0, text("Visits that are owed"), book.looks["title"], language=book.language)
        row = _write_table(book, page, row + 1, (OWED_HEADINGS, tuple(_owed_lines(book))))
    missed = tuple((debt_sentence(book.problem, debt),) for debt in debts(book.problem, book.plan))
    if missed:
        put(page, row, 0, text("Visits missed before the plan"), book.looks["title"], language=book.language)
        row = book.put_rows(page, row + 1, missed) + 1
    if evaluation.violations:
        put(page, row, 0, text("Rules that are broken"), book.looks["title"], language=book.language)
        _write_table(book, page, row + 1, (FAULT_HEADINGS, tuple(_fault_lines(evaluation))))


def _write_table(book: _Book, page: Any, row: int, table: tuple[tuple[Text, ...], tuple[Line, ...]]) -> int:
    """Write headings and lines; return the row after a blank one."""
    headings, lines = table
    put_row(page, row, headings, book.looks["heading"], language=book.language)
    return book.put_rows(page, row + 1, lines) + 1


def _figures(book: _Book, evaluation: Evaluation) -> Iterator[Line]:
    figures = kpis(book.problem, book.plan)
    yield text("Visits asked"), figures["asked_visits"]
    yield text("Visits planned"), figures["planned_visits"]
    yield text("Visits owed"), figures["owed_visits"]
    yield text("Kilometres"), round(figures["km"], 1)
    yield text("Hours on duty"), round(figures["hours"], 1)
    if figures["nights_away"]:
        yield text("Nights away"), figures["nights_away"]
    yield text("Hard rules broken"), len(evaluation.hard)
    if book.plan.provenance.is_travel_estimated:
        yield text("Travel is estimated: no roads were given."), ""


def _circuit_lines(book: _Book, names: dict[Circuit, str]) -> Iterator[Line]:
    for circuit, name in names.items():
        team = book.problem.team_by_id[circuit.team_id]
        routes = circuit.routes
        yield (
            circuit.week.isoformat(),
            team.name,
            len({route.day for route in routes}),
            sum(len(route.stops) for route in routes),
            round(circuit.metres / 1000, 1),
            round(sum(route.end_minute - route.start_minute for route in routes) / 60, 1),
            round(sum(route.drive_minutes for route in routes) / 60, 1),
            name,
        )


def _owed_lines(book: _Book) -> Iterator[Line]:
    for visit in book.plan.unserved:
        site, rule = book.problem.site_by_id[visit.site_id], book.problem.rule_by_task[visit.task]
        days = (visit.first_day.isoformat(), visit.last_day.isoformat())
        yield site.id, site.name, rule.called, *days, explain_owed(book.problem, visit)


def _fault_lines(evaluation: Evaluation) -> Iterator[Line]:
    for violation in evaluation.violations:
        is_hard = text("yes") if violation.is_hard else text("no")
        yield violation.rule, violation.subject, is_hard, violation.sentence


def _write_circuit(book: _Book, page: Any, circuit: Circuit) -> None:
    team = book.problem.team_by_id[circuit.team_id]
    title = text("{team}, week of {week}", team=team.name, week=circuit.week)
    put(page, 0, 0, title, book.looks["title"], language=book.language)
    crew = (text("Leader"), team.leader, text("Phone"), team.phone, text("Vehicle"), team.vehicle)
    put_row(page, 1, crew, language=book.language)
    for k, (heading, width) in enumerate(TEAM_HEADINGS):
        page.set_column(k, k, width)
        put(page, 3, k, heading, book.looks["heading"], language=book.language)
    row = 4
    for route in circuit.routes:
        for line, look in _route_lines(book, route):
            put_row(page, row, line, book.looks[look] if look else None, language=book.language)
            row += 1
        row += 1
    page.freeze_panes(4, 5)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(3)


def _route_lines(book: _Book, route: Route) -> Iterator[tuple[Line, str]]:
    """Yield the lines of a day in order of time, each with the name of its look."""
    day = (route.day.isoformat(), WEEKDAYS.get(book.language, WEEKDAYS["en"])[route.day.weekday()])
    team, leave = book.problem.team_by_id[route.team_id], clock(route.start_minute)
    words = text("leave the base") if route.start_base == team.base else text("leave the lodging")
    yield (*day, "", *_place(book, route.start_base), "", words, "", "", leave), "base"
    lunch = route.lunch
    numbers = count(1)
    for halt in route.halts:
        if lunch is not None and lunch.start_minute <= halt.start_minute:
            yield _lunch_line(day, lunch.start_minute, lunch.end_minute), "base"
            lunch = None
        if isinstance(halt, Supply):
            yield _supply_line(book, day, halt), "base"
        else:
            yield (*_stop_line(book, day, next(numbers), halt), _partners(book, route, halt)), ""
    if lunch is not None:
        yield _lunch_line(day, lunch.start_minute, lunch.end_minute), "base"
    arrive = clock(route.end_minute)
    leg = (route.return_minutes, round(route.return_metres / 1000, 1))
    words = text("overnight") if is_night_away(team, route) else text("back at the base")
    yield (*day, "", *_place(book, route.end_base), "", words, arrive, "", "", *leg), "base"


def _place(book: _Book, place_id: str) -> tuple[str, str]:
    """Return the id and the name of a base or a village where a team sleeps."""
    place = book.problem.base_by_id.get(place_id) or book.problem.site_by_id[place_id]
    return place.id, place.name


def _lunch_line(day: tuple[str, str], start: int, end: int) -> Line:
    return (*day, "", "", text("lunch break"), "", "", "", clock(start), clock(end))


def _supply_line(book: _Book, day: tuple[str, str], supply: Supply) -> Line:
    times = (clock(supply.arrive_minute), clock(supply.start_minute), clock(supply.leave_minute))
    leg = (supply.leg_minutes, round(supply.leg_metres / 1000, 1))
    return (*day, "", *_place(book, supply.base_id), "", text("load again"), *times, *leg)


def _stop_line(book: _Book, day: tuple[str, str], number: int, stop: Stop) -> Line:
    site, rule = book.problem.site_by_id[stop.site_id], book.problem.rule_by_task[stop.task]
    times = (clock(stop.arrive_minute), clock(stop.start_minute), clock(stop.leave_minute))
    leg = (stop.leg_minutes, round(stop.leg_metres / 1000, 1))
    visit = (rule.called, rule.services)
    return (*day, number, site.id, site.name, site.township, site.place, *times, *leg, *visit, site.contact, site.phone)


def _partners(book: _Book, route: Route, stop: Stop) -> str:
    """Return the other teams at a joint session, each with its phone."""
    ids = [team for team, _ in book.meetings.get((route.day, stop.task), ()) if team != route.team_id]
    teams = [book.problem.team_by_id[team] for team in ids]
    return "; ".join(f"{team.name} {team.phone}".strip() for team in teams)
