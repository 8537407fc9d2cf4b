"""Who asks: every address under /v1 wants a key, and every operation says what role it wants.

The key is looked at before anything of the body is read, so that strangers cannot make the server read anything.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from planner.api.problems import ProblemError, problem
from planner.store import Database, StoreUnavailableError
from planner.store.keys import holder_of
from planner.store.records import Key, Role

bearer = HTTPBearer(auto_error=False, description="A key made with: xunzhen key create")


class KeyCheck:
    """Answers 401 to whoever shows no valid key; lets others pass with what the key opens."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app, self.database = app, database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            key = await run_in_threadpool(holder_of, self.database, shown_secret(request))
        except StoreUnavailableError:
            await problem(request, "database_unavailable")(scope, receive, send)
            return
        if key is None:
            await problem(request, "unauthorized")(scope, receive, send)
            return
        scope["xunzhen.key"] = key
        await self.app(scope, receive, send)


def shown_secret(request: Request) -> str:
    """Return what the request shows as its key."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


class Needs:
    """What an operation wants: a key with at least this role. Gives the key.

    Like all that only looks something up it is ``async``: FastAPI sends each plain function to a thread and back.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, request: Request, _: Annotated[object, Depends(bearer)]) -> Key:
        """Return the key of the request; raises ProblemError when it may not do this."""
        key: Key = request.scope["xunzhen.key"]
        if not key.role.may(self.role):
            raise ProblemError("forbidden")
        return key


Reader = Annotated[Key, Depends(Needs(Role.READER))]
Scheduler = Annotated[Key, Depends(Needs(Role.SCHEDULER))]
Admin = Annotated[Key, Depends(Needs(Role.ADMIN))]
