"""Mutants of a module: its syntax tree with one small thing wrong, as a slip of the hand would make it.

Comparisons (boundary and sense), and/or, not, arithmetic, constants (numbers, truth values, texts), conditions negated,
returns emptied, statements left out. Annotations, docstrings, format specifications and asserts are left as they are.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
SKIPPED_FIELDS = {"annotation", "returns", "format_spec", "decorator_list"}


@dataclass(frozen=True)
class Mutant:
    """One mutant: `id` names module, function and what was changed, not the line, so that it outlives edits elsewhere."""

    id: str
    module: str
    kind: str
    line: int
    lines: range
    """Of its statement, without the body; empty at the level of the module or a class, which is run by importing it."""
    path: Path
    site: int
    which: int

    def tree(self) -> ast.Module:
        """Return the module with the mistake in it."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        *_, make = list(_changes(_nth(tree, self.site)))[self.which]
        make()
        return ast.fix_missing_locations(tree)


Change = tuple[str, str, str, Callable[[], None]]
"""kind, old text, new text, and what makes the change in place."""


def mutants(path: Path, module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: dict[str, int] = {}
    for site, (node, scope, lines) in enumerate(_sites(tree)):
        for which, (kind, old, new, _) in enumerate(_changes(node)):
            name = f"{module}:{scope}: {kind}: {old} -> {new}"
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name += f" #{seen[name]}"
            yield Mutant(name, module, kind, getattr(node, "lineno", 0), lines, path, site, which)


def _nth(tree: ast.Module, number: int) -> ast.AST:
    return next(node for k, (node, _, _) in enumerate(_sites(tree)) if k == number)


def _sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str, range]]:
    """Yield (node, scope, line of its statement) of everything that may be changed, in a fixed order."""
    yield from _visit(tree, "", range(0))


def _visit(node: ast.AST, scope: str, statement: range) -> Iterator[tuple[ast.AST, str, range]]:
    yield node, scope, statement
    for field, value in ast.iter_fields(node):
        if field in SKIPPED_FIELDS:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_docstring(child) or _is_literal_type(child):
                continue
            if isinstance(child, ast.Assert):
                continue
            inner, line = scope, statement
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                inner = f"{scope}.{child.name}" if scope else child.name
            in_function = statement or (isinstance(node, ast.FunctionDef) and field == "body")
            if in_function and isinstance(child, ast.stmt):
                line = _header(child)
            yield from _visit(child, inner, line)


def _header(statement: ast.stmt) -> range:
    body = getattr(statement, "body", None)
    last = body[0].lineno if body else (statement.end_lineno or statement.lineno) + 1
    return range(statement.lineno, max(last, statement.lineno + 1))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_literal_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in ("Literal", "dict")


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield the changes of one node; nothing is changed before the last part is called."""
    yield from _operators(node)
    yield from _constants(node)
    yield from _conditions(node)
    yield from _statements(node)


def _operators(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            for other in COMPARE[type(op)]:
                changed = copy.deepcopy(node)
                changed.ops[k] = other()
                yield "comparison", ast.unparse(node), ast.unparse(changed), _setter(node.ops, k, other())
    if isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", ast.unparse(node), type(other_op).__name__.lower(), _attribute(node, "op", other_op)
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in ARITHMETIC:
        other_arithmetic = ARITHMETIC[type(node.op)]()
        yield "arithmetic", ast.unparse(node), type(other_arithmetic).__name__, _attribute(node, "op", other_arithmetic)
    for field, value in ast.iter_fields(node):
        for k, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.UnaryOp) and isinstance(child.op, (ast.Not, ast.USub)):
                put = (
                    _setter(value, k, child.operand)
                    if isinstance(value, list)
                    else _attribute(node, field, child.operand)
                )
                kind = "boolean" if isinstance(child.op, ast.Not) else "arithmetic"
                yield kind, ast.unparse(child), ast.unparse(child.operand), put


def _constants(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Constant) or node.value is None or node.value is Ellipsis:
        return
    old = node.value
    new: object
    if isinstance(old, bool):
        new = not old
    elif isinstance(old, int):
        new = old + 1
    elif isinstance(old, float):
        new = old * 1.5 if old else 1.0
    elif isinstance(old, str):
        new = f"XX{old}"
    else:
        return
    yield "text" if isinstance(old, str) else "constant", repr(old), repr(new), _attribute(node, "value", new)


def _conditions(node: ast.AST) -> Iterator[Change]:
    """Negated conditions; a single comparison or a `not` is negated as an operator."""
    tests: list[tuple[ast.expr, Callable[[ast.expr], Callable[[], None]]]] = []
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        tests.append((node.test, lambda new: _attribute(node, "test", new)))
    if isinstance(node, ast.comprehension):
        for k, one in enumerate(node.ifs):
            tests.append((one, lambda new, k=k: _setter(node.ifs, k, new)))  # type: ignore[misc]
    for test, put in tests:
        simple = isinstance(test, ast.Compare) and len(test.ops) == 1
        if not simple and not isinstance(test, ast.UnaryOp):
            negated = ast.UnaryOp(ast.Not(), copy.deepcopy(test))
            yield "condition", ast.unparse(test), "negated", put(negated)


def _statements(node: ast.AST) -> Iterator[Change]:
    for field in ("body", "orelse"):
        body = getattr(node, field, None)
        if not isinstance(body, list):
            continue
        for k, statement in enumerate(body):
            text = ast.unparse(statement)
            if isinstance(statement, ast.Return) and statement.value is not None:
                if not (isinstance(statement.value, ast.Constant) and statement.value.value is None):
                    yield "return", text, "return None", _setter(body, k, ast.Return(ast.Constant(None)))
            elif _may_go(statement):
                yield "statement", text, "left out", _setter(body, k, ast.Pass())


def _may_go(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.AugAssign, ast.Continue, ast.Break, ast.Raise)):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(part, (ast.Attribute, ast.Subscript)) for one in targets for part in ast.walk(one))


def _setter(items: list, index: int, new: object) -> Callable[[], None]:  # type: ignore[type-arg]
    return lambda: items.__setitem__(index, new)


def _attribute(node: ast.AST, name: str, new: object) -> Callable[[], None]:
    return lambda: setattr(node, name, new)
