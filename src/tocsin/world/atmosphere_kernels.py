"""US Standard Atmosphere 1976 at one height: density, temperature, pressure, speed of sound. Geometric metres, SI units.

To 86 km the model's own layers (COESA 1976, table 4 and eqs. 18, 23, 33, 42, 50). From 86 to 1,000 km a cubic spline
through the logarithm of density; its nodes come from integrating the model's species equations (COESA 1976, eqs. 25-39,
tables 5-7), and agree with every printed density (4 digits) to 0.04 %. Between nodes the spline follows the integrated
profile to 0.06 %. Temperature there is the model's own (COESA 1976, eqs. 25, 27, 29, 31; table 5), and pressure follows from both
by the gas law with the mean molar mass that the printed pressures imply, splined on the same nodes.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

_R0_M = 6356766.0
_G0 = 9.80665
_R_STAR = 8314.32
_M0 = 28.9644
_GMR = _G0 * _M0 / _R_STAR
_GAS = _R_STAR / _M0

_LAYER_M = (0.0, 11000.0, 20000.0, 32000.0, 47000.0, 51000.0, 71000.0)
_LAPSE = (-0.0065, 0.0, 0.001, 0.0028, 0.0, -0.0028, -0.002)
TOP_LAYERED_M = 86000.0
TOP_LAYER = len(_LAYER_M) - 1
# Geometric heights of the layers' bases
LAYER_EDGE_M = tuple(_R0_M * base / (_R0_M - base) for base in _LAYER_M)
TOP_M = 1.0e6
_BOTTOM_M = -5000.0

# fmt: off
# Natural logarithm of density (kg/m3) at 86, 87 ... 150 km
_LOG_LOW = (
    -11.87564, -12.05354, -12.23137, -12.40916, -12.58695, -12.76477, -12.94314, -13.12251, -13.30275, -13.48376,
    -13.66539, -13.84749, -14.02984, -14.21227, -14.39461, -14.57153, -14.74812, -14.92422, -15.09970, -15.27446,
    -15.44847, -15.62185, -15.79500, -15.96907, -16.14777, -16.32744, -16.49824, -16.66094, -16.81623, -16.96471,
    -17.10693, -17.24338, -17.37449, -17.50065, -17.62222, -17.73920, -17.85168, -17.96000, -18.06449, -18.16544,
    -18.26308, -18.35767, -18.44939, -18.53844, -18.62498, -18.70916, -18.79112, -18.87099, -18.94888, -19.02490,
    -19.09914, -19.17170, -19.24266, -19.31210, -19.38009, -19.44669, -19.51198, -19.57600, -19.63881, -19.70047,
    -19.76102, -19.82051, -19.87897, -19.93646, -19.99301,
)
# and at 160, 170 ... 1,000 km
_LOG_HIGH = (
    -20.51367, -20.96980, -21.37833, -21.75033, -22.09343, -22.41306, -22.71325, -22.99707, -23.26691, -23.52466,
    -23.77189, -24.00987, -24.23967, -24.46223, -24.67833, -24.88866, -25.09381, -25.29431, -25.49064, -25.68319,
    -25.87232, -26.05835, -26.24156, -26.42220, -26.60046, -26.77655, -26.95061, -27.12277, -27.29315, -27.46185,
    -27.62893, -27.79445, -27.95846, -28.12099, -28.28203, -28.44161, -28.59969, -28.75626, -28.91128, -29.06471,
    -29.21648, -29.36653, -29.51478, -29.66114, -29.80551, -29.94779, -30.08787, -30.22563, -30.36095, -30.49370,
    -30.62376, -30.75101, -30.87532, -30.99658, -31.11469, -31.22955, -31.34107, -31.44919, -31.55385, -31.65503,
    -31.75271, -31.84689, -31.93761, -32.02492, -32.10887, -32.18955, -32.26705, -32.34150, -32.41301, -32.48171,
    -32.54775, -32.61125, -32.67238, -32.73127, -32.78806, -32.84290, -32.89592, -32.94725, -32.99701, -33.04534,
    -33.09232, -33.13808, -33.18271, -33.22629, -33.26892,
)
# Mean molar mass (kg/kmol) at the same heights
_MOLAR_LOW = (
    28.9524, 28.9467, 28.9394, 28.9274, 28.9113, 28.8873, 28.8584, 28.8241, 28.7827, 28.7348, 28.6811, 28.6209,
    28.5532, 28.4779, 28.3950, 28.3048, 28.2077, 28.1045, 27.9960, 27.8829, 27.7658, 27.6449, 27.5205, 27.3940,
    27.2669, 27.1418, 27.0194, 26.9006, 26.7872, 26.6788, 26.5758, 26.4767, 26.3827, 26.2921, 26.2042, 26.1192,
    26.0368, 25.9567, 25.8786, 25.8020, 25.7267, 25.6525, 25.5793, 25.5070, 25.4354, 25.3644, 25.2940, 25.2242,
    25.1550, 25.0862, 25.0179, 24.9501, 24.8826, 24.8156, 24.7490, 24.6828, 24.6169, 24.5514, 24.4862, 24.4214,
    24.3570, 24.2929, 24.2292, 24.1657, 24.1026,
)
_MOLAR_HIGH = (
    23.4877, 22.9017, 22.3425, 21.8086, 21.3033, 20.8252, 20.3747, 19.9522, 19.5571, 19.1896, 18.8487, 18.5328,
    18.2415, 17.9760, 17.7255, 17.4966, 17.2852, 17.0894, 16.9062, 16.7350, 16.5734, 16.4190, 16.2706, 16.1260,
    15.9834, 15.8417, 15.6992, 15.5531, 15.4029, 15.2469, 15.0834, 14.9112, 14.7293, 14.5358, 14.3298, 14.1108,
    13.8781, 13.6308, 13.3687, 13.0918, 12.8003, 12.4950, 12.1764, 11.8459, 11.5052, 11.1560, 10.8005, 10.4406,
    10.0788, 9.7175, 9.3592, 9.0060, 8.6601, 8.3235, 7.9979, 7.6850, 7.3858, 7.1013, 6.8321, 6.5785,
    6.3408, 6.1188, 5.9121, 5.7204, 5.5431, 5.3796, 5.2291, 5.0910, 4.9644, 4.8485, 4.7425, 4.6457,
    4.5574, 4.4770, 4.4036, 4.3365, 4.2752, 4.2193, 4.1683, 4.1216, 4.0788, 4.0396, 4.0035, 3.9703,
    3.9397,
)
# fmt: on


def _layers() -> npt.NDArray[np.float64]:
    """Return (7, 5): base height, base temperature, lapse rate, base density, exponent of density, a layer a row."""
    rows = []
    t, p = 288.15, 101325.0
    for i, (base, lapse) in enumerate(zip(_LAYER_M, _LAPSE, strict=True)):
        exponent = -(1.0 + _GMR / lapse) if lapse else -_GMR / t
        rows.append((base, t, lapse, p / (_GAS * t), exponent))
        if i + 1 < len(_LAYER_M):
            dh = _LAYER_M[i + 1] - base
            p *= (t / (t + lapse * dh)) ** (_GMR / lapse) if lapse else math.exp(-_GMR * dh / t)
            t += lapse * dh
    return np.array(rows)


def _natural_spline_slopes(x: list[float], y: list[float]) -> list[float]:
    """Return the slopes at the nodes of the natural cubic spline (tridiagonal system by elimination)."""
    n = len(x)
    h = [x[i + 1] - x[i] for i in range(n - 1)]
    d = [(y[i + 1] - y[i]) / h[i] for i in range(n - 1)]
    lower = [0.0] + [1.0 / h[i - 1] for i in range(1, n)]
    diagonal = [2.0 * ((1.0 / h[i - 1] if i else 0.0) + (1.0 / h[i] if i < n - 1 else 0.0)) for i in range(n)]
    right = [3.0 * ((d[i - 1] / h[i - 1] if i else 0.0) + (d[i] / h[i] if i < n - 1 else 0.0)) for i in range(n)]
    for i in range(1, n):
        w = lower[i] / diagonal[i - 1]
        diagonal[i] -= w / h[i - 1]
        right[i] -= w * right[i - 1]
    slopes = [0.0] * n
    slopes[-1] = right[-1] / diagonal[-1]
    for i in range(n - 2, -1, -1):
        slopes[i] = (right[i] - slopes[i + 1] / h[i]) / diagonal[i]
    return slopes


_LAYERS = _layers()
_NODE_M = [86000.0 + 1000.0 * i for i in range(len(_LOG_LOW))] + [160000.0 + 10000.0 * i for i in range(len(_LOG_HIGH))]
_NODES = np.array(_NODE_M)
_NODE_LOG = np.array(_LOG_LOW + _LOG_HIGH)
_NODE_SLOPE = np.array(_natural_spline_slopes(_NODE_M, list(_LOG_LOW + _LOG_HIGH)))
_MOLAR = np.array(_MOLAR_LOW + _MOLAR_HIGH)
_MOLAR_SLOPE = np.array(_natural_spline_slopes(_NODE_M, list(_MOLAR_LOW + _MOLAR_HIGH)))
_LAST_LOW = len(_LOG_LOW) - 1


@kernel
def _layer_of(geopotential: float) -> int:
    """Return the index of the layer that holds a geopotential height."""
    if geopotential < 32000.0:
        if geopotential < 11000.0:
            return 0
        return 1 if geopotential < 20000.0 else 2
    if geopotential < 51000.0:
        return 3 if geopotential < 47000.0 else 4
    return 5 if geopotential < 71000.0 else 6


@kernel
def density_of_layer(h: float, i: int) -> float:
    """Return the density (kg/m3) at height h (m) by the law of layer i (0..6), also beyond its edges."""
    z = max(h, _BOTTOM_M)
    dh = _R0_M * z / (_R0_M + z) - _LAYERS[i, 0]
    lapse = _LAYERS[i, 2]
    if lapse == 0.0:
        return float(_LAYERS[i, 3] * math.exp(_LAYERS[i, 4] * dh))
    return float(_LAYERS[i, 3] * math.exp(_LAYERS[i, 4] * math.log(max(0.05, 1.0 + lapse * dh / _LAYERS[i, 1]))))


@kernel
def density_upper(h: float) -> float:
    """Return the density (kg/m3) at height h (m) by the spline from 86 km, also a little below; zero above 1,000 km."""
    if h > TOP_M:
        return 0.0
    if h < 150000.0:
        step = 1000.0
        k = max(int((h - 86000.0) * 1.0e-3), 0)
        u = (h - 86000.0) * 1.0e-3 - k
    else:
        step = 10000.0
        k = min(int((h - 150000.0) * 1.0e-4), 84)
        u = (h - 150000.0) * 1.0e-4 - k
        k += _LAST_LOW
    y0 = _NODE_LOG[k]
    dy = _NODE_LOG[k + 1] - y0
    s0 = _NODE_SLOPE[k] * step
    s1 = _NODE_SLOPE[k + 1] * step
    if u < 0.0:
        return math.exp(y0 + u * s0)
    return math.exp(y0 + u * (s0 + u * (3.0 * dy - 2.0 * s0 - s1 + u * (s0 + s1 - 2.0 * dy))))


@kernel
def thinning(h: float) -> float:
    """Return d(ln density)/dh (1/m) at geometric height h (m): of the layers' laws, from 86 km on of the spline."""
    if h > TOP_M or h < _BOTTOM_M:
        return 0.0
    if h < TOP_LAYERED_M:
        z = _R0_M / (_R0_M + h)
        i = _layer_of(z * h)
        lapse = _LAYERS[i, 2]
        slope = _LAYERS[i, 4] * z * z
        if lapse == 0.0:
            return float(slope)
        return float(slope * lapse / (_LAYERS[i, 1] + lapse * (z * h - _LAYERS[i, 0])))
    if h < 150000.0:
        k, step, u = int((h - 86000.0) * 1.0e-3), 1000.0, (h - 86000.0) * 1.0e-3
        u -= k
    else:
        k, step, u = min(int((h - 150000.0) * 1.0e-4), 84), 10000.0, (h - 150000.0) * 1.0e-4
        u -= k
        k += _LAST_LOW
    dy = _NODE_LOG[k + 1] - _NODE_LOG[k]
    s0, s1 = _NODE_SLOPE[k] * step, _NODE_SLOPE[k + 1] * step
    return float((s0 + u * (6.0 * dy - 4.0 * s0 - 2.0 * s1 + 3.0 * u * (s0 + s1 - 2.0 * dy))) / step)


