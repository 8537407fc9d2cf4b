"""What the public is told of a plan: for each village the days, hours, place and services of its visits.

This is the only way from a plan to a village notice or a text message, and it carries nothing else: no contact of a
village, no leader or telephone of a team, no visit of a rule that is not announced (home visits). The telephone is
that of an office.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from planner.follow_ups import is_led
from planner.language import Text, text
from planner.model import Problem, Site, Task, Team
from planner.plan import Plan, Stop
from planner.rules import VisitRule

ROUNDING = 5  # minutes: 08:43 to 11:28 is announced as 08:45 to 11:25
LONGEST_PERIOD = 35  # days on one notice; a longer plan has a notice for each month
MOST_TEAMS = 3  # named one by one; more are named by their institutions

Visit = tuple[date, Task]
Come = Mapping[Visit, Sequence[tuple[str, Stop]]]  # who comes, and each team's stop


def without_homes(problem: Problem) -> Problem:
    """Return the problem in which people's homes go by their id, without address and telephone; itself if none is."""
    if not any(site.is_home for site in problem.sites):
        return problem
    return replace(problem, sites=tuple(_discreet(site) if site.is_home else site for site in problem.sites))


def _discreet(site: Site) -> Site:
    return replace(site, name=site.id, place="", contact="", phone="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One visit as announced: people may come from ``open_minute`` to ``close_minute``."""

    day: date
    open_minute: int
    close_minute: int


@dataclass(frozen=True, slots=True)
class Office:
    """Whom to call: the name of an office (empty: the number is known as such) and its telephone."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOut:
    """A later visit at which results are handed out, and where; an empty place is the same one."""

    session: Session
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The visits for one purpose: what is offered, who comes, what to bring, when results are handed out."""

    title: Text | str
    services: str
    hosts: tuple[str, ...]
    bring: str
    results: str  # in the words of the tables
    handed_out: tuple[HandOut, ...]  # as planned
    offices: tuple[Office, ...]
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Everything a village is told of its visits from ``first_day`` to ``last_day``."""

    site_id: str
    village: str
    township: str
    place: str
    lon: float
    lat: float
    first_day: date
    last_day: date
    offers: tuple[Offer, ...]

    @property
    def offices(self) -> tuple[Office, ...]:
        """Whom to call, each once."""
        return tuple(dict.fromkeys(office for offer in self.offers for office in offer.offices))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The visits that may be told: those of each site, those that follow others, and who comes."""

    problem: Problem
    come: Come
    by_site: Mapping[str, Sequence[Visit]]
    following: Sequence[Visit]
    office_phone: str


def announce(problem: Problem, plan: Plan, *, hotline: str = "", office_phone: str = "") -> tuple[Announcement, ...]:
    """Return an announcement for each period and village with a visit to announce, sorted by period, township, id.

    ``hotline`` is the number to call for everything; without it that of the base of the teams that come, and where
    that has none ``office_phone``.
    """
    told = _told(problem, plan, office_phone)
    found = []
    for days in periods(plan):
        for site_id, visits in told.by_site.items():
            offers = tuple(_offers(told, [visit for visit in visits if days[0] <= visit[0] <= days[1]]))
            if offers:
                found.append(_announcement(problem.site_by_id[site_id], days, offers, hotline))
    return tuple(sorted(found, key=lambda a: (a.first_day, a.township, a.site_id)))


def _told(problem: Problem, plan: Plan, office_phone: str) -> _Told:
    come: dict[Visit, list[tuple[str, Stop]]] = defaultdict(list)
    for route, stop in plan.visits():
        if problem.rule_by_task[stop.task].is_announced:
            come[route.day, stop.task].append((route.team_id, stop))
    by_site: dict[str, list[Visit]] = defaultdict(list)
    visits = sorted(come, key=lambda visit: (visit[0], visit[1].site_id, visit[1].rule_id))
    for visit in visits:
        by_site[visit[1].site_id].append(visit)
    following = [visit for visit in visits if problem.rule_by_task[visit[1]].follows is not None]
    return _Told(problem=problem, come=come, by_site=by_site, following=following, office_phone=office_phone)


def periods(plan: Plan) -> list[tuple[date, date]]:
    """Return the days of each notice, first and last: all of a plan of five weeks, else a month at a time."""
    last = plan.start + timedelta(days=plan.days - 1)
    if plan.days <= LONGEST_PERIOD:
        return [(plan.start, last)]
    found = [plan.start]
    while (after := (found[-1].replace(day=1) + timedelta(days=32)).replace(day=1)) <= last:
        found.append(after)
    ends = [*(start - timedelta(days=1) for start in found[1:]), last]
    return list(zip(found, ends, strict=True))


def _announcement(site: Site, days: tuple[date, date], offers: tuple[Offer, ...], hotline: str) -> Announcement:
    called = (Office("", hotline),) if hotline else ()
    return Announcement(
        site_id=site.id,
        village=site.name,
        township=site.township,
        place=site.place,
        lon=site.lon,
        lat=site.lat,
        first_day=days[0],
        last_day=days[1],
        offers=tuple(replace(offer, offices=called or offer.offices) for offer in offers),
    )


def _offers(told: _Told, visits: Sequence[Visit]) -> Iterator[Offer]:
    """Yield what a site is offered, in the order of the first visits."""
    problem, come = told.problem, told.come
    held: dict[Task, list[date]] = defaultdict(list)
    for day, task in visits:
        held[task].append(day)
    for task, days in held.items():
        rule = problem.rule_by_task[task]
        teams = [problem.team_by_id[key] for key in sorted({team for day in days for team, _ in come[day, task]})]
        yield Offer(
            title=rule.name or text("Mobile hospital visit"),
            services=rule.services,
            hosts=hosts(teams),
            bring=rule.bring,
            results=rule.results,
            handed_out=tuple(_handed_out(told, task, days)),
            offices=_offices(problem, teams, told.office_phone),
            sessions=tuple(_session(rule, day, come[day, task]) for day in days),
        )


def hosts(teams: Sequence[Team]) -> tuple[str, ...]:
    """Return who comes: each team with its institution, or only the institutions of many teams."""
    institutions = tuple(dict.fromkeys(team.institution for team in teams if team.institution))
    if len(teams) > MOST_TEAMS and institutions:
        return institutions
    return tuple(" · ".join(part for part in (team.institution, team.name) if part) for team in teams)


def _offices(problem: Problem, teams: Sequence[Team], office_phone: str) -> tuple[Office, ...]:
    bases = [problem.base_by_id[team.base] for team in teams]
    found = dict.fromkeys(Office(base.name, base.phone) for base in bases if base.phone)
    return tuple(found) or ((Office("", office_phone),) if office_phone else ())


def _session(rule: VisitRule, day: date, come: Sequence[tuple[str, Stop]]) -> Session:
    """Return when people may come: all teams are there, set up, and the time of observation has not begun."""
    is_counted = rule.service.people > 0  # else the whole visit is written as set-up
    before, after = (rule.service.setup_minutes, rule.service.tail_minutes) if is_counted else (0, 0)
    opens = max(stop.start_minute for _, stop in come) + before
    closes = min(stop.leave_minute for _, stop in come) - after
    rounded = -(-opens // ROUNDING) * ROUNDING, closes // ROUNDING * ROUNDING
    if rounded[0] < rounded[1]:
        return Session(day=day, open_minute=rounded[0], close_minute=rounded[1])
    start, leave = min(stop.start_minute for _, stop in come), max(stop.leave_minute for _, stop in come)
    return Session(day=day, open_minute=start, close_minute=leave)


def _handed_out(told: _Told, led: Task, days: Sequence[date]) -> Iterator[HandOut]:
    """Yield the planned visits that follow those of a task, with the place where it is another one."""
    for day, task in told.following:
        rule = told.problem.rule_by_task[task]
        follow = rule.follows
        if follow is None or Task(follow.site_id or task.site_id, follow.rule_id) != led:
            continue
        if is_led(follow, days, day):
            site = told.problem.site_by_id[task.site_id]
            place = "" if site.id == led.site_id else " ".join(part for part in (site.name, site.place) if part)
            yield HandOut(session=_session(rule, day, told.come[day, task]), place=place)
