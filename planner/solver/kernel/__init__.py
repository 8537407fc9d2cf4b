"""The compiled search: ruin some neighbouring visits, re-pick their days, put them back where it costs least.

Slack induction by string removals (Christiaens & Vanden Berghe 2020) for the ruin, with the periodic twist that a task
taken out leaves all its days and comes back on the cheapest path through its calendar graph, each day priced by its
cheapest insertion. Accepted by simulated annealing on the penalised cost; loads and minutes over the limit are
priced by weights that adapt (Vidal et al. 2012). A rejected step is undone from a log.

A *visit* is the number task * days + day. Visits of a slot form a doubly linked list between two sentinels. Nothing
is allocated here. Names with an underscore belong to this package; ``p`` is the problem as numbers, ``t`` the state.

``state`` shapes, ``compiling`` decorators, ``chance`` dice, ``layout`` and ``timing`` a day's times, ``trips`` several
in a day, ``evenness`` of the work, ``sums`` totals, ``changes`` of routes, ``spots`` the place on a day, ``loyalty``
and ``days`` the days of a task, ``sessions`` those of several teams, ``led`` those of visits that follow others,
``ruin`` what leaves, ``loop`` all.
"""

from planner.solver.kernel.compiling import CACHE
from planner.solver.kernel.loop import Pace, build, load, run
from planner.solver.kernel.state import State, new_state
from planner.solver.kernel.sums import cost, refresh

__all__ = ["CACHE", "Pace", "State", "build", "cost", "load", "new_state", "refresh", "run"]
