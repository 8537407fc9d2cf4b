"""More than 400 hostile values in every hole of every operation: no 5xx, only problems of the list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from planner.api.app import LARGEST_BODY
from planner.api.datasets import LARGEST_UPLOAD
from planner.api.problems import CODES
from planner.store import Database
from planner.store.batches import cancel_batch
from planner.store.jobs import cancel_job
from tests.databases import IS_LONG
from tests.planner.api.desk import Desk, desk_over
from tests.planner.api.hostile import HEADERS, METHODS, NUMBERS, STRUCTURES, TEXTS, TIMES, Answer, ask, words_in
from tests.planner.api.test_access import SLOW
from tests.planner.api.test_openapi import operations
from tests.planner.api.test_wire import BODIES, REQUESTS

FRAGMENTS = [*NUMBERS, *TIMES, *(json.dumps(said) for said in TEXTS)]
ORDER = {"dataset_id": '"{dataset_id}"'}
MOVE = {"site_id": '"a"', "rule_id": '"weekly"', "to_day": '"2026-03-03"', "to_team": '"one"'}
WISH = {"site_id": '"a"', "rule_id": '"weekly"'}
WEBHOOK = {"url": '"https://other.example.org/"'}
BATCH = {"dataset_ids": '["{dataset_id}"]'}
FIELDS = {
    "/v1/jobs": (ORDER, ("dataset_id", "start", "weeks", "seconds", "rounds", "seed", "with_outcomes")),
    "/v1/plans/{plan_id}/moves": (MOVE, (*MOVE, "from_day", "from_team", "position", "accept_broken_rules")),
    "/v1/plans/{plan_id}/revisions/7:recommend": (WISH, (*WISH, "from_day", "from_team", "limit")),
    "/v1/batches": (BATCH, ("dataset_ids", "start", "weeks", "seconds", "rounds", "seed")),
    "/v1/webhooks": (WEBHOOK, ("url", "kinds")),
}
# The few that are no fault where they stand: what an order takes, and pages of lists.
FITS = {
    "with_outcomes": {"true", "false"},
    "start": {"null"}, "weeks": {"null"}, "seconds": {"54", "60"},
    "rounds": {"null", "54", "301", "1001", "46083", "60"},
    "seed": {"0", "0.0", "54", "301", "1000001", "1001", "46083", "60", "1772409600", "1.5e9"},
    "limit": {"+1", "1.0", "01", "54", "1", "30", "60"}, "after": {"a" * 24}, "number": {"+1", "1.0", "01"},
}  # fmt: skip
JSON = ("content-type", b"application/json")
ORDERS: Mapping[str, Callable[[str], Any]] = {
    "send_job": lambda dataset: {"dataset_id": dataset},
    "send_batch": lambda dataset: {"dataset_ids": [dataset]},
}


def some_for(database: Database, values: list[str]) -> list[str]:
    """Return what is sent: PostgreSQL is the stricter; SQLite, which every other test asks, gets one in four."""
    return values[::4] if database.is_sqlite and not IS_LONG else values


class Judge:
    """Asks as the scheduler of ``sangzhi``, and notes every answer that should not be."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.asked, self.wrong = desk, 0, list[tuple[object, ...]]()
        app = desk.client.app
        assert isinstance(app, FastAPI)
        self.app = app
        self.operations = operations(desk.client.get("/openapi.json").json())
        self.key = ("authorization", desk.headers["scheduler"]["Authorization"].encode())
        self.admin = ("authorization", desk.headers["admin"]["Authorization"].encode())

    async def expect_problem(self, sent: str, method: str, path: str, *, fits: bool = False, **more: Any) -> None:
        """Ask; a problem of the list is right, and a success where the value fits."""
        self.asked += 1
        try:
            answer = await ask(self.app, method, path, **more)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is wrong
            self.wrong.append((method, path[:80], sent[:60], repr(fault)[:200]))
            return
        if answer.status == 202 and path == "/v1/jobs":
            cancel_job(self.desk.database, county_id="sangzhi", job_id=answer.json()["id"])
        if answer.status == 202 and path == "/v1/batches":
            cancel_batch(self.desk.database, county_id="sangzhi", batch_id=answer.json()["id"])
        if not ((fits and answer.status < 300) or is_problem(answer, sent)):
            self.wrong.append((method, path[:80], sent[:60], answer.status, answer.content[:200]))


def is_problem(answer: Answer, sent: str) -> bool:
    """Return whether it is a problem of the closed list that does not repeat what was sent."""
    if not 400 <= answer.status < 500 or answer.headers.get("content-type") != "application/problem+json":
        return False
    said = answer.json()
    repeated = len(sent) > 8 and any(sent in word for word in words_in(said))
    return said["code"] in CODES and said["status"] == answer.status and not repeated


