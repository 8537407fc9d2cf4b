"""What a worker and its child say to each other: a verb and plain values, then bytes; and one problem, under guard.

The child has read bytes that strangers sent. What it answers is therefore read as data: JSON, plans by ``codec``, and
the problem by an unpickler that knows no names but those of the model. The parent runs nothing that the child says.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from planner.errors import XunzhenError
from planner.model import Problem

LARGEST_MESSAGE = 256_000_000
MODEL_MODULES = {
    "planner.balance",
    "planner.calendar",
    "planner.model",
    "planner.rules",
    "planner.values",
}  # fmt: skip
OTHER_NAMES = {
    ("planner.errors", "Where"),  # of a closure: the row to name in a reason
    ("datetime", "date"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.numeric", "_frombuffer"),
}


class UnknownNameError(XunzhenError):
    """A message names something that is no part of a problem."""


@dataclass(frozen=True, slots=True)
class Message:
    """A verb with its values, and bytes that belong to it."""

    verb: str
    values: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""


def send(pipe: Connection, verb: str, payload: bytes = b"", **values: object) -> None:
    """Send one message."""
    head = json.dumps({"verb": verb, **values}, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")
    pipe.send_bytes(len(head).to_bytes(4, "big") + head + payload)


def receive(pipe: Connection) -> Message:
    """Wait for the next message; raises EOFError or OSError when there is nobody to send one."""
    content = pipe.recv_bytes(LARGEST_MESSAGE)
    size = int.from_bytes(content[:4], "big")
    values = json.loads(content[4 : 4 + size].decode("utf-8", "surrogatepass"))
    return Message(values.pop("verb"), values, content[4 + size :])


def pack_problem(problem: Problem) -> bytes:
    """Return the problem as bytes for ``unpack_problem``."""
    return pickle.dumps(problem, protocol=5)


def unpack_problem(content: bytes) -> Problem:
    """Return the problem; raises UnknownNameError when the bytes ask for anything that is not in the model."""
    problem = _ModelUnpickler(io.BytesIO(content)).load()
    if not isinstance(problem, Problem):
        raise UnknownNameError("no problem")
    return problem


class _ModelUnpickler(pickle.Unpickler):
    """Knows the classes of the model and what their fields are made of, and no function that does anything."""

    def find_class(self, module: str, name: str) -> Any:
        """Return the class of that name."""
        found = None
        if module in MODEL_MODULES and "." not in name:
            found = super().find_class(module, name)
        if isinstance(found, type) and found.__module__ == module:
            return found
        if (module, name) in OTHER_NAMES:
            return super().find_class(module, name)
        raise UnknownNameError(f"{module}.{name}")
