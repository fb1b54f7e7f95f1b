"""The house keeps its rules: sizes, imports of kernels, and a centre without clock, random, disk or network."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "tocsin"
MODULES = sorted(PACKAGE.rglob("*.py"))
KERNELS = [path for path in MODULES if path.name.endswith("_kernels.py")]
CENTRE_LAYERS = (
    "detection",
    "catalogue",
    "tracking",
    "identification",
    "prediction",
    "assessment",
    "dissemination",
    "centre",
)
CENTRE = [
    path for path in MODULES if path.relative_to(PACKAGE).parts[0] in CENTRE_LAYERS and path.name not in ("warm.py",)
]
"""`warm.py` compiles kernels before the centre exists and says how long it took."""
OUTSIDE = {
    "os",
    "time",
    "datetime",
    "random",
    "secrets",
    "socket",
    "pathlib",
    "subprocess",
    "tempfile",
    "urllib",
    "uuid",
}
NUMPY_TRANSCENDENTAL = {
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "exp", "log", "log10", "power", "sinh", "cosh",
    "tanh", "expm1", "log1p", "log2", "exp2", "cbrt",
}  # fmt: skip
BLAS = {"dot", "matmul", "inner", "tensordot", "einsum", "linalg", "vdot"}


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_stay_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or node.lineno) - node.lineno + 1 <= 60, node.name


@pytest.mark.parametrize("path", KERNELS, ids=name)
def test_kernels_import_only_what_their_cache_is_keyed_by(path: Path) -> None:
    for module in imports(path):
        allowed = module in ("math", "numpy", "numpy.typing", "numba", "tocsin.core.constants", "tocsin.core.kernels")
        assert allowed or module.endswith("_kernels"), module


@pytest.mark.parametrize("path", CENTRE, ids=name)
def test_the_centre_has_no_clock_random_disk_or_network(path: Path) -> None:
    assert not {module.split(".")[0] for module in imports(path)} & OUTSIDE
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("random", "default_rng"), ast.unparse(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "hash", "id"), ast.unparse(node)


@pytest.mark.parametrize("path", CENTRE, ids=name)
def test_the_centre_uses_no_blas_and_no_numpy_transcendental_outside_kernels(path: Path) -> None:
    kernel = path.name.endswith("_kernels.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)), ast.unparse(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy"):
            assert node.attr not in BLAS, ast.unparse(node)
            assert kernel or node.attr not in NUMPY_TRANSCENDENTAL, ast.unparse(node)


def test_layers_say_what_they_are() -> None:
    for folder in sorted(p for p in PACKAGE.rglob("*") if p.is_dir() and any(p.glob("*.py"))):
        docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert docstring, name(folder)