def run(desk: Desk, deed: Callable[[Judge], Coroutine[Any, Any, None]]) -> int:
    """Let a judge ask; fail with what was wrong, and return how much was asked."""
    judge = Judge(desk)
    assert desk.client.portal is not None
    desk.client.portal.call(deed, judge)
    assert judge.wrong == [], json.dumps(judge.wrong[:20], ensure_ascii=True, default=str)
    return judge.asked


def as_sent(fragment: str) -> str:
    """Return the text that a fragment of JSON stands for, or the fragment."""
    try:
        meant = json.loads(fragment)
    except ValueError:
        return fragment
    return meant if isinstance(meant, str) else fragment


def test_corpus_has_more_than_400_values() -> None:
    """No value twice in a list."""
    lists: list[list[Any]] = [NUMBERS, TIMES, TEXTS, STRUCTURES, HEADERS, METHODS, [*REQUESTS, *BODIES]]
    assert all(len(set(values)) == len(values) for values in lists)
    assert sum(len(values) for values in lists) >= 400


@pytest.mark.parametrize("path", FIELDS)
def test_hostile_value_in_a_field_is_refused(desk: Desk, path: str) -> None:
    """Numbers, days and texts in each field of each body, and bodies that are none."""

    async def deed(judge: Judge) -> None:
        usual, fields = FIELDS[path]
        ask_with = partial(judge.expect_problem, method="POST", path=desk.path(path))
        headers = [judge.admin, JSON, ("if-match", b'"r7"')]
        for field in fields:
            for fragment in FRAGMENTS:
                parts = {name: part.format(**desk.ids) for name, part in usual.items()} | {field: fragment}
                body = "{" + ",".join(f'"{name}": {part}' for name, part in parts.items()) + "}"
                fits = fragment in FITS.get(field, ()) and path in {"/v1/jobs", "/v1/batches"}
                await ask_with(as_sent(fragment), headers=headers, body=[body.encode()], fits=fits)
        for body_sent in STRUCTURES:
            await ask_with(repr(body_sent), headers=headers, body=[body_sent])

    assert run(desk, deed) > 180 * len(FIELDS[path][1])


def test_hostile_text_in_an_address_is_refused(database: Database) -> None:
    """In each part of a path, on both databases: PostgreSQL takes no NUL, which is the fault of the sender."""
    texts = some_for(database, TEXTS)

    async def deed(judge: Judge) -> None:
        desk = judge.desk
        for path, method, told in judge.operations:
            ids = desk.ids | ({"plan_id": "0" * 24} if told["operationId"] in SLOW else {})
            for hole in re.findall(r"\{(\w+)\}", path):
                for text in texts:
                    if hole == "team_id" or "/" in text:
                        continue  # any team may be asked for; and a slash is another address
                    shown, fits = path.format(**{**ids, hole: text}), text in FITS.get(hole, ())
                    headers = [judge.key, JSON, ("if-match", b'"r7"')]
                    await judge.expect_problem(text, method.upper(), shown, headers=headers, body=[b"{}"], fits=fits)

    with desk_over(database) as desk:
        assert run(desk, deed) > 10 * len(texts)


def test_hostile_text_in_a_query_is_refused(database: Database) -> None:
    """As limit, cursor, day, number of weeks, dry run."""

    async def deed(judge: Judge) -> None:
        desk = judge.desk
        values = some_for(database, [*TEXTS, *(as_sent(fragment) for fragment in (*NUMBERS, *TIMES))])
        for path, method, told in judge.operations:
            ids = desk.ids | ({"dataset_id": "0" * 24} if told["operationId"] in SLOW else {})
            for hole in (part["name"] for part in told.get("parameters", ()) if part["in"] == "query"):
                for text in dict.fromkeys(values):
                    query = f"{hole}={quote(text.encode('utf-8', 'surrogatepass'), safe='')}".encode()
                    await judge.expect_problem(
                        text, method.upper(), path.format(**ids), query=query, headers=[judge.key, JSON], body=[b"{}"],
                        fits=text in FITS.get(hole, ()),
                    )  # fmt: skip

    with desk_over(database) as desk:
        assert run(desk, deed) > 600


