"""The description of the API: what FastAPI knows, and for each operation its role, its example and its problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import compile_path

from planner.api.access import Needs
from planner.api.examples import ANSWERS, BODIES
from planner.api.problems import MEDIA_TYPE
from planner.api.schemas import EventAnswer, ProblemAnswer

PUBLIC = {"/health", "/docs", "/openapi.json"}
ABOUT = (
    "Plans the rounds of mobile hospitals. Send tables, order a plan, follow the search, read circuits. Every answer "
    "that is no success is a problem (RFC 9457) with a code of a closed list; sentences are in the language of "
    "Accept-Language (zh or en). Times have an offset, durations are in seconds, degrees are WGS-84."
)


class UnscopedError(Exception):
    """A route under /v1 that does not say which role it wants."""


def scope_of(route: RouteContext) -> str:
    """Return the role a route wants, "none" for those that are open to all; raises UnscopedError."""
    wanted = [part.call.role.value for part in route.dependant.dependencies if isinstance(part.call, Needs)]
    if route.path in PUBLIC and not wanted:
        return "none"
    if len(wanted) != 1:
        raise UnscopedError(f"{route.path} wants {len(wanted)} roles; say which one, with Reader, Scheduler or Admin")
    return str(wanted[0])


def routes_of(app: FastAPI) -> Iterator[RouteContext]:
    """Yield every route, also those of the routers that the application includes."""
    yield from iter_route_contexts(app.routes)


def methods_at(app: FastAPI, path: str) -> list[str]:
    """Return the methods that an address takes, for the header Allow (RFC 9110); none: there is no such address.

    "/v1/jobs/x:cancel" is meant as the operation of that name, though "x:cancel" could be an id.
    """
    fits = [route for route in routes_of(app) if route.path and compile_path(route.path)[0].match(path)]
    literal = {str(route.path): len(re.sub(r"{\w+}", "", str(route.path_format))) for route in fits}
    meant = [route for route in fits if literal[str(route.path)] == max(literal.values())]
    return sorted({method for route in meant for method in route.methods or ()})


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the API, the same each time."""
    document = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=ABOUT, routes=app.routes
    )
    for route in routes_of(app):
        scope = scope_of(route)
        for method in route.methods or () if route.include_in_schema else ():
            _complete(document["paths"][route.path_format][method.lower()], str(route.name), scope)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for model in (ProblemAnswer, EventAnswer):  # of no operation by itself
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return document


def _complete(operation: dict[str, Any], name: str, scope: str) -> None:
    """Put in the role, the example and the problem."""
    operation["operationId"] = name
    operation["x-scope"] = scope
    problem = {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {"description": "A problem.", "content": {MEDIA_TYPE: problem}}
    for code, response in operation["responses"].items():
        if code.startswith("2"):
            for content in response.get("content", {}).values():
                content["example"] = ANSWERS[name]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if content["schema"].get("format") != "binary":  # of bytes there is no example in JSON
            content["example"] = BODIES[name]
