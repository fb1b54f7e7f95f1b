"""`tracks.parquet`: the history of every track, a row an update."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.formats.atomic import PART, naming
from tocsin.formats.utc import unix_ns_array

COVARIANCE_VALUES = 21
SCHEMA = pa.schema(
    [
        pa.field("time_utc", pa.timestamp("ns", tz="UTC"), nullable=False),
        pa.field("track", pa.string(), nullable=False),
        *(pa.field(name, pa.float64(), nullable=False) for name in ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")),
        pa.field("covariance", pa.list_(pa.float64(), COVARIANCE_VALUES), nullable=False),
        pa.field("model_boost", pa.float64(), nullable=False),
        pa.field("model_free", pa.float64(), nullable=False),
        pa.field("model_reentry", pa.float64(), nullable=False),
        pa.field("model_glide", pa.float64(), nullable=False),
        pa.field("looks", pa.int32(), nullable=False),
        pa.field("paths", pa.list_(pa.string()), nullable=False),
        pa.field("class", pa.string(), nullable=False),
    ],
    metadata={
        "frame": "Earth-fixed (ITRF), m, m/s",
        "covariance": "lower triangle by rows of x_m, y_m, z_m, vx_m_s, vy_m_s, vz_m_s",
    },
)
STATE = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")
_MODELS = ("model_boost", "model_free", "model_reentry", "model_glide")


class TrackTableWriter:
    """Writes the table as it grows; the file appears under its name, whole, when the writer is closed."""

    def __init__(self, path: Path, group_rows: int = 65_536) -> None:
        self.path = path
        self.rows = 0
        self._part = path.with_name(path.name + PART)
        with naming(path):
            self._writer: pq.ParquetWriter | None = pq.ParquetWriter(self._part, SCHEMA, compression="zstd")
        self._group_rows = group_rows
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0

    def append(self, chunk: dict[str, npt.NDArray[np.generic]]) -> None:
        """Add rows. Keys: `time` (n, int64 TAI ns) and the table's columns but `time_utc`.

        `covariance` is (n, 21); `paths` an object array of sequences of text. Raises ValueError for wrong shapes.
        """
        batch = _batch(chunk)
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self.rows += batch.num_rows
        if self._pending_rows >= self._group_rows:
            self._flush()

    def _flush(self) -> None:
        if self._pending and self._writer is not None:
            table = pa.Table.from_batches(self._pending)
            self._pending, self._pending_rows = [], 0
            with naming(self.path):
                self._writer.write_table(table)

    def close(self) -> None:
        """Write what is left and the footer, then give the file its name; safe to call twice."""
        if self._writer is None:
            return
        try:
            self._flush()
            with naming(self.path):
                self._writer.close()
        except OSError:
            self._part.unlink(missing_ok=True)
            raise
        finally:
            self._writer = None
        self._part.replace(self.path)


def _batch(chunk: dict[str, npt.NDArray[np.generic]]) -> pa.RecordBatch:
    time = np.asarray(chunk["time"], np.int64)
    n = len(time)
    covariance = np.asarray(chunk["covariance"], np.float64)
    if covariance.shape != (n, COVARIANCE_VALUES):
        raise ValueError(f"covariance has shape {covariance.shape}, not ({n}, {COVARIANCE_VALUES})")
    arrays = [pa.array(unix_ns_array(time), pa.int64()).cast(SCHEMA.field("time_utc").type), _texts(chunk["track"])]
    arrays += [pa.array(np.asarray(chunk[name], np.float64)) for name in STATE]
    arrays.append(pa.FixedSizeListArray.from_arrays(pa.array(covariance.reshape(-1)), COVARIANCE_VALUES))
    arrays += [pa.array(np.asarray(chunk[name], np.float64)) for name in _MODELS]
    arrays.append(pa.array(np.asarray(chunk["looks"], np.int32)))
    arrays.append(_path_lists(chunk["paths"]))
    arrays.append(_texts(chunk["class"]))
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _texts(values: npt.NDArray[np.generic]) -> pa.Array:
    return pa.array([str(v) for v in values], pa.string())


def _path_lists(values: npt.NDArray[np.generic]) -> pa.Array:
    """Return list<string>; the few distinct path sets of a run are encoded once each."""
    rows = [tuple(v) for v in values]
    known: dict[tuple[str, ...], int] = {}
    index = [known.setdefault(row, len(known)) for row in rows]
    distinct = pa.array([list(row) for row in known], SCHEMA.field("paths").type)
    return distinct.take(pa.array(index, pa.int64()))


def read_tracks(path: Path) -> pa.Table:
    """Return the whole table."""
    return pq.read_table(path)
