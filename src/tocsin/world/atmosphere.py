"""US Standard Atmosphere 1976 over arrays of heights."""

import numpy as np
import numpy.typing as npt

from tocsin.world.atmosphere_kernels import density_many, pressure_many, speed_of_sound_many, temperature_many

FloatArray = npt.NDArray[np.float64]


def density_kg_m3(height_m: npt.ArrayLike) -> FloatArray:
    """Return densities (kg/m3) at geometric heights (m), same shape; see `atmosphere_kernels.density`."""
    h = np.asarray(height_m, np.float64, order="C")
    out = np.empty(h.size)
    density_many(h.reshape(-1), out)
    return out.reshape(h.shape)


def speed_of_sound_m_s(height_m: npt.ArrayLike) -> FloatArray:
    """Return speeds of sound (m/s) at geometric heights (m), same shape; see `atmosphere_kernels.speed_of_sound`."""
    h = np.asarray(height_m, np.float64, order="C")
    out = np.empty(h.size)
    speed_of_sound_many(h.reshape(-1), out)
    return out.reshape(h.shape)


def temperature_k(height_m: npt.ArrayLike) -> FloatArray:
    """Return kinetic temperatures (K) at geometric heights (m), same shape; see `atmosphere_kernels.temperature`."""
    h = np.asarray(height_m, np.float64, order="C")
    out = np.empty(h.size)
    temperature_many(h.reshape(-1), out)
    return out.reshape(h.shape)


def pressure_pa(height_m: npt.ArrayLike) -> FloatArray:
    """Return pressures (Pa) at geometric heights (m), same shape; see `atmosphere_kernels.pressure`."""
    h = np.asarray(height_m, np.float64, order="C")
    out = np.empty(h.size)
    pressure_many(h.reshape(-1), out)
    return out.reshape(h.shape)
