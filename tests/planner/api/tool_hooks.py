"""What schemathesis cannot know of an upload: the bytes of a county that is read, and others that are not.

Loaded by the tool in a process of its own, which has nothing of ours but the two files that the test names.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

COUNTIES = {
    "application/zip": "XUNZHEN_ZIP",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XUNZHEN_XLSX",
}

NUMBERS = itertools.count(1)
IS_KEY = re.compile(r"[!-~ ]{1,200}").fullmatch
IS_ID = re.compile(r"[0-9a-f]{24}").fullmatch


def as_it_is(_: Any, value: Any) -> Any:
    """Return what is to be sent, which is bytes already; an example of the description is a sentence about them."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


for kind, place in COUNTIES.items():
    county = Path(os.environ[place]).read_bytes()
    schemathesis.serializer(kind)(as_it_is)
    cut_off = st.integers(0, len(county)).map(lambda length, whole=county: whole[:length])
    schemathesis.openapi.media_type(kind, st.one_of(st.just(county), cut_off, st.binary(max_size=300)))


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Put the dataset that is there in the place of one that was made up: else nothing is ever ordered."""
    there = os.environ.get("XUNZHEN_DATASET")
    if not there or not isinstance(body, dict):
        return body
    if isinstance(body.get("dataset_id"), str) and IS_ID(body["dataset_id"]):
        return {**body, "dataset_id": there}
    many = body.get("dataset_ids")
    if isinstance(many, list) and len(many) == 1 and isinstance(many[0], str) and IS_ID(many[0]):
        return {**body, "dataset_ids": [there]}
    return body


@schemathesis.hook
def map_headers(_: Any, headers: Any) -> Any:
    """Give each request an Idempotency-Key of its own: one that came with another body is refused, as is right."""
    if headers is None:
        return None
    return {name: own_key(value) if name.lower() == "idempotency-key" else value for name, value in headers.items()}


def own_key(value: Any) -> Any:
    """Return another key in the place of one that can be used."""
    return f"key {next(NUMBERS)}" if isinstance(value, str) and IS_KEY(value) else value
