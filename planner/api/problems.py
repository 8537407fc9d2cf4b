"""Everything that goes wrong is told as one kind of answer (RFC 9457), with a code of a closed list, in two languages.

No answer repeats what was sent: it may hold a name or a telephone number, and answers end up in logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from planner.api.strict import MeaningError
from planner.language import SHIPPED, Text, say, text
from planner.store import StoreUnavailableError
from planner.store.purging import JobsRunningError
from planner.store.records import (
    MissingError,
    ReusedKeyError,
    StaleError,
    TooManyDatasetsError,
    TooManyError,
    TooManyWebhooksError,
    UnpublishedError,
    UnseenError,
)

Code = Literal[
    "bad_request", "busy", "database_unavailable", "dataset_refused", "dataset_too_large", "forbidden",
    "idempotency_key_reused", "internal", "invalid_request", "jobs_running", "method_not_allowed", "move_refused",
    "not_found", "not_published", "precondition_failed", "precondition_required", "rules_broken", "too_large",
    "too_many_datasets", "too_many_jobs", "too_many_streams", "too_many_uploads", "too_many_webhooks", "unauthorized",
    "unsupported_media_type", "webhook_refused",
]  # fmt: skip
CODES: tuple[str, ...] = get_args(Code)
MEDIA_TYPE = "application/problem+json"
MOST_PLACES = 50
# Each code with its status, its title and what to do.
KNOWN: Mapping[str, tuple[int, Text, Text]] = {
    "bad_request": (
        400,
        text("The request cannot be read."),
        text("Send JSON in UTF-8, with numbers that are finite."),
    ),
    "unauthorized": (
        401,
        text("There is no key, or it is not valid any more."),
        text("Send the header Authorization: Bearer KEY; who runs the server makes keys with: xunzhen key create."),
    ),
    "forbidden": (403, text("The key may not do this."), text("Use a key with a higher role.")),
    "not_found": (404, text("There is no such thing in this county."), text("Check the address.")),
    "method_not_allowed": (405, text("The address does not take this method."), text("See /docs.")),
    "jobs_running": (409, text("A job of it runs."), text("Cancel the job, and ask again.")),
    "not_published": (
        409,
        text("The teams do not drive by this revision."),
        text("Tell outcomes of the published revision; publish it first."),
    ),
    "too_many_datasets": (
        409,
        text("The county keeps 300 MB of tables already."),
        text("Delete datasets of which no plan is needed any more."),
    ),
    "too_many_webhooks": (409, text("The county has 10 webhooks already."), text("Delete one that nobody needs.")),
    "precondition_failed": (
        412,
        text("It has been changed since it was read."),
        text("Read it again, and decide again."),
    ),
    "too_large": (
        413,
        text("What was sent is too large."),
        text("Send at most 2 MB of JSON, and tables of at most 10 MB."),
    ),
    "unsupported_media_type": (
        415,
        text("This kind of content is not taken here."),
        text("See /docs for the Content-Type that the address takes."),
    ),
    "invalid_request": (422, text("The request has values that cannot be used."), text("Correct what is listed.")),
    "idempotency_key_reused": (
        422,
        text("The Idempotency-Key came before, with another body."),
        text("Use a new key for a new request."),
    ),
    "dataset_refused": (422, text("The tables cannot be used."), text("Correct what is listed, and send them again.")),
    "dataset_too_large": (
        422,
        text("The tables have more villages or teams than this server plans."),
        text("Plan a part of the county, or ask who runs the server."),
    ),
    "move_refused": (422, text("The move means nothing in this plan."), text("Read the plan again.")),
    "rules_broken": (
        422,
        text("The move would break hard rules."),
        text("See what is listed; send accept_broken_rules to make it all the same."),
    ),
    "webhook_refused": (
        422,
        text("Webhooks may not go to this address."),
        text("Give an https address of a host that who runs the server has named: xunzhen serve --webhook-host."),
    ),
    "precondition_required": (
        428,
        text("A change needs the header If-Match with what was read."),
        text('Send If-Match with the ETag of it: "r1" of a revision, "o1" of an outcome.'),
    ),
    "too_many_jobs": (429, text("Too many jobs of the county are waiting."), text("Wait until some have ended.")),
    "too_many_streams": (
        429,
        text("Too many lines follow jobs of the county."),
        text("Close those that nobody looks at, or ask for the job itself now and then."),
    ),
    "too_many_uploads": (
        429,
        text("Too many tables of the county are being sent."),
        text("Send one after the other."),
    ),
    "internal": (500, text("The server failed."), text("Try again; report it if it returns.")),
    "busy": (503, text("The server is busy."), text("Try again in a moment.")),
    "database_unavailable": (503, text("The database does not answer."), text("Try again in a moment.")),
}
BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "expected")  # of ours, in what pydantic tells
BY_STATUS = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    413: "too_large", 415: "unsupported_media_type", 422: "invalid_request", 503: "busy",
}  # fmt: skip


class ProblemError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, code: Code, **more: object) -> None:
        self.code, self.more = code, more
        super().__init__(code)


def language_of(request: Request) -> str:
    """Return the language that is asked for first, of those spoken here."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        spoken = part.split(";")[0].strip()[:2]
        if spoken in SHIPPED:
            return spoken
    return "en"


