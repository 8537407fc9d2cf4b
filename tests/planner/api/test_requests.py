"""What is sent is checked before it is used: the answer is a problem of the closed list, never a 5xx."""

from __future__ import annotations

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from planner.api.datasets import WORKBOOK
from planner.api.problems import CODES
from planner.store.jobs import list_jobs
from tests.planner.api.desk import Desk

PERSONAL = ("王秀英", "138-0013-8000", "wang.xiuying")
NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e400", "-0.0", "true", "null", '"nan"', '"30"', "2147483648", "9007199254740993",
    "9223372036854775808", "1" + "0" * 5000, '"３０"', '"1,5"', '"45 min"', "[]", "{}", "0", "-1", "1e-9", "301",
    "4.99",
]  # fmt: skip
DAYS = ['"2026-02-29"', '"2026-13-01"', '"0000-00-00"', '"9999-12-32"', "20260302", '"24:00"', '""', "[]", '"二〇二六"']
TEXTS = [
    "\\u0000", "\\ud800", "\\u202e", "x" * 5000, "", "=1+1", "</script>", "${x}", "{{7*7}}", "{%", "\\r\\n",
    "\\u001b[2J",
    "../../etc/passwd", "' OR 1=1 --", "𠡩",
]  # fmt: skip


def order(desk: Desk, **changes: str) -> str:
    """Return a job's order as JSON, with parts of it replaced by whatever is given."""
    parts = {"dataset_id": f'"{desk.ids["dataset_id"]}"', **changes}
    return "{" + ", ".join(f'"{name}": {value}' for name, value in parts.items()) + "}"


def send(desk: Desk, content: bytes | str, kind: str = "application/json", **headers: str) -> Any:
    shown = {**desk.headers["scheduler"], "Content-Type": kind, **headers}
    return desk.client.post("/v1/jobs", content=content, headers=shown)


def assert_problem(answer: Any) -> None:
    """A 4xx, of the closed list, and without what was sent."""
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert body["code"] in CODES
    assert body["status"] == answer.status_code
    assert not any(part in answer.text for part in PERSONAL)


@pytest.mark.parametrize("field", ["seconds", "weeks", "rounds", "seed"])
@pytest.mark.parametrize("number", NUMBERS)
def test_number_that_is_none_is_refused(desk: Desk, field: str, number: str) -> None:
    """23 of them in 4 fields; those that a field takes are taken."""
    fits = {"null": {"weeks", "rounds"}, "0": {"seed"}, "301": {"rounds", "seed"}}
    if field in fits.get(number, ()):
        return
    assert_problem(send(desk, order(desk, **{field: number})))


@pytest.mark.parametrize("day", DAYS)
def test_day_that_is_none_is_refused(desk: Desk, day: str) -> None:
    """The calendar is asked, not only the shape."""
    assert_problem(send(desk, order(desk, start=day)))


@pytest.mark.parametrize("text", TEXTS)
def test_odd_text_is_refused_and_not_repeated(desk: Desk, text: str) -> None:
    """As an id, as the name of a field, in an address, as a cursor."""
    assert_problem(send(desk, order(desk, dataset_id=f'"{text}"')))
    assert_problem(send(desk, order(desk, **{text or " ": "1"})))
    plain = text.encode().decode("unicode_escape", "ignore") if "\\u" in text else text
    address = "".join(f"%{byte:02x}" for byte in plain.encode("utf-8", "surrogatepass")) or "%20"
    for path in (f"/v1/jobs/{address}", f"/v1/plans/{address}/revisions/1", f"/v1/plans?after={address}"):
        assert_problem(desk.client.get(path, headers=desk.headers["scheduler"]))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", "{}".encode("utf-16"),
        b"{} trailing",
        b"[" * 100_000, b'{"a":' * 100_000, b'{"dataset_id": 1, "dataset_id": 2}',
        "王秀英 138-0013-8000".encode("gb18030"),
    ],
)  # fmt: skip
def test_body_that_is_no_order_is_refused(desk: Desk, body: bytes) -> None:
    """Empty, cut off, in another encoding, nested without end."""
    assert_problem(send(desk, body))


