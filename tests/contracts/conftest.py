"""A small run that the contract tests share: one missile, all sensors of first-light."""

import shutil
from pathlib import Path

import pytest

from tocsin.cli.exits import DONE
from tocsin.cli.run import run_scenario

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "examples" / "data" / "one-missile.toml"


@pytest.fixture(scope="session")
def one_missile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output folder of a run; tests that change it use `own_copy`."""
    out = tmp_path_factory.mktemp("run") / "one-missile"
    assert run_scenario(str(SCENARIO), out=out, seed=None, catalogue=None, until=None, as_json=True) == DONE
    return out


@pytest.fixture
def own_copy(one_missile: Path, tmp_path: Path) -> Path:
    """Return a copy of the shared run that a test may damage."""
    return Path(shutil.copytree(one_missile, tmp_path / "copy"))
