"""Where the real public data stand that are not in this repository; tests on them skip where it is absent."""

import os
from pathlib import Path

import pytest


def shared(relative: str) -> Path:
    """Return the path of a file of the shared public data, or skip the test."""
    root = Path(os.environ.get("TOCSIN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    path = root / relative
    if not path.exists():
        pytest.skip(f"public data not here: {relative} (set TOCSIN_SHARED)")
    return path