def test_hostile_header_is_refused_or_means_nothing(desk: Desk) -> None:
    """Where it is read it is refused; an operation that does not read it answers as ever. Never a 5xx."""

    async def deed(judge: Judge) -> None:
        read = {
            "if-match": {"send_move", "post_publish"}, "last-event-id": {"get_events"},
            "idempotency-key": {"send_job", "send_batch"}, "authorization": None,
            "content-type": {"send_job", "send_batch", "send_move", "send_wish", "send_webhook", "send_dataset"},
        }  # fmt: skip
        for path, method, told in judge.operations:
            name = told["operationId"]
            body = json.dumps(ORDERS.get(name, lambda _: {})(desk.ids["dataset_id"])).encode()
            for header, value in HEADERS:
                readers = read.get(header, set())
                if name in SLOW or (name == "get_events" and header != "last-event-id"):
                    continue  # a child for each, or events without end
                if name == "send_dataset" and header != "content-type":
                    continue
                shown = [pair for pair in (judge.key, JSON) if pair[0] != header] + [(header, value)]
                fits = (readers is not None and name not in readers) or path == "/health"
                fits = fits or (header, value) in {
                    ("last-event-id", b"1_0"),
                    ("last-event-id", b"+1"),
                    ("if-match", b'"r1"'),
                }
                await judge.expect_problem(
                    value.decode("latin-1"),
                    method.upper(),
                    path.format(**desk.ids),
                    headers=shown,
                    body=[body],
                    fits=fits,
                )

    assert run(desk, deed) > 500


def test_other_methods_are_refused_everywhere(desk: Desk) -> None:
    """Also those that no standard knows, and those that a header asks for."""

    async def deed(judge: Judge) -> None:
        paths = {path for path, _, _ in judge.operations}
        taken = {(path, method.upper()) for path, method, _ in judge.operations}
        for path in sorted(paths):
            for method in METHODS:
                if (path, method) not in taken:
                    shown = [judge.key, ("x-http-method-override", b"GET")]
                    await judge.expect_problem(
                        method * (len(method) > 8), method, path.format(**desk.ids), headers=shown
                    )

    assert run(desk, deed) > 150


def test_name_twice_in_an_object_is_refused(desk: Desk) -> None:
    """Which of two values counts is not for a parser to choose."""
    body = order_of(desk, b', "seconds": 5, "seconds": 300')
    answer = send(desk, body)
    assert (answer.status, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "day", ["0", "-86400", "1772409600", '"1772409600"', '"9999-12-31"', '"1999-12-31"', '"2101-01-01"']
)
def test_day_that_nobody_plans_is_refused(desk: Desk, day: str) -> None:
    """A number is no day, though it could be seconds since 1970; and years are 2000 to 2100, as in the tables."""
    answer = send(desk, order_of(desk, f', "start": {day}'.encode()))
    assert (answer.status, answer.json()["places"][0]["where"]) == (422, "body.start")


@pytest.mark.parametrize(("path", "most"), [("/v1/jobs", LARGEST_BODY), ("/v1/datasets", LARGEST_UPLOAD)])
def test_body_that_says_it_is_too_long_is_not_taken(desk: Desk, path: str, most: int) -> None:
    """One byte more than the limit, or a number of 25 digits: 413 before a byte was taken."""
    for length in (str(most + 1), "9" * 25):
        answer = send(desk, b"x", path, ("content-length", length.encode()))
        assert (answer.status, answer.json()["code"], answer.taken) == (413, "too_large", 0)
    assert send(desk, b"x", path, ("content-length", str(most).encode())).status in {400, 415}


@pytest.mark.parametrize(("path", "most"), [("/v1/jobs", LARGEST_BODY), ("/v1/datasets", LARGEST_UPLOAD)])
def test_body_without_a_length_is_cut_off(desk: Desk, path: str, most: int) -> None:
    """Pieces of 64 kB are counted while they come: at most one more than fits is taken."""
    kind = ("content-type", b"application/zip" if path == "/v1/datasets" else b"application/json")
    answer = send(desk, [b" " * 2**16] * (most // 2**16 + 50), path, kind)
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert answer.taken <= most + 2**16


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/datasets"])
def test_body_that_breaks_off_is_no_fault_of_the_server(desk: Desk, path: str) -> None:
    """The line is gone before the end of the body: nothing is kept, and the log tells of no error."""
    kind = ("content-type", b"application/zip" if path == "/v1/datasets" else b"application/json")
    answer = send(desk, b'{"dataset', path, kind, is_cut_off=True)
    assert answer.status == 400


def order_of(desk: Desk, more: bytes) -> bytes:
    """Return an order with something more in it."""
    return b'{"dataset_id": "' + desk.ids["dataset_id"].encode() + b'"' + more + b"}"


def send(
    desk: Desk, body: bytes | list[bytes], path: str = "/v1/jobs", *headers: tuple[str, bytes], is_cut_off: bool = False
) -> Answer:
    """Send a body as the scheduler."""
    judge = Judge(desk)
    shown = [judge.key, *(() if any(name == "content-type" for name, _ in headers) else (JSON,)), *headers]
    pieces = body if isinstance(body, list) else [body]
    assert desk.client.portal is not None
    return desk.client.portal.call(
        partial(ask, judge.app, "POST", path, headers=shown, body=pieces, is_cut_off=is_cut_off)
    )
