"""xunzhen (巡诊): plans the rounds of mobile hospitals.

These are the words of the light core; importing them loads no solver, no map and no table code.
``docs/architecture.md`` shows the rooms of the house; ``planner.service`` is the main job, top to bottom.
"""

from planner.errors import InputError, Issue, ModelError, SolverError, XunzhenError
from planner.evaluation import Evaluation, Violation, evaluate
from planner.model import Base, Calendar, Horizon, Problem, Site, Task, Team, TravelMatrix
from planner.plan import Circuit, Plan, Route, Stop, UnservedVisit
from planner.rules import ServiceTime, VisitRule
from planner.timing import timetable
from planner.values import Window

__all__ = [
    "Base",
    "Calendar",
    "Circuit",
    "Evaluation",
    "Horizon",
    "InputError",
    "Issue",
    "ModelError",
    "Plan",
    "Problem",
    "Route",
    "ServiceTime",
    "Site",
    "SolverError",
    "Stop",
    "Task",
    "Team",
    "TravelMatrix",
    "UnservedVisit",
    "Violation",
    "VisitRule",
    "Window",
    "XunzhenError",
    "evaluate",
    "timetable",
]
