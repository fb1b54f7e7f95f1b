"""Rows for `tracks.parquet` and for the space feed, gathered until the shell takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tocsin.core.records.inputs import AZIMUTH, ELEVATION, LOS_X, RANGE, RANGE_RATE, FloatArray, IntArray, Look
from tocsin.core.records.warnings import SpaceObservations
from tocsin.tracking.bank import track_name
from tocsin.tracking.bank_kernels import GLIDING
from tocsin.tracking.filter_kernels import BOOST, DRAG_TOP_M
from tocsin.tracking.tracker import Tracker

_LOWER = tuple((i, j) for i in range(6) for j in range(i + 1))
_ROWS = np.array([i for i, _ in _LOWER])
_COLUMNS = np.array([j for _, j in _LOWER])
REENTRY_RADIUS_M = 6.371e6 + DRAG_TOP_M


class History:
    """What was tracked and seen since the last drain."""

    def __init__(self) -> None:
        self._clear()
        self._seen: dict[str, tuple[list[IntArray], list[FloatArray], list[str]]] = {}
        """By sensor: times and values of each look, and the objects of all rows."""

    def _clear(self) -> None:
        self._chunks: list[dict[str, npt.NDArray[Any]]] = []
        self._sets: list[bytes] = []
        self._named: dict[bytes, tuple[str, ...]] = {}
        """The names of the paths of each of these sets."""
        self._classes: list[str] = []

    def add_tracks(self, tracker: Tracker, slots: list[int], best: dict[int, str]) -> None:
        """Add a row for each of the tracks `slots` as they stand; `best` their classes by slot."""
        bank = tracker.bank
        index = np.array(slots, np.int64)
        states, covariances = tracker.combined(index)
        marks = bank.path_hits[index] > 0
        sets: list[bytes] = marks.view(f"V{marks.shape[1]}").ravel().tolist()
        for one in set(sets) - self._named.keys():
            self._named[one] = tuple(sorted(path for path, yes in zip(bank.paths, one, strict=False) if yes))
        self._sets += sets
        self._classes += [best.get(s) or "unknown" for s in slots] if best else ["unknown"] * len(slots)
        self._chunks.append(
            {
                "time": bank.ts[index],
                "number": bank.columns["number"][index],
                "looks": bank.columns["hits"][index],
                "state": states,
                "covariance": covariances,
                "model": bank.two[index],
                "weight": bank.ws[index, BOOST],
            }
        )

    def add_seen(self, look: Look, rows: IntArray, objects: list[str]) -> None:
        """Add measurements of objects that belong to no event."""
        seen = self._seen.get(look.sensor)
        if seen is None:
            seen = self._seen[look.sensor] = ([], [], [])
        seen[0].append(look.times[rows])
        seen[1].append(look.values[rows])
        seen[2].extend(objects)

    def drain_tracks(self) -> dict[str, npt.NDArray[Any]] | None:
        """Return the rows gathered as columns of `formats.track_table`, None when there are none."""
        if not self._chunks:
            return None
        chunks, classes = self._chunks, self._classes
        paths = np.empty(len(classes), object)
        paths[:] = [self._named[one] for one in self._sets]
        self._clear()
        names = ("time", "number", "looks", "state", "covariance", "model", "weight")
        time, numbers, looks, states, covariances, model, weight = (
            np.concatenate([c[name] for c in chunks]) for name in names
        )
        boost, glide = np.where(model == 1, weight, 0.0), np.where(model == GLIDING, weight, 0.0)
        radius = np.sqrt((states[:, :3] * states[:, :3]).sum(axis=1))
        low = (radius < REENTRY_RADIUS_M).astype(np.float64)
        out: dict[str, npt.NDArray[Any]] = {
            "time": time,
            "track": np.array([track_name(n) for n in numbers.tolist()], object),
            "covariance": covariances[:, _ROWS, _COLUMNS],
            "model_boost": boost,
            "model_free": (1.0 - boost - glide) * (1.0 - low),
            "model_reentry": (1.0 - boost - glide) * low,
            "model_glide": glide,
            "looks": looks.astype(np.int32),
            "class": np.array(classes, object),
        }
        for k, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
            out[name] = states[:, k].copy()
        out["paths"] = paths
        return out

    def drain_observations(self, data_mode: str) -> dict[str, SpaceObservations]:
        """Return the measurements gathered, by sensor."""
        seen, self._seen = self._seen, {}
        out: dict[str, SpaceObservations] = {}
        for sensor, (times, rows, objects) in seen.items():
            values = np.concatenate(rows)
            out[sensor] = SpaceObservations(
                sensor=sensor,
                data_mode=data_mode,
                times=np.concatenate(times),
                objects=tuple(objects),
                range_m=values[:, RANGE].copy(),
                azimuth=values[:, AZIMUTH].copy(),
                elevation=values[:, ELEVATION].copy(),
                range_rate_m_s=values[:, RANGE_RATE].copy(),
                los=values[:, LOS_X : LOS_X + 3].copy(),
            )
        return out
