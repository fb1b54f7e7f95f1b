from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.cli.intake import FedFile, Manifest
from tocsin.cli.replay import differences, read_earlier, read_manifest, sources_of
from tocsin.core.errors import InputError
from tocsin.formats.summary import Digests, Rows, Summary, write_summary


def summary(**changes: Any) -> Summary:
    given: dict[str, Any] = {
        "data_mode": "test", "inputs": {}, "config_sha256": "c", "fingerprint": {"sha256": "f", "cpu": "x"},
        "rows": Rows(2, 2, {}), "digests": Digests("e" * 64, "s" * 64, "d" * 64), "counts": {"looks": 2}, "timing": {},
    }  # fmt: skip
    return Summary(**(given | changes))


def test_equal_runs_have_no_differences_whatever_their_timing() -> None:
    assert differences(summary(), summary(timing={"centre_s": 9.0})) == []


def test_what_differs_is_named_and_the_machine_is_blamed_only_if_it_differs() -> None:
    other = Digests("x" * 64, "s" * 64, "d" * 64)
    said = differences(summary(), summary(digests=other, counts={"looks": 3}))
    assert said[0].startswith("digest of events: eeee")
    assert said[1] == "count of looks: 2 before, 3 now"
    assert "fault of tocsin" in said[2]
    moved = differences(summary(), summary(digests=other, fingerprint={"sha256": "g", "cpu": "y"}))
    assert "cpu" in moved[-1]


def test_a_manifest_leads_to_no_file_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "outside.jsonl").write_text("")
    manifest = Manifest("x", "test", "60", (FedFile("../outside.jsonl", "looks"),))
    (tmp_path / "inputs" / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    assert read_manifest(tmp_path) == manifest
    with pytest.raises(InputError, match="not here"):
        sources_of(tmp_path, manifest)


def test_a_folder_that_is_no_output_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an output folder"):
        read_manifest(tmp_path)
    with pytest.raises(InputError, match="did not finish"):
        read_earlier(tmp_path)
    write_summary(tmp_path / "summary.json", summary())
    assert read_earlier(tmp_path) == summary()
    (tmp_path / "summary.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        read_earlier(tmp_path)
