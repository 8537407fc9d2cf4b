"""What is sent means one thing only: no name twice in an object, and days written as days."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BeforeValidator, WithJsonSchema
from starlette.exceptions import HTTPException

from planner.language import Text, text
from planner.values import FIRST_YEAR, LAST_YEAR


class MeaningError(ValueError):
    """A value that its type allows and its meaning does not: a sentence says why, without the value."""

    def __init__(self, said: Text) -> None:
        self.said = said
        super().__init__(str(said))


DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(sent: object) -> object:
    """Refuse what would be read as a moment in seconds or is no day that anybody plans."""
    if sent is None or type(sent) is date:
        return sent
    if not isinstance(sent, str) or not DAY.fullmatch(sent) or not FIRST_YEAR <= int(sent[:4]) <= LAST_YEAR:
        raise MeaningError(text("A day is written YYYY-MM-DD, in one of the years that tables may have."))
    return sent


def _whole(sent: object) -> object:
    """Take 6.0 for 6: to JSON they are one number, and some programs write all numbers like that. -0.0 is a slip."""
    is_whole = isinstance(sent, float) and sent.is_integer() and str(sent) != "-0.0"
    return int(sent) if is_whole else sent  # type: ignore[call-overload]  # a float, as was asked


YEARS = "20[0-9]{2}|2100"  # those that days may have
WRITTEN_DAY = {"type": "string", "format": "date", "pattern": f"^(?:{YEARS})-[0-9]{{2}}-[0-9]{{2}}$"}
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(WRITTEN_DAY)]
AS_WHOLE = BeforeValidator(_whole)


JSON = "application/json"
MOST_NAMES = 100  # in one object


class StrictRoute(APIRoute):
    """A route that refuses JSON with a name twice in one object: readers differ on which of the two counts.

    And with more names than any request has: to be told what is wrong with each took a second of everybody's time.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()
        known = _parameters(self.dependant)
        takes_json = self.body_field is not None

        async def strictly(request: Request) -> Response:
            if takes_json and not _is_json(request.headers.get("content-type", JSON)):
                raise HTTPException(415)
            _refuse_unknown(request, known)
            return await answer(_StrictRequest(request.scope, request.receive))

        return strictly


def _parameters(wanted: Dependant) -> set[str]:
    """Return the names of all parameters that an operation, or what it depends on, takes after the question mark."""
    own = {field.alias for field in wanted.query_params}
    return own.union(*(_parameters(other) for other in wanted.dependencies))


def _refuse_unknown(request: Request, known: set[str]) -> None:
    """Raise RequestValidationError for a parameter that is not known or comes twice: ?stat= is a slip for ?state=."""
    sent = [name for name, _ in request.query_params.multi_items()]
    if len(set(sent)) < len(sent) or not known.issuperset(sent):
        raise RequestValidationError([{"type": "extra_forbidden", "loc": ("query", "?"), "msg": "", "input": None}])


def _is_json(content_type: str) -> bool:
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    return kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))


class _StrictRequest(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_each_name_once)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise json.JSONDecodeError("a name twice", "", 0)
    if len(found) > MOST_NAMES:
        raise json.JSONDecodeError("too many names", "", 0)
    return found
