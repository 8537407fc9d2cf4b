"""Other solvers on the same instances, judged by the same re-check.

``one_model`` is one OR-Tools RoutingModel with a node for each visit. ``pyvrp_days`` and ``vroom_days`` cannot choose
days: both route the days of the same fixed assignment (``assignment``).
"""
