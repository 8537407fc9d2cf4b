"""The paper a crew takes along: one A4-landscape HTML page set per team and week: a map, the itinerary, QR codes.

Pages are laid out here, not by the browser, so that every one carries its heading and its number; the heights below
are those of ``assets/print.css``. All lengths in millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Literal

from markupsafe import Markup

from maps.drawing import draw_circuit
from maps.labels import text_width
from maps.pages import asset, day_label, environment, say_all, week_label
from maps.phone_codes import code_notes, code_pages
from maps.pictures import Picture, circuit_picture, is_estimated, place_ids, stop_number
from maps.scene import Scene
from maps.styles import DAY_LETTERS, DAY_STYLES
from planner.datum import Datum
from planner.language import Text, say, tag_of, text
from planner.model import Problem
from planner.plan import Circuit, Lunch, Meetings, Route, Stop, Supply, is_night_away
from planner.values import clock

MAP_WIDTH, MAP_HEIGHT = 199.0, 155.0
PAGE_ROOM = 166.0  # for days, below the heading and the column heads and above the foot
DAY_ROOM = 11.0  # a day's title and the gap before it
LINE, ROW_PADDING = 4.1, 2.3  # of a table row
FONT = 3.0
COLUMNS = (10, 13, 24, 38.5, 25, 32, 40, 26, 24.5, 26, 18)  # as in print.css
NOTE_LINE, NOTE_GAP = 4.1, 1.2  # below an itinerary
MOST_CLOSURES, FEW_STOPS = 4, 14  # closed roads told; stops beside the map that leave room for them and for remarks
Paper = Literal["A4", "A3"]
PAPERS: dict[Paper, str] = {"A4": "", "A3": "@page { size: A3 landscape; } .page { zoom: 1.414; }"}  # after print.css
ONE_COLUMN, MOST_LISTED = 25, 50  # stops that fit beside the map in one and in two columns

WORDS = {
    "day": text("Day"),
    "line": text("Line"),
    "villages": text("Villages"),
    "back": text("Back"),
    "overnight": text("Overnight"),
    "number": text("No."),
    "arrive": text("Arrive"),
    "work": text("Start–leave"),
    "village": text("Village"),
    "township": text("Township"),
    "place": text("Place"),
    "service": text("Service"),
    "leg": text("Leg km / min"),
    "contact": text("Contact"),
    "phone": text("Phone"),
    "held": text("Held / people"),
    "lunch": text("Lunch"),
    "load": text("Load again"),
    "together": text("Together with"),
    "base": text("Base"),
    "dispatch": text("Dispatch"),
    "emergency": text("Emergency"),
    "scheduler": text("Scheduler (signature)"),
    "leader": text("Team leader (signature)"),
    "driver": text("Driver (signature)"),
    "checks": text("Before leaving"),
    "fuel": text("fuel"),
    "tyres": text("tyres"),
    "cold_box": text("cold box"),
    "medicines": text("medicines"),
    "internal": text("Internal working map"),
    "letters": text("A = Monday to G = Sunday; A1 = first stop on Monday"),
    "guesses": text("≈ estimated: no road known for this leg; thin dashes on the map"),
    "remarks": text("Remarks"),
    "idle": text("No trips in this week."),
    "next_pages": text("All stops: see the next pages."),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of an itinerary: the cells, and what kind of line it is."""

    kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _DaySheet:
    """One day of the itinerary, ready to be written."""

    letter: str
    title: str
    start: str
    summary: str
    line: Markup
    rows: tuple[_Row, ...]

    @property
    def height(self) -> float:
        """The room it takes."""
        return DAY_ROOM + sum(ROW_PADDING + LINE * _lines(row) for row in self.rows)


def _lines(row: _Row) -> int:
    """Return how many lines the fullest cell needs."""
    if row.kind != "stop":
        return 1
    return max(math.ceil(text_width(c) * FONT * 1.05 / (w - 2.4)) or 1 for c, w in zip(row.cells, COLUMNS, strict=True))


