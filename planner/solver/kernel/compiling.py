"""How functions become machine code: the decorators of this package. Nothing but these imports numba."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

from planner.solver.machine_code import choose_cache

CACHE = choose_cache()  # before numba is imported: it looks once

from numba import njit  # noqa: E402

# numba asks scipy for linear algebra as soon as machine code is loaded: 0.4 s for what nothing here uses.
_BLAS = "scipy.linalg.cython_blas"
if _BLAS not in sys.modules:
    sys.modules[_BLAS] = None  # type: ignore[assignment]  # "there is none"
    import numba.np.arraymath  # noqa: F401

    del sys.modules[_BLAS]

F = TypeVar("F", bound=Callable[..., Any])
_njit = cast(Callable[..., Any], njit)  # its types do not know of ``_nrt`` and the wrappers

# Reference counts (``_nrt``) made the search fifty times slower, so nothing may be allocated; wrappers for calls from
# Python are made only where Python calls. Functions are copied into their callers, by LLVM or, the smallest, before it:
# a call hands over all arrays of an instance and a state, three hundred words, which took a third of the time. But
# each copy is compiled again, with all that it calls: what has one caller is ``small`` whatever its length, what few
# counties need is ``apart``, and the first plan is built by the very loop that searches. Whole numbers are all 64 bits
# wide: each other width would compile the functions it reaches once more.
_bare = {"cache": True, "nogil": True, "_nrt": False}
entry: Callable[[F], F] = _njit(**_bare)
compiled: Callable[[F], F] = _njit(**_bare, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)
apart: Callable[[F], F] = _njit(**_bare, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # called: most never need it
small: Callable[[F], F] = _njit(inline="always", _nrt=False)
