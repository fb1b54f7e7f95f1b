"""Cues as CCSDS Orbit Ephemeris Messages 2.0 (502.0-B-2), keyword-value notation.

Frame ITRF2014 (the frame of the inside, to a few centimetres), UTC, km and km/s; each state with its covariance.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tocsin.core.errors import ValueRefused
from tocsin.core.records.warnings import Cue
from tocsin.core.time import iso_from_tai
from tocsin.formats.utc import iso_array

FRAME = "ITRF2014"
ORIGINATOR = "TOCSIN"
_KM = 1.0e-3
_NOT_NAME = re.compile(r"[^A-Za-z0-9._:+-]")


def safe_name(text: str) -> str:
    """Return a text that is a file name and a CCSDS value at once."""
    return _NOT_NAME.sub("_", text)[:120].lstrip(".") or "_"


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Turn every error of the message library into ValueRefused."""
    import ccsds_ndm

    try:
        yield
    except (ccsds_ndm.NdmError, ValueError, TypeError) as error:
        raise ValueRefused(f"{what}: {error}") from None


def cue_text(cue: Cue) -> str:
    """Return a cue as OEM 2.0 text, read back and validated; ValueRefused without states or with one not finite."""
    import ccsds_ndm

    n = len(cue.times)
    if n == 0 or not (np.isfinite(cue.states).all() and np.isfinite(cue.covariances).all()):
        raise ValueRefused(f"cue {cue.event}/{cue.track}: no finite states")
    if n > 1 and not (np.diff(cue.times) > 0).all():
        raise ValueRefused(f"cue {cue.event}/{cue.track}: times do not increase")
    epochs = iso_array(cue.times)
    states = (cue.states * _KM).tolist()
    covariances = cue.covariances * (_KM * _KM)
    with _refusing(f"cue {cue.event}/{cue.track}"):
        data = ccsds_ndm.OemData(
            [ccsds_ndm.StateVectorAcc(epochs[i], *states[i]) for i in range(n)],
            covariance_matrix=[ccsds_ndm.OemCovarianceMatrix(epochs[i], covariances[i], FRAME, []) for i in range(n)],
        )
        metadata = ccsds_ndm.OemMetadata(
            safe_name(cue.track),
            safe_name(f"{cue.event}-{cue.track}"),
            epochs[0],
            epochs[-1],
            center_name="EARTH",
            ref_frame=FRAME,
            time_system="UTC",
            interpolation="HERMITE",
            interpolation_degree=max(1, min(7, 2 * n - 1)),
        )
        header = ccsds_ndm.OdmHeader(iso_from_tai(cue.made, 3).removesuffix("Z"), ORIGINATOR, comment=_comments(cue))
        message = ccsds_ndm.Oem(header, [ccsds_ndm.OemSegment(metadata, data)])
        message.version = "2.0"
        text: str = message.to_str("kvn")
        check_oem(text, n)
    return text


def _comments(cue: Cue) -> list[str]:
    return [
        f"DATA_MODE {cue.data_mode}",
        f"RADAR CUE FOR EVENT {safe_name(cue.event)} LEVEL {cue.level} CLASS {safe_name(cue.object_class)}",
        f"ASSESSMENT {safe_name(cue.assessment)}" if cue.assessment else "ASSESSMENT none",
        "PREDICTED STATES OF A SUBORBITAL OBJECT. TO POINT A SENSOR, NOT A WEAPON",
    ]


def check_oem(text: str, states: int) -> None:
    """Check that an OEM text reads back with so many states and covariances; ValueRefused else."""
    import ccsds_ndm

    with _refusing("OEM does not read back"):
        message = ccsds_ndm.Oem.from_str(text, "kvn")
        message.validate()
    data = message.segments[0].data
    if len(data.state_vector) != states or len(data.covariance_matrix) != states:
        raise ValueRefused("OEM reads back with another number of states")