def crew_sheet(
    problem: Problem,
    circuit: Circuit,
    *,
    scene: Scene,
    language: str,
    county_name: str,
    meetings: Meetings | None = None,
    dispatch_phone: str = "",
    emergency_phone: str = "120",
    plan_label: str = "",
    code_datum: Datum | None = "WGS-84",
    paper: Paper = "A4",
) -> str:
    """Return the crew sheet of a team's week as a whole HTML document, readable and printable offline.

    Parameters are plain values: ``language`` is "en" or "zh", phones are printed as given, and ``plan_label`` names
    the plan and its revision at the foot of each page. ``meetings`` are those of the plan: a stop that other teams
    come to as well says who they are, when they come and how to reach them. ``code_datum`` is the system of
    coordinates in the QR codes of the stops; without one there are no codes. ``paper`` A3 enlarges every page.
    """
    words = say_all(WORDS, language)
    days = [_day_sheet(problem, route, meetings or {}, words, language) for route in circuit.routes]
    picture = circuit_picture(problem, circuit, scene, language)
    closures = closures_told(picture, language)
    itineraries = list(_paginate(days, PAGE_ROOM - NOTE_LINE * len(closures) - NOTE_GAP * bool(closures)))
    stops = len(list(_stops(circuit)))
    codes = list(code_pages(problem, circuit, datum=code_datum, language=language)) if code_datum else []
    return (
        environment()
        .get_template("crew_sheet.html.j2")
        .render(
            language=tag_of(language),
            words=words,
            css=Markup(asset("print.css") + PAPERS[paper]),  # our own file
            map=Markup(draw_circuit(picture, width=MAP_WIDTH, height=MAP_HEIGHT)),  # built as a tree: names are escaped
            team=problem.team_by_id[circuit.team_id],
            week=week_label(circuit.week, language),
            totals=_totals(circuit, language),
            days=_overview(circuit, language),
            listed=_listed(problem, circuit),
            is_list_split=stops > ONE_COLUMN,
            closures=closures,
            has_room_for_closures=stops <= FEW_STOPS,
            has_room_for_remarks=stops <= FEW_STOPS,
            bases=_bases(problem, circuit),
            nights=_nights(problem, circuit, language),
            has_guesses=any(_has_guess(problem, route) for route in circuit.routes),
            itineraries=itineraries,
            codes=codes,
            code_notes=code_notes(problem, circuit, datum=code_datum, language=language) if code_datum else [],
            page_count=1 + len(itineraries) + len(codes),
            county_name=county_name,
            dispatch_phone=dispatch_phone,
            emergency_phone=emergency_phone,
            plan_label=plan_label,
        )
    )


def _stops(circuit: Circuit) -> Iterator[tuple[Route, int, Stop]]:
    for route in circuit.routes:
        for k, stop in enumerate(route.stops):
            yield route, k, stop


def _villages(route: Route) -> int:
    return len({stop.site_id for stop in route.stops})


def _count(villages: int) -> Text:
    return text("1 village") if villages == 1 else text("{count} villages", count=villages)


def _kilometres(metres: int) -> str:
    return f"{metres / 1000:.1f}"


def _totals(circuit: Circuit, language: str) -> str:
    count = len({stop.site_id for _, _, stop in _stops(circuit)})
    return say(text("{villages}, {km} km", villages=_count(count), km=_kilometres(circuit.metres)), language)


def _sample(weekday: int) -> Markup:
    """Return a short piece of the day's line."""
    style = DAY_STYLES[weekday]
    dash = Markup(' stroke-dasharray="{}"').format(style.dash) if style.dash else ""
    svg = Markup('<svg class="sample" viewBox="0 0 15 2"><path d="M0 1H15" stroke="{}"{}/></svg>')
    return svg.format(style.colour, dash)


