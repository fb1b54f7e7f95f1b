import json
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.cli.exits import BROKEN, INTERRUPTED, UNUSABLE_INPUT, Interrupted, guarded
from tocsin.core.errors import InputError


def _raise(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (InputError("is bad", file="a.toml", line=3, key="x", allowed="1"), UNUSABLE_INPUT, "a.toml:3: `x`: is bad"),
        (Interrupted("stopped"), INTERRUPTED, "stopped"),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted"),
        (FileNotFoundError(2, "No such file", "x.jsonl"), UNUSABLE_INPUT, "x.jsonl: No such file"),
        (MemoryError(), UNUSABLE_INPUT, "memory"),
        (ZeroDivisionError("oops"), BROKEN, "internal error: ZeroDivisionError: oops (test_exits.py:"),
    ],
)  # fmt: skip
def test_every_error_becomes_one_message_and_a_code(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_DEBUG", raising=False)
    assert guarded(lambda: _raise(error), as_json=True) == code
    shown = capsys.readouterr()
    assert text in shown.err
    assert "Traceback" not in shown.err + shown.out
    assert json.loads(shown.out) == {"error": shown.err.removeprefix("tocsin: ").rstrip("\n"), "exit": code}


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_DEBUG", "1")
    assert guarded(lambda: _raise(ValueError("inside"))) == BROKEN
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_error_is_an_exit_code_even_where_nothing_can_be_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOCSIN_DEBUG", raising=False)
    assert guarded(lambda: _raise(InputError("no such file", file="m\udcff.jsonl")), as_json=True) == UNUSABLE_INPUT
    assert "m?.jsonl: no such file" in capsys.readouterr().err
    code = (
        "from tocsin.cli.exits import guarded\n"
        "def fail(): raise FileNotFoundError(2, 'No such file', 'x.jsonl')\n"
        "raise SystemExit(guarded(fail, True))"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (UNUSABLE_INPUT, "tocsin: x.jsonl: No such file\n")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['tocsin', '--help']\n"
        "from tocsin.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'pyarrow', 'scipy', 'rich', 'lxml', 'msgspec', 'ccsds_ndm', 'sgp4'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    for name in ("run", "simulate", "process", "replay", "score", "study", "catalogue", "schema", "verify", "doctor"):
        assert f"\n  {name} " in done.stdout
