"""How many small mistakes in `assessment` and `dissemination` their unit tests find: `python tools/mutation.py`.

Each mutant is run in a forked process that has everything else imported, by the tests that run its statement (all of them where
importing runs it), until one fails. What was found out stands in OUT/results.jsonl, a line a mutant: an interrupted run goes on
where it was; a mutant that survived is tried again when tests have changed, any when its module has. Needs os.fork.
"""

import argparse
import ast
import hashlib
import importlib.abc
import importlib.util
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest
from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("assessment", "dissemination")
TESTS = tuple(f"tests/unit/{layer}" for layer in LAYERS)
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
QUIET = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no", "-W", "ignore")
SECONDS = 30
"""Of processor time, after which a mutant counts as found: it does not end."""
SURVIVED, FOUND, ENDLESS = "survived", "found", "endless"


class Contexts:
    """A pytest plugin that tells coverage which test runs, and keeps how long each took."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured, self.seconds = measured, {}
        self.seconds: dict[str, float] = {}
        self.failed = False

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Tell which test runs, and time it."""
        self.measured.switch_context(item.nodeid)
        started = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - started
        self.measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        self.failed |= report.failed


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module as its mutant."""

    def __init__(self, module: str, path: Path, tree: ast.Module) -> None:
        self.module, self.path, self.tree = module, path, tree

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Return the mutant's specification for its module alone."""
        if name != self.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self.path))

    def exec_module(self, module: Any) -> None:
        """Run the mutant as the module."""
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


def derandomised() -> None:
    """Let hypothesis draw the same cases each time, keep nothing and not look for smaller examples."""
    import hypothesis

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutation", database=None, derandomize=True, deadline=None, phases=phases)
    hypothesis.settings.load_profile("mutation")


def sources() -> dict[str, Path]:
    """Return module -> file of the layers."""
    files = [f for layer in LAYERS for f in sorted((ROOT / "src" / "tocsin" / layer).glob("*.py"))]
    return {f"tocsin.{f.parent.name}.{f.stem}": f for f in files if f.stem != "__init__"}


def sha(*files: Path) -> str:
    """Return a short digest of files."""
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:16]


def which_tests() -> tuple[dict[str, dict[int, set[str]]], dict[str, float]]:
    """Return file -> line -> the tests that run it, and the seconds of every test; ends where a test fails unmutated."""
    measured = coverage.Coverage(data_file=None, source=[str(ROOT / "src" / "tocsin" / layer) for layer in LAYERS])
    plugin = Contexts(measured)
    measured.start()
    code = pytest.main([*QUIET, *TESTS], plugins=[plugin])
    measured.stop()
    if code != 0 or plugin.failed:
        sys.exit("the tests fail without any mutant")
    data = measured.get_data()
    ran: dict[str, dict[int, set[str]]] = {}
    for file in data.measured_files():
        ran[file] = {line: set(names) - {""} for line, names in data.contexts_by_lineno(file).items()}
    return ran, plugin.seconds


def tests_of(mutant: Mutant, path: Path, ran: dict[str, dict[int, set[str]]], seconds: dict[str, float]) -> list[str]:
    """Return the tests that may find a mutant, the quickest first."""
    lines = ran.get(str(path), {})
    chosen = set().union(*(lines.get(line, set()) for line in mutant.lines))
    return sorted(chosen or set(seconds), key=lambda test: (seconds[test], test))


def try_one(mutant: Mutant, path: Path, tests: list[str]) -> str:
    """Return what became of a mutant, in a process of its own."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        for name in [
            n for n in sys.modules if n.split(".")[0] == "tests" or n.startswith(tuple(f"tocsin.{x}" for x in LAYERS))
        ]:
            del sys.modules[name]
        sys.meta_path.insert(0, Mutated(mutant.module, path, mutant.tree()))
        code = 1
        try:
            code = int(pytest.main([*QUIET, *tests]))
        finally:
            os._exit(0 if code == 0 else 1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return ENDLESS if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else FOUND
    return SURVIVED if os.WEXITSTATUS(status) == 0 else FOUND


def equivalent(known: set[str]) -> dict[str, str]:
    """Return id -> reason of the mutants that change nothing anyone could see; ends where one is not there (any more)."""
    listed: dict[str, str] = {}
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" | ")
            listed[name.strip()] = reason.strip()
    stale = sorted(set(listed) - known)
    if stale:
        sys.exit(f"{EQUIVALENT.name} lists what is no mutant: {stale[0]}")
    return listed


def main() -> int:
    """Return 0 when the score is at least `--least`."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--out", type=Path, default=ROOT / "out" / "mutation")
    ask.add_argument("--only", default="", help="modules whose name holds this")
    ask.add_argument("--every", type=int, default=1, help="take every so many-th mutant: a sample")
    ask.add_argument("--least", type=float, default=90.0, help="per cent")
    given = ask.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT)]
    derandomised()
    files = sources()
    everyone = [m for module, path in files.items() for m in mutants(path, module)]
    listed = equivalent({m.id for m in everyone})
    wanted = [m for m in everyone if given.only in m.module][:: given.every]
    results = run(wanted, files, given.out)
    return tell(wanted, results, listed, given.least)


def run(wanted: list[Mutant], files: dict[str, Path], out: Path) -> dict[str, str]:
    """Return id -> what became of each mutant; lines are added to `out`/results.jsonl as they come."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / "results.jsonl"
    tests_sha = sha(*(f for folder in TESTS for f in sorted((ROOT / folder).rglob("*.py"))))
    module_sha = {module: sha(path) for module, path in files.items()}
    results: dict[str, str] = {}
    if file.is_file():
        for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            same = line["module_sha"] == module_sha.get(line["module"])
            if same and (line["tests_sha"] == tests_sha or line["verdict"] != SURVIVED):
                results[line["id"]] = line["verdict"]
            else:
                results.pop(line["id"], None)
    missing = [m for m in wanted if m.id not in results]
    if not missing:
        return results
    ran, seconds = which_tests()
    with file.open("a", encoding="utf-8") as stream:
        for number, mutant in enumerate(missing, 1):
            path = files[mutant.module]
            verdict = try_one(mutant, path, tests_of(mutant, path, ran, seconds))
            results[mutant.id] = verdict
            line = {
                "id": mutant.id, "module": mutant.module, "kind": mutant.kind, "line": mutant.line, "verdict": verdict,
                "module_sha": module_sha[mutant.module], "tests_sha": tests_sha,
            }  # fmt: skip
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            if number % 100 == 0:
                print(f"{number} of {len(missing)}", flush=True)
    return results


def tell(wanted: list[Mutant], results: dict[str, str], listed: dict[str, str], least: float) -> int:
    """Print the survivors and the score by kind; return 0 when it is high enough."""
    total, found = Counter[str](), Counter[str]()
    for mutant in wanted:
        if mutant.id in listed:
            if results[mutant.id] != SURVIVED:
                print(f"listed as equivalent, and found: {mutant.id}")
            continue
        total[mutant.kind] += 1
        found[mutant.kind] += results[mutant.id] != SURVIVED
        if results[mutant.id] == SURVIVED:
            print(f"survived: line {mutant.line}: {mutant.id}")
    for kind in sorted(total):
        print(f"{kind:12s} {found[kind]:5d} of {total[kind]:5d}")
    if not total:
        return 2
    score = 100.0 * sum(found.values()) / sum(total.values())
    same = sum(m.id in listed for m in wanted)
    print(f"mutation score {score:.1f} %: {sum(found.values())} of {sum(total.values())}, {same} equivalent left out")
    return 0 if score >= least else 1


if __name__ == "__main__":
    sys.exit(main())