def test_unknown_fields_are_refused_and_not_named(desk: Desk) -> None:
    """A field that is not known is a mistake of the app; its name may be anybody's."""
    answer = send(desk, order(desk, **{"王秀英": '"138-0013-8000"'}))
    assert_problem(answer)
    assert answer.json()["places"] == [{"where": "body.?", "fault": "extra_forbidden"}]


def test_what_cannot_be_used_is_told_with_its_bound_or_a_sentence(desk: Desk) -> None:
    """An app that shows the answer helps: where, the bound, and what a value of the right type gets wrong."""

    def told(language: str = "en", **changes: str) -> list[dict[str, Any]]:
        headers = {**desk.headers["scheduler"], "Content-Type": "application/json", "Accept-Language": language}
        answer = desk.client.post("/v1/jobs", content=order(desk, **changes), headers=headers)
        assert answer.status_code == 422
        return list(answer.json()["places"])

    assert told(weeks="0") == [{"where": "body.weeks", "fault": "greater_than_equal", "bound": 1}]
    (day,) = told(start='"02.03.2026"')
    assert (day["where"], day["meaning"]) == (
        "body.start",
        "A day is written YYYY-MM-DD, in one of the years that tables may have.",
    )
    assert told("zh-CN", start='"02.03.2026"')[0]["meaning"].startswith("日期写作")
    nothing = desk.client.post("/v1/jobs", json={}, headers=desk.headers["scheduler"]).json()["places"]
    assert {"where": "body.dataset_id", "fault": "missing"} in nothing


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x" * 300]
)
def test_order_of_another_kind_is_refused(desk: Desk, kind: str) -> None:
    """JSON says that it is JSON."""
    assert_problem(send(desk, order(desk), kind))


