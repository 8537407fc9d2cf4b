"""Plans as JSON, versioned: the same text on disk and, later, on the wire.

Reading is strict: unknown fields, wrong types and a newer version are refused with the place in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

from pydantic import TypeAdapter, ValidationError

from planner.errors import InputError, Issue, Where
from planner.language import text
from planner.plan import Plan

PLAN_FORMAT = "xunzhen-plan"
PLAN_VERSION = 1
LARGEST_NUMBER = 2**31


@cache
def _plan_adapter() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)


def dump_plan(plan: Plan) -> bytes:
    """Return the plan as UTF-8 JSON; equal plans give equal bytes."""
    body = _plan_adapter().dump_python(plan, mode="json")
    document = {"format": PLAN_FORMAT, "version": PLAN_VERSION, "plan": body}
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def load_plan(content: bytes, *, file: str) -> Plan:
    """Return the plan in a file's content.

    Raises
    ------
    InputError
        When it is no plan of a version this program reads; names the file and the field.
    """
    document = _read_document(content, file)
    try:
        plan = _plan_adapter().validate_json(json.dumps(document.get("plan")), strict=True)
    except ValidationError as fault:
        raise InputError(_plan_issues(fault, file)) from None
    issues = [_too_large(place, file) for place in _large_numbers(document.get("plan"), "plan")]
    if issues:
        raise InputError(issues[:20])
    return plan


def _large_numbers(value: object, place: str) -> Iterator[str]:
    """Yield where numbers stand that no sum could take: whole numbers in JSON have no end."""
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        yield place
    elif isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _large_numbers(part, f"{place}.{name}")


def _too_large(place: str, file: str) -> Issue:
    problem = text("The number is beyond {largest}.", largest=LARGEST_NUMBER)
    return Issue(Where(file, column=place), problem, text("Correct the field, or plan again."))


def _read_document(content: bytes, file: str) -> dict[str, object]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("format") != PLAN_FORMAT:
        remedy = text("Give the plan.json that xunzhen plan has written.")
        raise InputError([Issue(Where(file), text("This is not a plan of xunzhen."), remedy)])
    version = document.get("version")
    if version != PLAN_VERSION:
        problem = text(
            "The plan has version {found}, but this program reads version {known}.",
            found=repr(version)[:20],
            known=PLAN_VERSION,
        )
        raise InputError([Issue(Where(file), problem, text("Use the program that wrote it, or plan again."))])
    return document


def _plan_issues(fault: ValidationError, file: str) -> list[Issue]:
    return [
        Issue(
            Where(file, column="plan." + ".".join(str(part) for part in error["loc"])),
            text("{message}; found {value}.", message=error["msg"], value=repr(error["input"])[:60]),
            text("Correct the field, or plan again."),
        )
        for error in fault.errors(include_url=False)[:20]
    ]