def problem_body(code: str, language: str, more: Mapping[str, object]) -> dict[str, object]:
    """Return the members of a problem."""
    status, title, remedy = KNOWN[code]
    return {
        "type": f"/docs#{code}",
        "title": say(title, language),
        "status": status,
        "detail": say(remedy, language),
        "code": code,
        **more,
    }


def problem(request: Request, code: str, **more: object) -> JSONResponse:
    """Return the answer for a code."""
    headers = {"Retry-After": "2"} if KNOWN[code][0] in {429, 503} else {}
    if code == "unauthorized":
        headers["WWW-Authenticate"] = "Bearer"
    body = problem_body(code, language_of(request), more)
    return JSONResponse(body, status_code=KNOWN[code][0], media_type=MEDIA_TYPE, headers=headers)


def places(errors: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, object]]:
    """Return where values cannot be used, and why: with the bound or a sentence, without the values."""
    found: list[dict[str, object]] = []
    for error in errors[:MOST_PLACES]:
        where, told = [str(part)[:60] for part in error["loc"]], error.get("ctx", {})
        if error["type"] == "extra_forbidden":
            where = [*where[:-1], "?"]  # a name of theirs is not repeated
        place: dict[str, object] = {"where": ".".join(where), "fault": str(error["type"])}
        bounds = [told[name] for name in BOUNDS if isinstance(told.get(name), (int, float, str))]
        if bounds:
            place["bound"] = bounds[0]
        if isinstance(told.get("error"), MeaningError):
            place["meaning"] = say(told["error"].said, language)
        found.append(place)
    return found


def answer_fault(request: Request, fault: Exception) -> JSONResponse:
    """Return the answer for anything that was raised on purpose."""
    if isinstance(fault, ProblemError):
        return problem(request, fault.code, **fault.more)
    if isinstance(fault, RequestValidationError):
        errors = fault.errors()
        if any(error["type"] == "json_invalid" for error in errors):
            return problem(request, "bad_request")
        return problem(request, "invalid_request", places=places(errors, language_of(request)))
    if isinstance(fault, StaleError):
        return problem(request, "precondition_failed", head=fault.head)
    for kind, code in (
        (MissingError, "not_found"),
        (ReusedKeyError, "idempotency_key_reused"),
        (TooManyError, "too_many_jobs"),
        (TooManyDatasetsError, "too_many_datasets"),
        (TooManyWebhooksError, "too_many_webhooks"),
        (JobsRunningError, "jobs_running"),
        (UnpublishedError, "not_published"),
        (UnseenError, "precondition_required"),
        (StoreUnavailableError, "database_unavailable"),
        (RecursionError, "bad_request"),
        (UnicodeError, "bad_request"),
        (ClientDisconnect, "bad_request"),  # nobody hears it; without it, the log would tell of a fault of ours
    ):
        if isinstance(fault, kind):
            return problem(request, code)
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    return problem(request, BY_STATUS.get(status, "internal" if status >= 500 else "bad_request"))


HANDLED = (
    ProblemError, RequestValidationError, HTTPException, MissingError, ReusedKeyError, StaleError, TooManyError,
    TooManyDatasetsError, TooManyWebhooksError, JobsRunningError, UnpublishedError, UnseenError, StoreUnavailableError,
    RecursionError, UnicodeError, ClientDisconnect, Exception,
)  # fmt: skip
