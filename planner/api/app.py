"""The application: its routes, what it answers to faults, and its description."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.types import Receive, Scope, Send

from planner.api import (
    batches,
    changes,
    coverage,
    datasets,
    deletions,
    differences,
    jobs,
    pages,
    plans,
    visits,
    webhooks,
)
from planner.api.access import KeyCheck
from planner.api.datasets import LARGEST_UPLOAD, Store
from planner.api.docs_page import docs_page
from planner.api.openapi import describe, methods_at
from planner.api.problems import HANDLED, answer_fault, problem
from planner.api.room import Room
from planner.api.schemas import Health
from planner.jobs.hosts import Host
from planner.store import Database
from planner.store.keys import holder_of

LARGEST_BODY = 2 * 2**20
MOST_REQUESTS = 300  # at a time, streams of events among them
LARGEST_HEAD = 16_384  # address and headers; the parser bounds only what comes in pieces
UPLOADS = "/v1/datasets"


class Api(FastAPI):
    """FastAPI, but a body that says it is too long is refused as everything else is, and before all else.

    What does not say how long it is, FastAPI counts while it comes. So are requests beyond the most that are answered
    at a time.
    """

    answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        code = _refused_unread(scope) if scope["type"] == "http" else None
        if code is not None:
            await problem(Request(scope), code)(scope, receive, send)
            return
        self.answering += 1
        try:
            if self.answering > MOST_REQUESTS and scope["type"] == "http":
                await problem(Request(scope), "busy")(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)
        finally:
            self.answering -= 1


def _refused_unread(scope: Scope) -> str | None:
    """Return the code for what is refused by its head alone."""
    most = LARGEST_UPLOAD if scope["path"] == UPLOADS else LARGEST_BODY
    if _length(scope) > most or _head(scope) > LARGEST_HEAD:
        return "too_large"
    return "not_found" if "\0" in scope["path"] else None  # it is in no id, and PostgreSQL does not even compare it


def _head(scope: Scope) -> int:
    lines = sum(len(name) + len(value) for name, value in scope["headers"])
    return lines + len(scope.get("raw_path", b"")) + len(scope["query_string"])


def _length(scope: Scope) -> int:
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said[:20]) if said.isdigit() else 0  # 20 digits are too long already


def make_app(database: Database, webhook_hosts: Sequence[Host] = ()) -> FastAPI:
    """Return the API over a store; webhooks may go to these hosts only.

    Raises UnscopedError when a route does not say which role it wants.
    """
    app = Api(
        title="xunzhen",
        version=metadata.version("xunzhen"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        max_body_size=LARGEST_BODY,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.database = database
    app.state.webhook_hosts = tuple(webhook_hosts)
    app.state.uploads = Room(most=24, of_one=4, full="too_many_uploads")  # of 10 MB each
    app.state.streams = Room(most=200, of_one=50, full="too_many_streams")  # each asks the database twice a second
    app.add_middleware(KeyCheck, database=database)
    for fault in HANDLED:
        app.add_exception_handler(fault, _answer)
    for room in (datasets, jobs, batches, plans, pages, changes, differences, visits, coverage, webhooks, deletions):
        app.include_router(room.router)
    _add_public(app)
    described = describe(app)
    app.openapi = lambda: described  # type: ignore[method-assign]  # the way FastAPI documents
    return app


def _answer(request: Request, fault: Exception) -> JSONResponse:
    """Return the answer to a fault; what does not take a method says which ones it takes."""
    answer = answer_fault(request, fault)
    if answer.status_code not in {404, 405, 422}:
        return answer
    taken = methods_at(request.app, request.url.path)
    if not taken or request.method in taken:
        return answer
    refused = problem(request, "method_not_allowed")
    refused.headers["Allow"] = ", ".join(taken)
    return refused


def _add_public(app: FastAPI) -> None:
    """Add what needs no key."""

    @app.get("/health", tags=["server"])
    def get_health(store: Store) -> Health:
        """Tell whether the server and its database answer."""
        holder_of(store, "xz_" + "0" * 43)
        return Health(status="ok", version=app.version)

    @app.get("/openapi.json", include_in_schema=False)
    def get_openapi() -> dict[str, Any]:
        return app.openapi()

    @app.get("/docs", include_in_schema=False)
    def get_docs(_: Request) -> HTMLResponse:
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": policy})
