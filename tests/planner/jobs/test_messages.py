"""What a child says is data: a message that asks for anything else is refused."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from multiprocessing import Pipe

import pytest

from planner.jobs.messages import UnknownNameError, pack_problem, receive, send, unpack_problem
from planner.model import Problem
from planner.opening import open_county
from tests.builders import tiny_problem
from tests.end_to_end.small_county import ROOT


class Calls:
    """Pickled, it asks for a call when it is read."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Return what is to be called."""
        return self.call


def test_problem_survives_the_way() -> None:
    """Sites, teams, calendar and the travel matrix arrive as they were."""
    problem = tiny_problem()
    arrived = unpack_problem(pack_problem(problem))
    assert isinstance(arrived, Problem)
    assert (arrived.sites, arrived.teams, arrived.calendar) == (problem.sites, problem.teams, problem.calendar)
    assert (arrived.travel[0].minutes == problem.travel[0].minutes).all()


@pytest.mark.parametrize("name", ["bishan", "daoxian", "qinyuan", "sangzhi", "yixing"])
def test_problem_of_every_sample_survives_the_way(name: str) -> None:
    """Closures with their rows, owned townships, sessions, homes: all of it is allowed through, and arrives."""
    problem = open_county(ROOT / "data" / "samples" / name, start=None, weeks=None).problem
    arrived = unpack_problem(pack_problem(problem))
    assert (arrived.sites, arrived.teams, arrived.calendar) == (problem.sites, problem.teams, problem.calendar)
    assert [each.closures for each in arrived.openings] == [each.closures for each in problem.openings]


@pytest.mark.parametrize(
    "asked",
    [
        Calls(os.system, "true"),
        Calls(eval, "1"),
        Calls(OrderedDict),
        {"not": "a problem"},
        Calls(getattr, tiny_problem, "__globals__"),
    ],
)
def test_message_that_asks_for_a_call_is_refused(asked: object) -> None:
    """Nothing is called, whatever its name."""
    with pytest.raises(UnknownNameError):
        unpack_problem(pickle.dumps(asked))


def test_message_keeps_its_values_and_bytes() -> None:
    """Odd letters too: tables may hold halves of characters."""
    ours, theirs = Pipe()
    send(ours, "refused", b"\x00bytes", issues=["\ud800 桑植"], weeks=None)
    heard = receive(theirs)
    assert (heard.verb, heard.payload) == ("refused", b"\x00bytes")
    assert heard.values == {"issues": ["\ud800 桑植"], "weeks": None}
    ours.close()
    theirs.close()