@kernel
def scale_height_upper(h: float) -> float:
    """Return the height (m) over which density falls by e, at height h (m) from 86 to 1,000 km: from the spline's slopes."""
    if h < 150000.0:
        k = max(int((h - 86000.0) * 1.0e-3), 0)
    else:
        k = min(int((h - 150000.0) * 1.0e-4), 84) + _LAST_LOW
    return float(-1.0 / _NODE_SLOPE[k])


@kernel
def height_above_which(rho: float) -> float:
    """Return a height (m), at least 86 km, above which density is below rho (kg/m3); at most a node of the spline up."""
    low = 0
    high = _NODE_LOG.shape[0] - 1
    limit = math.log(rho)
    while high - low > 1:
        middle = (low + high) // 2
        if _NODE_LOG[middle] > limit:
            low = middle
        else:
            high = middle
    return float(_NODES[high])


@kernel
def density(h: float) -> float:
    """Return the density (kg/m3) at geometric height h (m): constant below -5 km, zero above 1,000 km."""
    if h >= TOP_LAYERED_M:
        return density_upper(h)
    z = max(h, _BOTTOM_M)
    return density_of_layer(z, _layer_of(_R0_M * z / (_R0_M + z)))


@kernel
def molecular_temperature(h: float) -> float:
    """Return the molecular-scale temperature (K) at geometric height h (m); above 86 km that of 86 km."""
    z = min(max(h, _BOTTOM_M), TOP_LAYERED_M)
    g = _R0_M * z / (_R0_M + z)
    i = _layer_of(g)
    return float(_LAYERS[i, 1] + _LAYERS[i, 2] * (g - _LAYERS[i, 0]))


