"""US Standard Atmosphere 1976 at one height: density, speed of sound, pressure. Geometric metres, SI units.

To 86 km the model's own layers (COESA 1976, table 4 and eqs. 18, 23, 33, 42, 50). From 86 to 1,000 km a cubic spline
through the logarithm of density; its nodes come from integrating the model's species equations (COESA 1976, eqs. 25-39,
tables 5-7), and agree with every printed density (4 digits) to 0.04 %. Between nodes the spline follows the integrated
profile to 0.06 %.
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
def scale_height_upper(h: float) -> float:
    """Return the height (m) over which density falls by e, at height h (m) from 86 to 1,000 km: from the spline's slopes."""
    if h < 150000.0:
        k = max(int((h - 86000.0) * 1.0e-3), 0)
    else:
        k = min(int((h - 150000.0) * 1.0e-4), 84) + _LAST_LOW
    return -1.0 / _NODE_SLOPE[k]


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
    return _NODES[high]


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
def speed_of_sound(h: float) -> float:
    """Return the speed of sound (m/s) at geometric height h (m); above 86 km (not in the model) that of 86 km."""
    return math.sqrt(1.4 * _GAS * molecular_temperature(h))


@kernel
def pressure(h: float) -> float:
    """Return the pressure (Pa) at geometric height h (m); above 86 km, where it is below 0.4 Pa, zero."""
    if h >= TOP_LAYERED_M:
        return 0.0
    return density(h) * _GAS * molecular_temperature(h)


@kernel
def air(h: float) -> tuple[float, float, float]:
    """Return density (kg/m3), pressure (Pa) and speed of sound (m/s) at height h (m), as the three functions do."""
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
