"""The kinds of measurement. A new one is a file here, a list in the network record and a line in `KINDS`."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from tocsin.core.records import inputs
from tocsin.core.records.inputs import FloatArray
from tocsin.core.records.network import Network
from tocsin.sensing.kinds.infrared import compile_satellites, infrared_probability
from tocsin.sensing.kinds.radar import compile_radars, radar_probability
from tocsin.sensing.kinds.telescope import compile_telescopes, telescope_probability
from tocsin.sensing.sensor import Sensor


class Probability(Protocol):
    """The probability of detection in a look of a kind."""

    def __call__(
        self,
        sensor: Sensor,
        searched: str | None,
        noise_db: float,
        place: FloatArray,
        tai_ns: int,
        positions: FloatArray,
        powered: float | FloatArray,
        rcs_dbsm: float | FloatArray,
        intensity: float | FloatArray,
    ) -> FloatArray:
        """Return (n,) probabilities at positions (n, 3), 0 = could not have seen it; the last three for all or (n,)."""


class Kind(NamedTuple):
    """What the rest of the house needs to know of a measurement kind."""

    phenomenology: str
    columns: tuple[int, ...]
    """Columns of `Look.values` that make the measurement."""
    sigmas: tuple[int, ...]
    """Columns of their standard deviations."""
    moving: bool
    """Its place changes in the Earth-fixed frame."""
    compile: Callable[[Network, int], list[Sensor]]
    """Return the network's sensors of this kind; the first has the given index."""
    probability: Probability


KINDS: dict[str, Kind] = {
    "radar": Kind(
        phenomenology="radar",
        columns=(inputs.RANGE, inputs.AZIMUTH, inputs.ELEVATION, inputs.RANGE_RATE),
        sigmas=(inputs.SIGMA_RANGE, inputs.SIGMA_AZIMUTH, inputs.SIGMA_ELEVATION, inputs.SIGMA_RANGE_RATE),
        moving=False,
        compile=compile_radars,
        probability=radar_probability,
    ),
    "infrared": Kind(
        phenomenology="infrared",
        columns=(inputs.LOS_X, inputs.LOS_Y, inputs.LOS_Z),
        sigmas=(inputs.SIGMA_LOS,),
        moving=True,
        compile=compile_satellites,
        probability=infrared_probability,
    ),
    "telescope": Kind(
        phenomenology="optical",
        columns=(inputs.AZIMUTH, inputs.ELEVATION),
        sigmas=(inputs.SIGMA_AZIMUTH, inputs.SIGMA_ELEVATION),
        moving=False,
        compile=compile_telescopes,
        probability=telescope_probability,
    ),
}
