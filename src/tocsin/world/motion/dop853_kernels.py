"""The steps of DOP853: Runge-Kutta of order 8 with embedded orders 5 and 3, for a state of six numbers.

Coefficients: Hairer, Norsett, Wanner 1993, Solving Ordinary Differential Equations I (2nd ed.), section II.5.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.kernels import kernel

FloatArray = npt.NDArray[np.float64]

STAGES = 12
# (earlier stage, coefficient) of stages 1..11; every other coefficient is zero
_A_ROWS: tuple[tuple[tuple[int, float], ...], ...] = (
    ((0, 0.05260015195876773),),
    ((0, 0.0197250569845379), (1, 0.0591751709536137)),
    ((0, 0.02958758547680685), (2, 0.08876275643042054)),
    ((0, 0.2413651341592667), (2, -0.8845494793282861), (3, 0.924834003261792)),
    ((0, 0.037037037037037035), (3, 0.17082860872947386), (4, 0.12546768756682242)),
    ((0, 0.037109375), (3, 0.17025221101954405), (4, 0.06021653898045596), (5, -0.017578125)),
    (
        (0, 0.03709200011850479),
        (3, 0.17038392571223998),
        (4, 0.10726203044637328),
        (5, -0.015319437748624402),
        (6, 0.008273789163814023),
    ),
    (
        (0, 0.6241109587160757),
        (3, -3.3608926294469414),
        (4, -0.868219346841726),
        (5, 27.59209969944671),
        (6, 20.154067550477894),
        (7, -43.48988418106996),
    ),
    (
        (0, 0.47766253643826434),
        (3, -2.4881146199716677),
        (4, -0.590290826836843),
        (5, 21.230051448181193),
        (6, 15.279233632882423),
        (7, -33.28821096898486),
        (8, -0.020331201708508627),
    ),
    (
        (0, -0.9371424300859873),
        (3, 5.186372428844064),
        (4, 1.0914373489967295),
        (5, -8.149787010746927),
        (6, -18.52006565999696),
        (7, 22.739487099350505),
        (8, 2.4936055526796523),
        (9, -3.0467644718982196),
    ),
    (
        (0, 2.273310147516538),
        (3, -10.53449546673725),
        (4, -2.0008720582248625),
        (5, -17.9589318631188),
        (6, 27.94888452941996),
        (7, -2.8589982771350235),
        (8, -8.87285693353063),
        (9, 12.360567175794303),
        (10, 0.6433927460157636),
    ),
)
# (stage, weight of order 8, weight of order 8 less order 5, weight of order 8 less order 3)
_WEIGHTS = (
    (0, 0.054293734116568765, 0.01312004499419488, -0.18980075407240762),
    (5, 4.450312892752409, -1.2251564463762044, 4.450312892752409),
    (6, 1.8915178993145003, -0.4957589496572502, 1.8915178993145003),
    (7, -5.801203960010585, 1.6643771824549864, -5.801203960010585),
    (8, 0.3111643669578199, -0.35032884874997366, -0.4226823213237919),
    (9, -0.1521609496625161, 0.3341791187130175, -0.1521609496625161),
    (10, 0.20136540080403034, 0.08192320648511571, 0.20136540080403034),
    (11, 0.04471061572777259, -0.022355307863886294, 0.02265179219836082),
)

_FIRST = np.array([0, *np.cumsum([0, *(len(row) for row in _A_ROWS)])])
_STAGE = np.array([j for row in _A_ROWS for j, _ in row])
_COEFFICIENT = np.array([c for row in _A_ROWS for _, c in row])
_WEIGHT_STAGE = np.array([row[0] for row in _WEIGHTS])
_WEIGHT = np.array([row[1:] for row in _WEIGHTS])


@kernel
def stage_state(k: FloatArray, i: int, h: float, y: FloatArray, w: FloatArray) -> None:
    """Fill w (6,) with the state at stage i (1..11) of a step of h s from y (6,); k (12, 6): slopes so far."""
    a0 = a1 = a2 = a3 = a4 = a5 = 0.0
    for q in range(_FIRST[i], _FIRST[i + 1]):
        c = _COEFFICIENT[q]
        j = _STAGE[q]
        a0 += c * k[j, 0]
        a1 += c * k[j, 1]
        a2 += c * k[j, 2]
        a3 += c * k[j, 3]
        a4 += c * k[j, 4]
        a5 += c * k[j, 5]
    w[0] = y[0] + h * a0
    w[1] = y[1] + h * a1
    w[2] = y[2] + h * a2
    w[3] = y[3] + h * a3
    w[4] = y[4] + h * a4
    w[5] = y[5] + h * a5


@kernel
def finish_step(
    k: FloatArray, h: float, y: FloatArray, w: FloatArray, position_tolerance: float, velocity_tolerance: float
) -> float:
    """Fill w (6,) with the state at the end of the step and return its error in units of the tolerances (m, m/s)."""
    n5 = 0.0
    n3 = 0.0
    for m in range(6):
        step = 0.0
        e5 = 0.0
        e3 = 0.0
        for q in range(8):
            slope = k[_WEIGHT_STAGE[q], m]
            step += _WEIGHT[q, 0] * slope
            e5 += _WEIGHT[q, 1] * slope
            e3 += _WEIGHT[q, 2] * slope
        w[m] = y[m] + h * step
        scale = 1.0 / position_tolerance if m < 3 else 1.0 / velocity_tolerance
        n5 += e5 * scale * e5 * scale
        n3 += e3 * scale * e3 * scale
    if n5 == 0.0 and n3 == 0.0:
        return 0.0
    return abs(h) * n5 / math.sqrt(6.0 * (n5 + 0.01 * n3))
