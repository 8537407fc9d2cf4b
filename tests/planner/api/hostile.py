"""Values that no honest app sends, and a way to send them past every client that would mend or refuse them."""

# ruff: noqa: E501 - many odd values, side by side

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

MARK = "王秀英13800138000"  # stands in for what may never be repeated
NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e999", "-0.0", "0.0", "1e-9", "1e308", "1.5", "4.999999", "300.0001",
    "2147483648", "-2147483649", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "18446744073709551616", "1" + "0" * 400, "1" + "0" * 5000, "-1", "0", "54", "301", "1000001",
    "1001", "0x10", "0b1", "1_000", "+1", "01", ".5", "1.", "1e", "--1", "1/2", "true", "false", "null", "[]", "{}", "[1]",
    "[null]", '{"a": 1}', '"1"', '"30"', '"nan"', '"inf"', '"１０"', '"٣"', '"Ⅷ"', '"1,5"', '"1 000"', '"45 min"', '""',
    '" "', '"true"', '"0x10"', '"1e1"',
]  # fmt: skip
TIMES = [
    '"2026-02-29"', '"2026-02-30"', '"2026-13-01"', '"2026-00-10"', '"2026-01-00"', '"0000-01-01"', '"-001-01-01"',
    '"10000-01-01"', '"99999-12-31"', '"2026-1-2"', '"2026/03/02"', '"02.03.2026"', '"20260302"', '"2026-W10-1"',
    '"2026-061"', '"2026-03-02T08:00"', '"2026-03-02T24:00:00"', '"2026-03-02T23:59:60Z"', '"2026-03-02 08:00:00+15:00"',
    '"24:00"', '"today"', '"二〇二六年三月二日"', '"２０２６-０３-０２"', '"2026-03-02 "', '" 2026-03-02"', '"2026-03-02\\u0000"',
    '"2026‑03‑02"', "46083", "60", "1772409600", "1772409600000", "1e10", "-86400", '"1772409600"', '"0"', "1.5e9",
]  # fmt: skip
TEXTS = [
    "", " ", "\t", "\r\n", "a\r\nSet-Cookie: x=1", "\x00", "a\x00b", "\x01", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u202e\u2066",
    "\ufeff", "\ufffd", "\uffff", "\U0010ffff", "𠡩村", "e\u0301" * 50, "é", "ﷺ" * 30, "😀", "\u200b", "x" * 201, "x" * 5000,
    "王" * 3000, "=1+1", "+1", "-1", "=SUM(1)", "＝1+1", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "</script>",
    "<img src=x onerror=alert(1)>", "${7*7}", "{{7*7}}", "{% x", "{# x", "`id`", "$(id)", "%s%n", "%00", "%2e%2e%2f",
    "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\x", "file:///etc/passwd", "//evil.example", "CON", "nul.txt", ".",
    "..", "' OR '1'='1", "\"; DROP TABLE jobs; --", "%' --", "_", "%", "*", "?", "#", ";", ":", ":cancel", ":publish",
    "null", "None", "undefined", "true", "__proto__", "constructor", "a" * 24, "A" * 24, "g" * 24, "0" * 23, "0" * 25,
    "0" * 24 + "\n", "0" * 24 + " ", "０" * 24, "1e3", "-0", "1.0", "01", "９", "٣", "Ⅷ", "1,5", "../", "%c0%af", "\u0130", "ſ", MARK,
]  # fmt: skip
STRUCTURES = [
    b"", b" ", b"\x00", b"{", b"}", b"{}", b"[]", b"[[]]", b"null", b"true", b"0", b'"x"', b"''", b"{'a': 1}", b"{a: 1}",
    b'{"a": 1,}', b'{"a" 1}', b'{"a": }', b'{"a": undefined}', b"// x\n{}", b"/**/{}", b"{} {}", b"{}{}", b"{} trailing",
    b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-16-be"), "{}".encode("utf-32"), b"\xff\xfe", b"\xff",
    b'{"a": "\xff"}', b'{"a": "\xc0\xaf"}', b'{"a": "\xed\xa0\x80"}', b'{"a": "\xf5\x80\x80\x80"}', b'{"a": "\\x"}',
    b'{"a": "\\u12"}', b'{"a": "\n"}', b'{"\\ud800": 1}', b'{"a": "\\udfff"}', b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b"[" + b"1," * 200_000 + b"1]", b'{"":"' + b"x" * 10**6 + b'"}',
    MARK.encode("gb18030"), MARK.encode(), b"PK\x03\x04", b"<xml/>", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
    b"a=1&b=2", b'{"NaN": NaN}', b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"-" + b"9" * 400_000, b"tru", b"nul",
]  # fmt: skip
HEADERS: list[tuple[str, bytes]] = [
    *(
        ("if-match", value)
        for value in (
            b"",
            b" ",
            b"*",
            b'"',
            b'""',
            b"r1",
            b'"r"',
            b'"r-1"',
            b'"r+1"',
            b'"r1.0"',
            b'"r 1"',
            b'"r\xb2"',
            b'"r01"x',
            b'W/"r1"',
            b'"r1", "r2"',
            b'"r99999999999"',
            b'"r' + b"9" * 90 + b'"',
            b"x" * 101,
            b"\x80\xff",
            b'"R1"',
            b'r1"',
            b'"r1',
            b'"r\xef\xbc\x91"',
            b'"r0x1"',
            b'"r1_0"',
            b"null",
            b"{}",
            b'"r1"\x00',
        )
    ),
    *(
        ("last-event-id", value)
        for value in (
            b"",
            b"-1",
            b"1.5",
            b"x",
            b"1e9",
            b"2147483648",
            b"9" * 400,
            b"\xef\xbc\x91",
            b"+1",
            b"1 2",
            b"NaN",
            b"null",
            b"\x80",
            b"0x1",
            b"1_0",
            b"true",
            MARK.encode(),
        )
    ),
    *(("idempotency-key", value) for value in (b"", b"x" * 201, b"x" * 5000, b"\x80" * 300)),
    *(
        ("content-type", value)
        for value in (
            b"",
            b" ",
            b";",
            b"/",
            b"json",
            b"text/json",
            b"text/plain",
            b"application/jso",
            b"application/xml",
            b"application/octet-stream",
            b"application/x-www-form-urlencoded",
            b"multipart/form-data",
            b"multipart/form-data; boundary=" + b"x" * 300,
            b"application/zip",
            b"application/vnd.ms-excel",
            b"\x80\xff",
            b"application/json\x00",
            b"text/csv; charset=gb18030",
            MARK.encode(),
        )
    ),
    *(
        ("authorization", value)
        for value in (
            b"",
            b"Bearer",
            b"Bearer ",
            b"bearer x",
            b"Basic eHg6eHg=",
            b"Bearer xz_",
            b"Bearer xz_" + b"a" * 42,
            b"Bearer xz_" + b"a" * 43,
            b"Bearer xz_" + b"a" * 44,
            b"Bearer xz_" + b"\xe9" * 43,
            b"Bearer " + b"x" * 8000,
            b"Bearer xz_' OR 1=1 --",
            b"Token x",
            b"Bearer \x00",
            b"Bearer null",
            b"Digest username=x",
            b"Bearer\txz_",
            b"Bearer " + MARK.encode(),
            b"xz_" + b"a" * 43,
        )
    ),
    *(
        ("accept-language", value)
        for value in (
            b"",
            b"zh;q=x",
            b"," * 2000,
            b"zh" * 2000,
            b"\x80\xff",
            b"*",
            b"zh-Hant-TW-x-private",
            b";;;",
            b"../../zh",
            b"z\x00h",
        )
    ),
    *(("accept", value) for value in (b"", b"text/plain", b"\x80", b"*/*;q=9")),
    *(("if-none-match", value) for value in (b"*", b'"r1"', b"\x80", b'"' * 500)),
    *(("range", value) for value in (b"bytes=0-", b"bytes=5-1", b"bytes=" + b"0-0," * 1000, b"x")),
]
METHODS = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "PURGE", "get", "post", "", "X" * 500,
]  # fmt: skip


@dataclass(slots=True)
class Answer:
    """What came back, and how much of the body had been taken by then."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    taken: int = 0
    seconds: float = 0.0

    def json(self) -> Any:
        """Return the content as JSON."""
        return json.loads(self.content)


async def ask(
    app: FastAPI,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Iterable[tuple[str, bytes]] = (),
    body: Sequence[bytes] = (b"",),
    is_cut_off: bool = False,
) -> Answer:
    """Ask an application as a server does, with any bytes; ``is_cut_off`` ends the line before the body's end."""
    answer, pieces = Answer(), list(body)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode("utf-8", "surrogatepass"), "query_string": query, "root_path": "",
        "headers": [(name.encode(), value) for name, value in headers], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        answer.taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces) or is_cut_off}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.content += message.get("body", b"")

    began = time.monotonic()
    await app(scope, receive, send)
    answer.seconds = time.monotonic() - began
    return answer


def words_in(said: Any) -> Iterable[str]:
    """Yield every text of a JSON document."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for name, part in said.items():
            yield name
            yield from words_in(part)
    elif isinstance(said, list):
        for part in said:
            yield from words_in(part)