def _overview(circuit: Circuit, language: str) -> list[dict[str, object]]:
    return [
        {
            "letter": DAY_LETTERS[route.day.weekday()],
            "label": day_label(route.day, language),
            "line": _sample(route.day.weekday()),
            "villages": _villages(route),
            "km": _kilometres(route.metres),
            "leave": clock(route.start_minute),
            "back": clock(route.end_minute),
        }
        for route in circuit.routes
    ]


def _listed(problem: Problem, circuit: Circuit) -> list[dict[str, str]]:
    """Return the short list beside the map, or nothing when it would not fit there."""
    found = []
    for route, k, stop in _stops(circuit):
        site = problem.site_by_id[stop.site_id]
        number, at = stop_number(route.day, k), clock(stop.arrive_minute)
        found.append({"number": number, "at": at, "name": site.name, "phone": site.phone})
    return found if len(found) <= MOST_LISTED else []


def _bases(problem: Problem, circuit: Circuit) -> list[dict[str, str]]:
    used = sorted({place for route in circuit.routes for place in (route.start_base, route.end_base)})
    bases = [problem.base_by_id[place] for place in used if place in problem.base_by_id]
    return [{"name": base.name, "phone": base.phone} for base in bases]


def _nights(problem: Problem, circuit: Circuit, language: str) -> list[dict[str, str]]:
    """Return where the team sleeps out, after which day, and whom to call there."""
    team = problem.team_by_id[circuit.team_id]
    out = [route for route in circuit.routes if is_night_away(team, route)]
    return [{"day": day_label(route.day, language), "place": _lodging(problem, route.end_base)} for route in out]


def _lodging(problem: Problem, place_id: str) -> str:
    base = problem.base_by_id.get(place_id)
    if base is not None:
        return "　".join(part for part in (base.name, base.phone) if part)
    site = problem.site_by_id[place_id]
    return "　".join(part for part in (site.name, site.place, site.contact, site.phone) if part)


def _place_name(problem: Problem, place_id: str) -> str:
    base = problem.base_by_id.get(place_id)
    return base.name if base else problem.site_by_id[place_id].name


def _day_sheet(problem: Problem, route: Route, meetings: Meetings, words: dict[str, str], language: str) -> _DaySheet:
    start = text("{time} leave {base}", time=clock(route.start_minute), base=_place_name(problem, route.start_base))
    return _DaySheet(
        letter=DAY_LETTERS[route.day.weekday()],
        title=day_label(route.day, language),
        start=say(start, language),
        summary=_summary(route, language),
        line=_sample(route.day.weekday()),
        rows=tuple(_rows(problem, route, meetings, words, language)),
    )


def _summary(route: Route, language: str) -> str:
    done = text(
        "{villages}, {km} km, driving {driving}, visits {service}",
        villages=_count(_villages(route)),
        km=_kilometres(route.metres),
        driving=_span(route.drive_minutes),
        service=_span(route.service_minutes),
    )
    if not route.wait_minutes:
        return say(done, language)
    return say(text("{done}, waiting {waiting}", done=done, waiting=_span(route.wait_minutes)), language)


