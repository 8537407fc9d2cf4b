"""The tables of the supervisor summary on what came of visits before the plan."""

from __future__ import annotations

from maps.paging import Block, Table
from maps.summary_tables import NO_VALUE, Facts, columns_of, one, people, percent
from planner.debt_words import debt_sentence
from planner.evaluation import RuleSeen, debts, villages_seen, weighted_share, worst_tenth
from planner.language import text
from planner.seen_report import WHY_WORDS, days_told, in_order, seen_answer, worst_first

MOST_ROWS = 40  # of the villages seen worst; the sheet of circuits.xlsx has them all


def missed_tables(facts: Facts) -> list[Table]:
    """Return what was missed before the plan and when it returns; nothing where nothing is known to be missed."""
    found = debts(facts.problem, facts.plan)
    if not found:
        return []
    words = {"in_time": text("returns"), "late": text("late"), "owed": text("owed")}
    columns = columns_of(facts, (text("State"), 20, ""), (text("Visits missed before the plan"), 0, ""))
    ordered = sorted(found, key=lambda debt: (debt.state == "in_time", debt.task))
    blocks = [
        Block(rows=((facts.say(words[debt.state]), facts.say(debt_sentence(facts.problem, debt))),)) for debt in ordered
    ]
    title = text("Visits missed before the plan ({count})", count=len(found))
    return [Table(title=facts.say(title), columns=columns, blocks=tuple(blocks))]


def seen_tables(facts: Facts) -> list[Table]:
    """Return whether every village was seen before the plan, the worst first; nothing where nothing is told."""
    days = days_told(facts.past)
    if days is None:
        return []
    villages = villages_seen(facts.problem.sites, facts.past, days)
    columns = columns_of(
        facts,
        (text("Village"), 36, ""),
        (text("What is asked"), 0, ""),
        (text("Held of demanded"), 18, "number"),
        (text("Missed"), 13, "number"),
        (text("Why"), 36, ""),
        (text("Last held"), 20, "number"),
        (text("Longest wait, days"), 18, "number"),
    )
    lines = [
        (village.site.name, rule)
        for village in worst_first(villages)
        for rule in village.rules
        if rule.kept < rule.demanded or rule.is_gap_kept is False
    ]
    shares = text(
        "Share of the visits demanded that were held: {villages} of the villages, {people} of the people; in the "
        "worst-served tenth of the villages {worst}. ▲: longer than the rule allows.",
        villages=percent(weighted_share(villages, one)),
        people=percent(weighted_share(villages, people)),
        worst=percent(worst_tenth(villages, one)),
    )
    notes = [facts.say(seen_answer(villages, days)), facts.say(shares)]
    if len(lines) > MOST_ROWS:
        more = text("{count} more lines stand in circuits.xlsx.", count=len(lines) - MOST_ROWS)
        notes.append(facts.say(more))
    nothing = Block(rows=((facts.say(text("Every village was seen as its rules demand.")),),), look="group")
    blocks = [Block(rows=((name, *_cells(facts, rule)),)) for name, rule in lines[:MOST_ROWS]]
    title = facts.say(text("Seen before the plan"))
    return [Table(title=title, notes=tuple(notes), columns=columns, blocks=tuple(blocks) or (nothing,))]


def _cells(facts: Facts, rule: RuleSeen) -> tuple[str, ...]:
    why = [f"{facts.say(WHY_WORDS[why])} {times}" for why, times in in_order(rule.reasons).items()]
    return (
        facts.say(rule.rule.called),
        f"{rule.kept} / {rule.demanded}",
        f"{rule.missed}",
        "; ".join(why),
        str(rule.last_held) if rule.last_held else NO_VALUE,
        f"{'▲ ' if rule.is_gap_kept is False else ''}{rule.longest_gap_days}",
    )
