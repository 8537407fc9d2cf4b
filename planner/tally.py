"""Many jobs as one thing: how far they are, and what came of each and of all. The command and the API count alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.language import Text, text
from planner.store import Database
from planner.store.jobs import find_job
from planner.store.plans import read_revision
from planner.store.records import Job, MissingError

FIGURES = ("asked_visits", "planned_visits", "owed_visits", "km", "hours")
WITH_PLAN = ("complete", "some_unserved")
Outcome = str  # that of the job, or "refused": the tables have faults, and there is no job


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A county of a batch: its job, or why it has none."""

    name: str
    county_id: str
    job: Job | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What came of one county: visits, kilometres and team hours of its plan, seconds searched and waited for it."""

    county: str
    county_id: str
    outcome: Outcome
    asked_visits: int | None = None
    planned_visits: int | None = None
    owed_visits: int | None = None
    km: float | None = None
    hours: float | None = None
    searched_seconds: float | None = None
    elapsed_seconds: float | None = None
    plan_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What came of all: how many of each outcome, and the sums over those that have a plan."""

    outcomes: Mapping[Outcome, int]
    asked_visits: int
    planned_visits: int
    owed_visits: int
    km: float
    hours: float
    searched_seconds: float

    @property
    def sentence(self) -> Text:
        """The sums in words."""
        return text(
            "{planned} of {asked} visits planned, {owed} owed; {km} km and {hours} team hours.",
            planned=self.planned_visits, asked=self.asked_visits, owed=self.owed_visits,
            km=round(self.km), hours=round(self.hours),
        )  # fmt: skip


def look(database: Database, members: Sequence[Member]) -> tuple[Member, ...]:
    """Return the members with their jobs as they are now."""
    return tuple(
        member
        if member.job is None or member.job.state == "ended"
        else Member(
            name=member.name,
            county_id=member.county_id,
            job=find_job(database, county_id=member.county_id, job_id=member.job.id),
        )
        for member in members
    )


def count_states(members: Sequence[Member]) -> Mapping[str, int]:
    """Return how many jobs wait, run and have ended, and how many counties were refused."""
    states = ["refused" if member.job is None else member.job.state for member in members]
    return {state: states.count(state) for state in ("queued", "running", "ended", "refused")}


def progress_of(members: Sequence[Member]) -> Text:
    """Return where the batch is, in one sentence."""
    return text("{ended} of {all} counties done, {running} being searched, {queued} waiting.", **_counted(members))


def _counted(members: Sequence[Member]) -> dict[str, int]:
    states = count_states(members)
    return {"all": len(members) - states["refused"], **{k: states[k] for k in ("ended", "running", "queued")}}


def lines_of(database: Database, members: Sequence[Member]) -> Iterator[tuple[Line, bytes | None]]:
    """Yield what came of each county, and its plan where there is one."""
    for member in members:
        plan = _plan_of(database, member)
        yield _line(member, plan), None if plan is None else plan[0]


def _plan_of(database: Database, member: Member) -> tuple[bytes, dict[str, Any]] | None:
    if member.job is None or member.job.plan_id is None:
        return None
    try:
        _, revision = read_revision(database, county_id=member.county_id, plan_id=member.job.plan_id, number=1)
    except MissingError:  # deleted since
        return None
    report: dict[str, Any] = json.loads(revision.made.report)["en"]
    return revision.made.plan, report.get("summary", {})


def _line(member: Member, plan: tuple[bytes, dict[str, Any]] | None) -> Line:
    job = member.job
    if job is None:
        return Line(county=member.name, county_id=member.county_id, outcome="refused")
    figures = {name: plan[1].get(name) for name in FIGURES} if plan is not None else {}
    elapsed = None if job.ended_ms is None else round((job.ended_ms - job.created_ms) / 1000, 1)
    return Line(
        county=member.name,
        county_id=member.county_id,
        outcome=str(job.outcome or job.state),
        searched_seconds=round(job.searched_ms / 1000, 1),
        elapsed_seconds=elapsed,
        plan_id=job.plan_id,
        **figures,
    )


def totals_of(lines: Iterable[Line]) -> Totals:
    """Return the sums of the lines; what a line does not know adds nothing."""
    found = tuple(lines)
    outcomes = [line.outcome for line in found]
    sums: dict[str, Any] = {
        name: sum(getattr(line, name) or 0 for line in found) for name in (*FIGURES, "searched_seconds")
    }
    return Totals(outcomes={outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}, **sums)
