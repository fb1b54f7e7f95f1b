"""`tocsin doctor`: what this machine has, what is missing and how to mend it."""

import importlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from tocsin.cli.exits import DONE, DONE_WITH_REFUSALS
from tocsin.cli.fingerprint import fingerprint, version_of
from tocsin.core.errors import TocsinError
from tocsin.core.kernels import cache_dir

NEEDED_MEMORY_GB = 1.5
NEEDED_DISK_GB = 1.0
State = Literal["ok", "note", "missing"]


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: what was found and, if it is not well, how to mend it."""

    name: str
    state: State
    found: str
    mend: str = ""


def _python() -> Iterator[Finding]:
    found = f"{sys.version.split()[0]} ({sys.executable})"
    well = sys.version_info >= (3, 11)
    yield Finding(
        "python", "ok" if well else "missing", found, "" if well else "install Python 3.11 or newer, then `make demo`"
    )


def _packages() -> Iterator[Finding]:
    try:
        requirements = importlib.metadata.requires("tocsin") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("tocsin", "missing", "not installed as a package", "run `make demo`, or `pip install -e .`")
        return
    yield Finding("tocsin", "ok", version_of("tocsin"))
    for requirement in requirements:
        match = re.match(r"[A-Za-z0-9._-]+", requirement)
        if match is None or ";" in requirement:
            continue
        name = match.group(0)
        version = version_of(name)
        mend = "" if version else f"`pip install --require-hashes -r requirements/run.txt` (needs {requirement})"
        yield Finding(name, "ok" if version else "missing", version or "not installed", mend)


def _kernels() -> Iterator[Finding]:
    folder = cache_dir()
    compiled = len(list(folder.rglob("*.nbc"))) if folder.is_dir() else 0
    parent = next((p for p in (folder, *folder.parents) if p.exists()), folder)
    if not os.access(parent, os.W_OK):
        yield Finding("kernels", "missing", f"{parent} cannot be written", "set TOCSIN_CACHE_DIR to a folder that can")
    elif compiled == 0:
        yield Finding("kernels", "note", f"none compiled in {folder}", "the first run compiles them (about a minute)")
    else:
        yield Finding("kernels", "ok", f"{compiled} compiled in {folder}")


def _loads(name: str, module: str, mend: str) -> Iterator[Finding]:
    try:
        importlib.import_module(module)
    except Exception as error:  # whatever a broken installation raises is what the user has to see
        yield Finding(name, "missing", f"{module} does not load: {type(error).__name__}: {error}", mend)
        return
    yield Finding(name, "ok", f"{module} loads")


def _data() -> Iterator[Finding]:
    from tocsin.modelling.paths import find_scenario

    try:
        yield Finding("scenarios", "ok", str(find_scenario("first-light")))
    except TocsinError as error:
        yield Finding("scenarios", "missing", str(error), "install the wheel anew, or run from the repository")
    from tocsin.formats.schemas import SCHEMAS

    yield Finding("schemas", "ok", f"{len(SCHEMAS)} schemas")
    root = Path(os.environ.get("TOCSIN_SHARED", Path(__file__).resolve().parents[4] / "shared"))
    if (root / "data").is_dir():
        yield Finding("public data", "ok", str(root))
    else:
        mend = "only tests on real data need it: set TOCSIN_SHARED to the folder that holds data/"
        yield Finding("public data", "note", "not here; its tests are skipped", mend)


def _machine() -> Iterator[Finding]:
    memory_gb = _memory_gb()
    well = memory_gb is None or memory_gb >= NEEDED_MEMORY_GB
    found = "unknown" if memory_gb is None else f"{memory_gb:.1f} GB"
    mend = "" if well else f"first-light needs {NEEDED_MEMORY_GB} GB: close other programs or add memory"
    yield Finding("memory", "ok" if well else "missing", found, mend)
    disk_gb = shutil.disk_usage(Path.cwd()).free / 1e9
    mend = "" if disk_gb >= NEEDED_DISK_GB else "free some space, or give --out on another disk"
    yield Finding("disk", "ok" if disk_gb >= NEEDED_DISK_GB else "missing", f"{disk_gb:.1f} GB free here", mend)
    yield Finding("processors", "ok", str(os.cpu_count() or 1))


def _memory_gb() -> float | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (ValueError, OSError, AttributeError):
        return None


def _all() -> Iterator[Finding]:
    install = "`pip install --require-hashes -r requirements/run.txt`"
    yield from _python()
    yield from _packages()
    yield from _kernels()
    yield from _loads("compiler", "llvmlite.binding", install)
    yield from _loads("orbits", "sgp4.api", install)
    yield from _loads("centre", "tocsin.centre.centre", "the installation is damaged: install the wheel anew")
    yield from _guard("data", _data)
    yield from _machine()


def _guard(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:  # a doctor has to finish the examination whatever is broken
        yield Finding(name, "missing", f"{type(error).__name__}: {error}", "install the wheel anew")


def examine(fingerprint_only: bool, out: Path | None, as_json: bool) -> int:
    """Return 0 when nothing is missing, else 1; prints the findings (or only the fingerprint)."""
    if fingerprint_only:
        _write(fingerprint(), "fingerprint.json", out, as_json, as_text=lambda shown: json.dumps(shown, indent=1))
        return DONE
    findings = list(_all())
    parts = fingerprint() if version_of("llvmlite") else {}
    report = {"findings": [msgspec.to_builtins(f) for f in findings], "fingerprint": parts}
    _write(report, "doctor.json", out, as_json, as_text=lambda _: _text(findings, parts))
    return DONE_WITH_REFUSALS if any(f.state == "missing" for f in findings) else DONE


def _text(findings: list[Finding], parts: dict[str, Any]) -> str:
    marks = {"ok": "  ok     ", "note": "  note   ", "missing": "  MISSING"}
    lines = []
    for finding in findings:
        lines.append(f"{marks[finding.state]} {finding.name:18s} {finding.found}")
        if finding.mend:
            lines.append(f"{'':28s} -> {finding.mend}")
    if parts:
        lines.append(f"  fingerprint {parts['sha256'][:16]}: {parts['cpu']['name']}, {parts['libm']}, {parts['blas']}")
    missing = sum(f.state == "missing" for f in findings)
    lines.append("nothing is missing" if not missing else f"{missing} missing: the lines with -> say how to mend it")
    return "\n".join(lines)


def _write(report: Any, name: str, out: Path | None, as_json: bool, as_text: Callable[[Any], str]) -> None:
    body = json.dumps(report, indent=1)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(body + "\n", encoding="utf-8")
    print(body if as_json else as_text(report))
