"""The numbers the compiled search sees: one shape for a county's problem and for published instances.

Everything is an array or a record array, so that the search needs no dictionary and no object. Units: money is the
unit of cost (one kilometre for a county), time is minutes of a day, load whatever the vehicles are measured in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Records = NDArray[Any]

NEVER = 1e12  # a price or a time that stands for "cannot be"
MAY_BE = NEVER / 2  # prices below this one can be

SLOT = np.dtype(
    [
        ("day", "i8"),
        ("kind", "i8"),  # slots of one day and kind are interchangeable while they are empty
        ("team", "i8"),
        ("party", "i8"),  # whose work its minutes are; 0: nobody's who is compared
        ("profile", "i8"),  # which roads and speed
        ("start", "i8"),  # place where the day begins
        ("end", "i8"),  # place where it ends
        ("stops", "i8"),  # most stops
        ("timed", "i8"),  # 1: times of day matter; 0: only sums do
        ("opens", "f8"),  # first minute of the shift
        ("closes", "f8"),  # last minute of the shift
        ("longest", "f8"),  # most minutes from departure to return
        ("capacity", "f8"),
        ("price", "f8"),  # of using the slot at all
        ("lunch_first", "f8"),  # the break starts from ..
        ("lunch_last", "f8"),  # .. to
        ("lunch_minutes", "f8"),  # 0: no break
        ("team_price", "f8"),  # of using any slot of the team, once for all days
        ("trips", "i8"),  # slots for trips of one team's day, one after the other; 0 or 1: no other
        ("trip", "i8"),  # which of them this is, from 0; the first holds the times of the day
        ("most", "i8"),  # how many of them may be used: spare ones leave room before and after a trip
        ("together", "f8"),  # most minutes of all of them, where there are several (``longest`` is NEVER then)
        ("resupply", "f8"),  # minutes between two of them
        ("purse", "i8"),  # the first slot of the team on any day: its sums count where the team is out
    ]
)
TASK = np.dtype(
    [
        ("place", "i8"),
        ("graph", "i8"),
        ("windows", "i8"),  # how many of the rows of ``starts`` count; 0: any time
        ("one_team", "i8"),  # 1: all visits by one team
        ("minutes", "f8"),
        ("load", "f8"),
        ("weekdays", "i8"),  # on how many the visits may fall before ..
        ("weekday_price", "f8"),  # .. each further one costs this
        ("owed_price", "f8"),  # of one owed visit
        ("team_price", "f8"),  # of each team beyond the first, or beyond the largest crew of a session
        ("part", "i8"),  # which part of a joint session, from 0; 0 where one team suffices
        ("asked", "i8"),  # visits in the horizon; looked at for sessions
        ("others", "i8"),  # how many further parts a session has: the tasks that follow its first part
        ("crew_first", "i8"),  # of a session's first part: where its crews begin in ``crews`` ..
        ("crews", "i8"),  # .. and how many they are
        ("together", "f8"),  # minutes within which the parts of a session start
        ("led", "i8"),  # how many followers a leader has: the tasks after it, whose days are in its graph
        ("behind", "i8"),  # of a follower: how many rows after its leader it stands; 0: it follows nobody
    ]
)
NODE = np.dtype(
    [
        ("day", "i8"),  # -1: an owed visit; in the graph of a leader its k-th follower has k * D + day, and -1 - k
        ("is_end", "i8"),
        ("edges", "i8"),  # where its parents begin in edge_from
        ("owed", "i8"),  # how many owed visits it stands for; 0 on a day
    ]
)


class Instance(NamedTuple):
    """A periodic routing problem as arrays; N tasks, D days, S slots (a team on a day), P profiles, n places.

    A *graph* is the calendar of a task: a directed acyclic graph whose paths from a root to an end are exactly the day
    combinations its rule allows. A node of a graph is a visit on a day, or an owed visit (day -1).

    A joint session is as many tasks as its largest *crew* has teams, one after another: its parts. The k-th team of
    the crew that comes, in order of their numbers, makes the k-th part; the calendar and the prices of owed visits and
    of teams are the first part's.

    Visits that *follow* others some days later have their days in the graph of the task they follow, their leader: its
    paths are day combinations of both. Leader and followers are rows one after another, and leave and return together.
    """

    leg_price: Floats  # (P, n, n) what driving a leg costs; NEVER where there is no road
    leg_minutes: Floats  # (P, n, n)
    slots: Records  # (S,) of SLOT, by day
    day_first: Ints  # (D + 1,) slots of day d are day_first[d] .. day_first[d + 1] - 1
    tasks: Records  # (N,) of TASK
    starts: Floats  # (N, W, 2) first and last minute at which a service may start, by window
    visit_price: Floats  # (N, S) of one visit in a slot, beyond driving; NEVER where it may not be
    graph_first: Ints  # (G + 1,) nodes of graph g are graph_first[g] .. graph_first[g + 1] - 1, parents before children
    nodes: Records  # (nodes + 1,) of NODE; the last one only ends the edges
    edge_from: Ints  # (edges,) a node; a root has no edge
    near: Ints  # (N, K) tasks by nearness, nearest first
    idle_price: Floats  # (1,) of a minute on duty that is neither driving nor service
    weekday: Ints = np.zeros(0, np.int64)  # (D,) 0 is Monday; looked at where a further weekday costs something
    party_days: Floats = np.zeros(1)  # (Q + 1,) on how many days a party could work; row 0 is nobody
    evenness: Floats = np.zeros(2)  # price of an hour outside the band of the workload (0: none asked), spread allowed
    crews: Ints = np.zeros((0, 0), np.int64)  # (C, D + most) on which days a crew may come (1), then its teams, -1

    @property
    def days(self) -> int:
        """The number of days."""
        return len(self.day_first) - 1
