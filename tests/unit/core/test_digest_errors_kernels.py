"""Canonical bytes and chains, errors that say where, and the cache of compiled kernels."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core import kernels
from tocsin.core.digest import RunningDigest, canonical, sha256_hex
from tocsin.core.errors import InputError, TocsinError, ValueRefused

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
QUICK = settings(max_examples=200, deadline=None, derandomize=True)


class Pair(msgspec.Struct, frozen=True):
    b: float
    a: dict[str, int]


def shuffled(value):
    if isinstance(value, dict):
        return {k: shuffled(value[k]) for k in reversed(list(value))}
    if isinstance(value, list):
        return [shuffled(v) for v in value]
    return value


@QUICK
@given(PLAIN)
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(value):
    assert canonical(shuffled(value)) == canonical(value)
    assert msgspec.json.decode(canonical(value)) == value


def test_a_record_keeps_the_order_of_its_fields_and_sorts_what_is_inside():
    assert canonical(Pair(1.5, {"z": 1, "a": 2})) == b'{"b":1.5,"a":{"a":2,"z":1}}'


def test_sha256_is_the_standard_one():
    # FIPS 180-2, appendix B.1
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@QUICK
@given(st.lists(PLAIN, max_size=6), st.integers(0, 6))
def test_a_saved_chain_goes_on_as_if_never_saved(records, cut):
    whole, first = RunningDigest(), RunningDigest()
    for r in records:
        whole.add(r)
    for r in records[:cut]:
        first.add(r)
    second = RunningDigest(first.value)
    for r in records[cut:]:
        second.add(r)
    assert second.hexdigest() == whole.hexdigest()


def test_the_chain_is_sha256_of_what_was_and_what_comes():
    chain = RunningDigest()
    assert chain.hexdigest() == "00" * 32
    chain.add({"a": 1})
    chain.add([2])
    once = hashlib.sha256(bytes(32) + b'{"a":1}').digest()
    assert chain.value == hashlib.sha256(once + b"[2]").digest()


def test_the_chain_tells_order_and_grouping_apart():
    def of(*records):
        chain = RunningDigest()
        for r in records:
            chain.add(r)
        return chain.hexdigest()

    assert len({of(1, 2), of(2, 1), of(12), of([1, 2]), of(1), of()}) == 6


def test_an_input_error_says_file_line_key_and_what_is_allowed():
    error = InputError("not a number", file="n.toml", line=7, key="range_km", allowed="0 ... 100000")
    assert str(error) == "n.toml:7: `range_km`: not a number (allowed: 0 ... 100000)"
    assert (error.file, error.line, error.key, error.allowed) == ("n.toml", 7, "range_km", "0 ... 100000")
    assert isinstance(error, TocsinError)


def test_an_input_error_leaves_out_what_is_not_known():
    assert str(InputError("no such file")) == "no such file"
    assert str(InputError("cut", file="a.jsonl")) == "a.jsonl: cut"
    assert str(InputError("at the first line", file="a.toml", line=0)) == "a.toml:0: at the first line"


def test_a_refused_value_is_a_value_error_for_readers_and_ours_for_the_command_line():
    assert issubclass(ValueRefused, ValueError) and issubclass(ValueRefused, TocsinError)


def test_every_kernel_file_is_in_the_key_of_the_cache():
    package = Path(kernels.__file__).resolve().parents[1]
    named = {p.resolve() for p in package.rglob("*_kernels.py")}
    assert named and named | {Path(kernels.__file__).resolve()} == set(kernels.kernel_sources())


def test_the_cache_is_keyed_by_every_byte_of_every_kernel_source(tmp_path, monkeypatch):
    first, second = tmp_path / "a_kernels.py", tmp_path / "b_kernels.py"
    first.write_text("x = 1\n")
    second.write_text("y = 1\n")
    monkeypatch.setattr(kernels, "kernel_sources", lambda: [first, second])
    monkeypatch.setenv("TOCSIN_CACHE_DIR", str(tmp_path / "cache"))
    before = kernels.cache_dir()
    assert before == tmp_path / "cache" / f"kernels-{kernels.kernel_hash()}"
    assert kernels.cache_dir() == before
    second.write_text("y = 2\n")
    changed = kernels.cache_dir()
    second.rename(tmp_path / "c_kernels.py")
    monkeypatch.setattr(kernels, "kernel_sources", lambda: [first, tmp_path / "c_kernels.py"])
    assert len({before, changed, kernels.cache_dir()}) == 3


def test_the_cache_is_in_the_users_folder_unless_said_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("TOCSIN_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kernels.cache_dir().parent == tmp_path / "tocsin"


@pytest.mark.parametrize("first", ["import numba", ""])
def test_numba_uses_the_keyed_folder_even_when_it_was_loaded_before(first, tmp_path):
    code = f"{first}\nimport tocsin.core.kernels as k, numba\nprint(numba.config.CACHE_DIR == str(k.cache_dir()))"
    path = os.pathsep.join([str(Path(kernels.__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "TOCSIN_CACHE_DIR": str(tmp_path), "PYTHONPATH": path}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True"


def test_a_kernel_keeps_its_plain_twin():
    @kernels.kernel
    def twice(x: float) -> float:
        return 2.0 * x

    assert twice.py_func(1.5) == 3.0  # type: ignore[attr-defined]