@kernel
def temperature(h: float) -> float:
    """Return the kinetic temperature (K) at geometric height h (m), -5 to 1,000 km and held beyond.

    To 86 km the molecular-scale temperature, as the printed table has it (0.04 % above the kinetic one at 86 km).
    """
    if h < TOP_LAYERED_M:
        return molecular_temperature(h)
    z = min(h, TOP_M)
    if z <= 91000.0:
        return 186.8673
    if z < 110000.0:
        return 263.1905 - 76.3232 * math.sqrt(1.0 - ((z - 91000.0) / 19942.9) ** 2)
    if z <= 120000.0:
        return 240.0 + 0.012 * (z - 110000.0)
    return 1000.0 - 640.0 * math.exp(-1.875e-5 * (z - 120000.0) * (_R0_M + 120000.0) / (_R0_M + z))


@kernel
def molar_mass(h: float) -> float:
    """Return the mean molar mass (kg/kmol) of air at geometric height h (m), held above 1,000 km."""
    if h < TOP_LAYERED_M:
        return _M0
    z = min(h, TOP_M)
    if z < 150000.0:
        step = 1000.0
        k = int((z - 86000.0) * 1.0e-3)
        u = (z - 86000.0) * 1.0e-3 - k
    else:
        step = 10000.0
        k = min(int((z - 150000.0) * 1.0e-4), 84)
        u = (z - 150000.0) * 1.0e-4 - k
        k += _LAST_LOW
    y0 = _MOLAR[k]
    dy = _MOLAR[k + 1] - y0
    s0 = _MOLAR_SLOPE[k] * step
    s1 = _MOLAR_SLOPE[k + 1] * step
    return float(y0 + u * (s0 + u * (3.0 * dy - 2.0 * s0 - s1 + u * (s0 + s1 - 2.0 * dy))))