@pytest.mark.parametrize(
    "kind", ["application/json", "text/csv", "", "application/vnd.ms-excel", "multipart/form-data"]
)
def test_upload_of_another_kind_is_refused(desk: Desk, kind: str) -> None:
    """Workbooks and archives only; told before the body is read."""
    headers = {**desk.headers["scheduler"], "Content-Type": kind}
    answer = desk.client.post("/v1/datasets", content=b"PK", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"])
def test_other_methods_are_refused(desk: Desk, method: str) -> None:
    """Nothing is deleted by accident."""
    answer = desk.client.request(method, "/v1/jobs", headers=desk.headers["scheduler"])
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST"


def test_address_of_several_operations_allows_all_their_methods(desk: Desk) -> None:
    """Each is a route of its own; the header (RFC 9110) tells of all of them."""
    for path, allowed in (("/v1/datasets/{dataset_id}", "DELETE, GET"), ("/v1/jobs/{job_id}:cancel", "POST")):
        answer = desk.client.request("PATCH", desk.path(path), headers=desk.headers["scheduler"])
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/v1/jobs/{job_id}:cancel", "/v1/plans/{plan_id}/revisions/{number}:recommend"])
def test_named_operation_takes_its_own_method_only(desk: Desk, path: str) -> None:
    """Its address could be read as an id or a number with a colon: whoever asks with GET hears that it wants POST."""
    answer = desk.client.get(desk.path(path), headers=desk.headers["scheduler"])
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_address_that_is_none_stays_unknown(desk: Desk) -> None:
    """Nothing is there that could take another method."""
    answer = desk.client.get("/v1/nothing", headers=desk.headers["scheduler"])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_whole_number_may_be_written_with_a_point(desk: Desk) -> None:
    """6.0 is 6 to JSON, and some programs write every number like that."""
    answer = send(desk, order(desk, rounds="6.0", weeks="2.0", seed="3.0"))
    assert answer.status_code == 202
    assert [answer.json()[name] for name in ("rounds", "weeks", "seed")] == [6, 2, 3]


def test_json_of_2_mb_passes_and_one_byte_more_does_not(desk: Desk) -> None:
    """Refused for what it says, and for how long it is."""
    body = order(desk).encode()
    passed = send(desk, body + b" " * (2 * 2**20 - len(body)))
    assert passed.status_code == 202
    refused = send(desk, body + b" " * (2 * 2**20 - len(body) + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_endless_chunks_are_cut_off(desk: Desk) -> None:
    """A body that does not say how long it is is counted while it comes."""
    sent = []

    def chunks() -> Any:
        for _ in range(1000):
            sent.append(1)
            yield b" " * 2**16

    answer = desk.client.post(
        "/v1/jobs", content=chunks(), headers={**desk.headers["scheduler"], "Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_upload_over_10_mb_is_refused_unread(desk: Desk) -> None:
    """By its length alone."""
    headers = {**desk.headers["scheduler"], "Content-Type": "application/zip"}
    answer = desk.client.post("/v1/datasets", content=b"x" * (10 * 2**20 + 1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(("kind", "content"), [("application/zip", b"PK no archive"), (WORKBOOK, b"PK no workbook")])
def test_upload_that_cannot_be_read_is_refused_with_a_reason(desk: Desk, kind: str, content: bytes) -> None:
    """Read by a child; the reason is a sentence with its place."""
    answer = desk.client.post(
        "/v1/datasets", content=content, headers={**desk.headers["scheduler"], "Content-Type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "dataset_refused")
    assert "damaged" in answer.json()["issues"][0]["sentence"]


def test_tables_with_faults_are_refused_with_all_of_them(desk: Desk) -> None:
    """Three cells of two tables, each by file, row and column, in the language asked for."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("villages.csv", "id,name,lon,lat,rule\na,A,here,29,weekly\nb,B,110,there,weekly\n")
        archive.writestr("bases.csv", "id,name,lon,lat\nbase,Base,110,29\n")
        archive.writestr("teams.csv", "id,name,base\none,One,nowhere\n")
        archive.writestr("rules.csv", "id,visits,per\nweekly,1,week\n")
    headers = {**desk.headers["scheduler"], "Content-Type": "application/zip", "Accept-Language": "zh"}
    answer = desk.client.post("/v1/datasets", content=buffer.getvalue(), headers=headers)
    issues = answer.json()["issues"]
    assert answer.status_code == 422
    found = {(issue["file"], issue["row"], issue["column"]) for issue in issues}
    assert {("villages.csv", 2, "lon"), ("villages.csv", 3, "lat"), ("teams.csv", 2, "base")} <= found
    assert "第 2 行" in issues[0]["sentence"]


def test_why_tables_cannot_be_planned_is_told_again(desk: Desk) -> None:
    """A job says only that the input is at fault; this says where. Here the bytes kept are no archive at all."""
    path = desk.path("/v1/datasets/{dataset_id}/issues?start=2026-03-02&weeks=1")
    answer = desk.client.get(path, headers=desk.headers["read-only"])
    assert (answer.status_code, answer.json()["is_plannable"]) == (200, False)
    assert "damaged" in answer.json()["issues"][0]["sentence"]


def test_same_key_gives_the_same_job_and_another_body_is_refused(desk: Desk) -> None:
    """202 each time with one Location; 422 for a key that is used again for something else."""
    answers = [send(desk, order(desk, seed="7"), **{"Idempotency-Key": "monday"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert answers[0].headers["Retry-After"] == "2"
    other = send(desk, order(desk, seed="8"), **{"Idempotency-Key": "monday"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_50_requests_at_once_with_one_key_make_1_job(desk: Desk) -> None:
    """All of them are given the same one."""
    before = len(list_jobs(desk.database, county_id="sangzhi", limit=100))
    body = order(desk, seed="9")
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: send(desk, body, **{"Idempotency-Key": "at once"}), range(50)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(list_jobs(desk.database, county_id="sangzhi", limit=100)) == before + 1


def test_events_go_on_after_the_last_one_heard(desk: Desk) -> None:
    """A cancelled job has three: a listener that has heard one gets the rest, and the stream ends."""
    job = send(desk, order(desk, seed="11")).json()["id"]
    cancelled = desk.client.post(f"/v1/jobs/{job}:cancel", headers=desk.headers["scheduler"])
    assert (cancelled.status_code, cancelled.json()["outcome"]) == (202, "nothing_found")
    for last, kinds in ((None, ["queued", "ended"]), ("1", ["ended"]), ("2", [])):
        headers = {**desk.headers["read-only"], **({} if last is None else {"Last-Event-ID": last})}
        with desk.client.stream("GET", f"/v1/jobs/{job}/events", headers=headers) as stream:
            said = "".join(stream.iter_text())
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert [line[7:] for line in said.splitlines() if line.startswith("event: ")] == kinds
    data = [json.loads(line[6:]) for line in said.splitlines() if line.startswith("data: ")]
    assert data == []


def test_revision_tells_what_it_was_made_from(desk: Desk) -> None:
    """Circuits, visits owed, the report in one language, the hash of the tables; its tag is its number."""
    answer = desk.client.get(desk.path("/v1/plans/{plan_id}/revisions/1"), headers=desk.headers["read-only"])
    body = answer.json()
    assert (answer.headers["ETag"], body["number"], body["made_by"]) == ('"r1"', 1, "search")
    assert body["plan"]["circuits"][0]["team_id"] == "one"
    assert body["report"]["cost"] == 1.0
    assert len(body["dataset_sha256"]) == 64
    missing = desk.client.get(desk.path("/v1/plans/{plan_id}/revisions/2"), headers=desk.headers["read-only"])
    assert missing.status_code == 404


def test_lists_are_read_a_page_at_a_time(desk: Desk) -> None:
    """Pages of two hold every job once."""
    for seed in ("21", "22", "23"):
        send(desk, order(desk, seed=seed))
    seen, after = [], None
    while True:
        params = {"limit": "2", **({} if after is None else {"after": after})}
        page = desk.client.get("/v1/jobs", params=params, headers=desk.headers["read-only"]).json()
        seen += [job["id"] for job in page["items"]]
        if (after := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == len(list_jobs(desk.database, county_id="sangzhi", limit=100))


def test_personal_words_are_in_no_row_of_jobs_and_in_no_answer(desk: Desk) -> None:
    """A name and a telephone number in the key of a request and in a header leave no trace in the store."""
    send(desk, order(desk, seed="31"), **{"Idempotency-Key": PERSONAL[2]})
    with desk.database.reading() as connection:
        from planner.store.tables import METADATA

        rows = [str(row) for table in METADATA.sorted_tables for row in connection.execute(table.select())]
    assert not any(part in row for row in rows for part in PERSONAL)


def test_json_is_said_to_be_json(desk: Desk) -> None:
    """Sent as text it is refused by its kind, not for its values."""
    body = json.dumps({"dataset_id": desk.ids["dataset_id"]})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        headers = {**desk.headers["scheduler"], "Content-Type": kind}
        answer = desk.client.post("/v1/jobs", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), kind


def test_names_by_the_thousand_are_not_told_one_by_one(desk: Desk) -> None:
    """Nor by the hundred thousand, which took a second of everybody's time."""
    body = json.dumps({"dataset_id": desk.ids["dataset_id"], **{f"n{k}": 1 for k in range(100_000)}})
    headers = {**desk.headers["scheduler"], "Content-Type": "application/json"}
    answer = desk.client.post("/v1/jobs", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "query", ["stat=ended", "state=ended&state=queued", "limit=1&limit=2", "State=ended", "state="]
)
def test_parameter_that_is_not_known_is_told(desk: Desk, query: str) -> None:
    """A slip of the pen would list everything, and nobody would know; what was sent is not repeated."""
    answer = desk.client.get(f"/v1/jobs?{query}", headers=desk.headers["read-only"])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["places"][0]["where"].startswith("query.")
    assert "stat=" not in answer.text
    assert desk.client.get("/v1/jobs?state=ended", headers=desk.headers["read-only"]).status_code == 200