def _span(minutes: int) -> Text:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return text("{minutes} min", minutes=rest)
    return text("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else text("{hours} h", hours=hours)


def _rows(problem: Problem, route: Route, meetings: Meetings, words: dict[str, str], language: str) -> Iterator[_Row]:
    lunch = route.lunch
    legs = list(_legs(problem, route))
    stops = count()
    for halt, leg in zip(route.halts, legs, strict=False):
        if lunch and lunch.start_minute <= halt.start_minute:
            yield _lunch_row(lunch, _lunch_words(problem, lunch, halt, words, language))
            lunch = None
        if isinstance(halt, Supply):
            yield _supply_row(problem, halt, leg, words)
            continue
        k, stop = next(stops), halt
        yield _Row("stop", _cells(problem, route, k, leg, language))
        for team_id, other in meetings.get((route.day, stop.task), ()):
            if team_id != route.team_id:
                yield _partner_row(problem, team_id, other, words)
    if lunch:
        yield _lunch_row(lunch, words["lunch"])
    end = ("", clock(route.end_minute))
    if is_night_away(problem.team_by_id[route.team_id], route):
        yield _Row("base", (*end, words["overnight"], _lodging(problem, route.end_base), legs[-1]))
    else:
        yield _Row("base", (*end, words["back"], _place_name(problem, route.end_base), legs[-1]))


def _supply_row(problem: Problem, supply: Supply, leg: str, words: dict[str, str]) -> _Row:
    """Return the line of a return to the base in the middle of the day."""
    loading = f"{words['load']} {clock(supply.start_minute)}–{clock(supply.leave_minute)}"
    return _Row("base", ("", clock(supply.arrive_minute), loading, _place_name(problem, supply.base_id), leg))


def _lunch_words(problem: Problem, lunch: Lunch, halt: Stop | Supply, words: dict[str, str], language: str) -> str:
    """Return "lunch", and where, when the team waits for the next stop to begin."""
    if lunch.start_minute < halt.arrive_minute:
        return words["lunch"]
    return say(text("Lunch in {village}", village=_place_name(problem, halt.place_id)), language)


def _lunch_row(lunch: Lunch, words: str) -> _Row:
    return _Row("lunch", ("", "", f"{clock(lunch.start_minute)}–{clock(lunch.end_minute)}", words, ""))


def _partner_row(problem: Problem, team_id: str, stop: Stop, words: dict[str, str]) -> _Row:
    """Return the line of another team at the same session: when it arrives, who it is, whom to call."""
    team = problem.team_by_id[team_id]
    reached = "　".join(part for part in (team.name, team.leader, team.phone) if part)
    return _Row("together", ("", clock(stop.arrive_minute), words["together"], reached, ""))


def _legs(problem: Problem, route: Route) -> Iterator[str]:
    """Yield ``12.3 / 25`` for each leg, the way home last; an estimated one is marked."""
    driven = [(halt.leg_metres, halt.leg_minutes) for halt in route.halts]
    driven.append((route.return_metres, route.return_minutes))
    for (metres, minutes), (a, b) in zip(driven, pairwise(place_ids(route)), strict=True):
        mark = "≈ " if is_estimated(problem, route, a, b) else ""
        yield f"{mark}{_kilometres(metres)} / {minutes}"


def _has_guess(problem: Problem, route: Route) -> bool:
    return any(is_estimated(problem, route, a, b) for a, b in pairwise(place_ids(route)))


def _cells(problem: Problem, route: Route, k: int, leg: str, language: str) -> tuple[str, ...]:
    stop = route.stops[k]
    site, rule = problem.site_by_id[stop.site_id], problem.rule_by_task[stop.task]
    return (
        stop_number(route.day, k),
        clock(stop.arrive_minute),
        f"{clock(stop.start_minute)}–{clock(stop.leave_minute)}",
        site.name,
        site.township,
        site.place,
        rule.services or say(rule.called, language),
        leg,
        site.contact,
        site.phone,
        "",
    )


def closures_told(picture: Picture, language: str) -> list[str]:
    """Return a line for each road that is closed in the week: its name, the days and why; the rest is counted."""
    told = [" · ".join(part for part in (road.name, road.words, road.reason) if part) for road in picture.closures]
    more = len(told) - MOST_CLOSURES
    if more <= 0:
        return told
    return [*told[: MOST_CLOSURES - 1], say(text("{count} more closed roads", count=more + 1), language)]


def _paginate(days: Iterable[_DaySheet], room: float) -> Iterator[Sequence[_DaySheet]]:
    """Fill pages with whole days; a day longer than a page gets its own (and the browser breaks it between rows)."""
    page: list[_DaySheet] = []
    for day in days:
        if page and sum(d.height for d in page) + day.height > room:
            yield page
            page = []
        page.append(day)
    if page:
        yield page