@kernel
def speed_of_sound(h: float) -> float:
    """Return the speed of sound (m/s) at geometric height h (m); above 86 km (not in the model) that of 86 km."""
    return math.sqrt(1.4 * _GAS * molecular_temperature(h))


@kernel
def pressure(h: float) -> float:
    """Return the pressure (Pa) at geometric height h (m): constant below -5 km, zero above 1,000 km."""
    return density(h) * (_R_STAR / molar_mass(h)) * temperature(h)


@kernel
def air(h: float) -> tuple[float, float, float]:
    """Return density (kg/m3), pressure (Pa) and speed of sound (m/s) at height h (m), as the three functions do.

    But pressure above 86 km, below 0.4 Pa, is left out: it is for thrust and drag in powered flight.
    """
    rho = density(h)
    gas_t = _GAS * molecular_temperature(h)
    return rho, rho * gas_t if h < TOP_LAYERED_M else 0.0, math.sqrt(1.4 * gas_t)


@kernel
def density_many(h: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """Fill out (n,) with the density (kg/m3) at heights h (n,) in m."""
    for i in range(h.shape[0]):
        out[i] = density(h[i])


@kernel
def speed_of_sound_many(h: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """Fill out (n,) with the speed of sound (m/s) at heights h (n,) in m."""
    for i in range(h.shape[0]):
        out[i] = speed_of_sound(h[i])


@kernel
def temperature_many(h: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """Fill out (n,) with the kinetic temperature (K) at heights h (n,) in m."""
    for i in range(h.shape[0]):
        out[i] = temperature(h[i])


@kernel
def pressure_many(h: npt.NDArray[np.float64], out: npt.NDArray[np.float64]) -> None:
    """Fill out (n,) with the pressure (Pa) at heights h (n,) in m."""
    for i in range(h.shape[0]):
        out[i] = pressure(h[i])
