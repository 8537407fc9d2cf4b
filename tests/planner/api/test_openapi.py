"""The description of the API is complete, says what it did last time, and its examples are what it speaks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from planner.api import batches, coverage_schemas, deletions, schemas, visit_schemas, webhooks
from planner.api.access import Reader
from planner.api.app import make_app
from planner.api.openapi import UnscopedError, describe
from planner.api.problems import CODES, KNOWN
from planner.api.schemas import JobOrder
from tests.planner.api.desk import Desk

ROOMS = (schemas, visit_schemas, coverage_schemas, deletions, webhooks, batches)
COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return each operation with its path and method."""
    return [(path, method, told) for path, methods in document["paths"].items() for method, told in methods.items()]


def test_description_is_the_committed_one(desk: Desk) -> None:
    """Apps are written by docs/openapi.json: a change of it is seen, and meant. The test writes what it found."""
    found = json.dumps(desk.client.get("/openapi.json").json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if not COMMITTED.exists() or COMMITTED.read_text("utf-8") != found:
        COMMITTED.with_suffix(".new.json").write_text(found, "utf-8")
    assert COMMITTED.read_text("utf-8") == found, "compare docs/openapi.new.json with docs/openapi.json"


def test_description_is_of_openapi_3_1(desk: Desk) -> None:
    """The version whose schemas are JSON Schema."""
    assert desk.client.get("/openapi.json").json()["openapi"] == "3.1.0"


def test_every_operation_has_a_role_a_sentence_an_example_and_its_problem(desk: Desk) -> None:
    """Nothing is left to be guessed."""
    for path, method, told in operations(desk.client.get("/openapi.json").json()):
        assert told["x-scope"] in {"none", "read-only", "scheduler", "admin"}, (method, path)
        assert told["description"], (method, path)
        answers = [told["responses"][code] for code in told["responses"] if code.startswith("2")]
        assert all("example" in content for answer in answers for content in answer["content"].values()), (method, path)
        assert "application/problem+json" in told["responses"]["default"]["content"]


def test_examples_are_what_the_api_speaks(desk: Desk) -> None:
    """Each is read by the model that it is an example of."""
    document, read = desk.client.get("/openapi.json").json(), 0
    for _, _, told in operations(document):
        for code, answer in told["responses"].items():
            content = answer.get("content", {}).get("application/json")
            if code.startswith("2") and content:
                name = content["schema"]["$ref"].rpartition("/")[2]
                model = next(getattr(room, name) for room in ROOMS if hasattr(room, name))
                model.model_validate(content["example"])
                read += 1
        if told["operationId"] == "send_job":
            JobOrder.model_validate_json(json.dumps(told["requestBody"]["content"]["application/json"]["example"]))
    assert read == 31


def test_route_that_names_no_role_stops_the_server(desk: Desk) -> None:
    """Forgotten, it would be open to every county: the application is not even made."""
    app = make_app(desk.database)

    @app.get("/v1/forgotten")
    def forgotten() -> str:
        return ""

    with pytest.raises(UnscopedError, match="/v1/forgotten wants 0 roles"):
        describe(app)


def test_hidden_route_wants_a_role_too(desk: Desk) -> None:
    """Left out of the description, it is still there."""
    app = make_app(desk.database)

    @app.get("/v1/hidden", include_in_schema=False)
    def hidden(_: Reader) -> str:
        return ""

    assert "/v1/hidden" not in describe(app)["paths"]

    @app.get("/other", include_in_schema=False)
    def other() -> str:
        return ""

    with pytest.raises(UnscopedError, match="/other"):
        describe(app)


def test_page_of_the_docs_asks_no_other_host(desk: Desk) -> None:
    """An office without the internet reads it too; every operation and every code is on it."""
    page = desk.client.get("/docs")
    assert page.status_code == 200
    assert re.findall(r"""(?:src|href)\s*=\s*["']?(?!/|#)[^"'\s>]+|@import|url\(""", page.text) == []
    assert all(f"id={code}" in page.text for code in CODES)
    assert "/v1/jobs/{job_id}:cancel" in page.text


def test_codes_are_a_closed_list() -> None:
    """What can be answered is what is documented."""
    assert set(CODES) == set(KNOWN)
