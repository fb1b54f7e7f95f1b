"""The one way to compile a numeric kernel: numba, cached, no fastmath, no parallel reduction.

The cache folder is keyed by a hash over every `*_kernels.py` of the package, so a kernel never runs with a stale
callee.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def kernel_sources() -> list[Path]:
    """Return every kernel source file of the package, sorted."""
    root = Path(__file__).resolve().parent.parent
    return [*sorted(root.rglob("*_kernels.py")), Path(__file__).resolve()]


def kernel_hash() -> str:
    """Return 16 hex digits over the bytes of all kernel sources and the folder they stand in (numba keys by path)."""
    h = hashlib.sha256(str(Path(__file__).resolve().parent).encode())
    for path in kernel_sources():
        h.update(path.name.encode())
        h.update(path.read_bytes())
    return h.hexdigest()[:16]


def cache_dir() -> Path:
    """Return the folder of compiled kernels: $TOCSIN_CACHE_DIR, else the user's cache folder."""
    base = os.environ.get("TOCSIN_CACHE_DIR")
    home = Path(base) if base else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tocsin"
    return home / f"kernels-{kernel_hash()}"


os.environ["NUMBA_CACHE_DIR"] = str(cache_dir())

import numba  # noqa: E402  (the cache folder has to be known before numba is loaded)

# numba may have been loaded before, by another package: it would then cache beside the sources, with stale callees.
vars(numba.config)["CACHE_DIR"] = os.environ["NUMBA_CACHE_DIR"]


def _compiled(function: F, counts: bool) -> F:
    # No kernel is handed to C or to another kernel as a value: the wrapper for that would be compiled for nothing.
    options: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True, "no_cfunc_wrapper": True}
    options["_nrt"] = counts  # said in both ways: what is left open is taken from the caller
    compiled = numba.njit(**options)(function)
    template = compiled.get_call_template

    def call_template(args: Sequence[Any], kws: dict[str, Any]) -> Any:
        # numba compiles a callee anew for every constant that it is called with; a number is enough
        plain: Callable[[Any], Any] = numba.types.unliteral
        return template([plain(a) for a in args], {k: plain(v) for k, v in kws.items()})

    compiled.get_call_template = call_template
    return cast(F, compiled)


def kernel(function: F) -> F:
    """Return the compiled form of a numeric function; `.py_func` is its plain twin for tests."""
    return _compiled(function, counts=True)


def lean_kernel(function: F) -> F:
    """Return the compiled form of a numeric function that makes no array and returns none, as `kernel` does.

    Who calls it holds every array that it sees, so it counts no references: each count is a locked access to memory, and in
    small functions on rows of arrays they took more time than the arithmetic. To make an array there does not compile.
    """
    return _compiled(function, counts=False)
