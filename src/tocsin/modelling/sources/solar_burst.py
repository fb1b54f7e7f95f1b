"""A solar radio burst: noise through the side lobes of every face that the Sun shines on.

A flux S (W/m2/Hz, half of it in the antenna's polarisation) adds S A / (2 k) to the system temperature, with the
aperture A of an isotropic antenna, L^2 / 4 pi: the mean level of the side lobes of a large array. On 23 May 1967 a
burst so raised the noise of three radars at once that they seemed jammed (Knipp et al., Space Weather 14, 2016).
"""

import math

import numpy as np

from tocsin.core.constants import SPEED_OF_LIGHT_M_S
from tocsin.core.records.sources.radio import SolarBurst
from tocsin.modelling.look_build import Slots
from tocsin.modelling.sources.mechanism import Mechanism, Stage
from tocsin.sensing.sensor import Sensor
from tocsin.sensing.sun import sun_over

SFU = 1e-22
BOLTZMANN_J_K = 1.380649e-23
USUAL_NOISE_K = 500.0
"""System temperature of a radar that does not tell its own."""
BLIND_DB = 20.0
"""From this noise on, at which range falls to a third, a radar calls itself blinded."""
LEAST_DB = 0.5


def noise_db(sensor: Sensor, flux_sfu: float, shone_on: float) -> float:
    """Return the noise (dB above nominal) that a flux makes in a radar, of whose faces a part is shone on."""
    wavelength = SPEED_OF_LIGHT_M_S / sensor.frequency_hz
    kelvin = flux_sfu * SFU * wavelength**2 / (4.0 * math.pi) / (2.0 * BOLTZMANN_J_K)
    nominal = USUAL_NOISE_K if math.isnan(sensor.noise_k) else sensor.noise_k
    return 10.0 * math.log10(1.0 + shone_on * kelvin / nominal)


def noise(source: SolarBurst, stage: Stage, sensor: Sensor, slots: Slots) -> None:
    """Make the looks of a radar noisier, or blind."""
    if sensor.kind != "radar" or sensor.frequency_hz <= 0.0:
        return
    first, last = stage.span(source)
    for k in np.flatnonzero((slots.end > first) & (slots.start < last)):
        middle = int((slots.start[k] + slots.end[k]) // 2)
        shape = math.sin(math.pi * min(max((middle - first) / max(last - first, 1), 0.0), 1.0))
        shone_on, _ = sun_over(sensor, middle)
        loud = noise_db(sensor, source.flux_sfu * shape, shone_on) if shone_on > 0.0 else 0.0
        if loud >= LEAST_DB:
            slots.add_noise(int(k), loud)
        if loud >= BLIND_DB and slots.state[k] != "down":
            slots.state[k] = "blinded"


SOLAR_BURST = Mechanism(noise=noise)
