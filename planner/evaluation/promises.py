"""Rules on what was promised before the plan was made."""

from __future__ import annotations

from collections.abc import Iterator

from planner.evaluation.facts import Facts
from planner.evaluation.result import Violation
from planner.evaluation.words import listing
from planner.follow_ups import unled
from planner.language import text


def pinned(facts: Facts) -> Iterator[Violation]:
    """Yield fixed visits that are not made on their day, or not by their team."""
    for pin in facts.problem.pins:
        subject = f"{pin.site_id}/{pin.rule_id} {pin.day}"
        met = facts.sessions[pin.task].get(pin.day, ())
        if not met:
            sentence = text("{site}: the visit fixed for {day} is not made.", site=facts.called(pin.task), day=pin.day)
        elif pin.team_id is not None and all(visit.team.id != pin.team_id for visit in met):
            sentence = text(
                "{site}: the visit fixed for {day} is made by {found}, not by team {team}.",
                site=facts.called(pin.task),
                day=pin.day,
                found=listing(visit.team.name for visit in met),
                team=facts.problem.team_by_id[pin.team_id].name,
            )
            subject = f"{subject} {pin.team_id}"
        else:
            continue
        yield Violation(rule="pinned", subject=subject, amount=1, unit="visits", sentence=sentence)


def follow_up(facts: Facts) -> Iterator[Violation]:
    """Yield visits that should follow another some days later, and follow none."""
    for task, leader in facts.problem.leader_by_task.items():
        follow = facts.problem.rule_by_task[task].follows
        if follow is None:
            continue
        for day in unled(follow, facts.leading(task), facts.sessions[task]):
            sentence = text(
                "{site}: visited on {day}, but no visit of {leader} {low} to {high} days before is left to follow.",
                site=facts.called(task),
                day=day,
                leader=facts.called(leader),
                low=follow.min_days,
                high=follow.max_days,
            )
            subject = f"{task.site_id}/{task.rule_id} {day}"
            yield Violation(rule="follow_up", subject=subject, amount=1, unit="visits", sentence=sentence)
