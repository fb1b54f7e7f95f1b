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

# Sums are written out: loops over tables of stages and coefficients cost some 5 % of a flight
_A1 = tuple(c for _, c in _A_ROWS[0])
_A2 = tuple(c for _, c in _A_ROWS[1])
_A3 = tuple(c for _, c in _A_ROWS[2])
_A4 = tuple(c for _, c in _A_ROWS[3])
_A5 = tuple(c for _, c in _A_ROWS[4])
_A6 = tuple(c for _, c in _A_ROWS[5])
_A7 = tuple(c for _, c in _A_ROWS[6])
_A8 = tuple(c for _, c in _A_ROWS[7])
_A9 = tuple(c for _, c in _A_ROWS[8])
_A10 = tuple(c for _, c in _A_ROWS[9])
_A11 = tuple(c for _, c in _A_ROWS[10])
_B8 = tuple(row[1] for row in _WEIGHTS)
_E5 = tuple(row[2] for row in _WEIGHTS)
_E3 = tuple(row[3] for row in _WEIGHTS)


# fmt: off
@kernel
def stage_state(k: FloatArray, i: int, h: float, y: FloatArray, w: FloatArray) -> None:
    """Fill w (6,) with the state at stage i (1..11) of a step of h s from y (6,); k (12, 6): slopes so far."""
    if i == 1:
        for m in range(6):
            w[m] = y[m] + h * (_A1[0] * k[0, m])
    elif i == 2:
        for m in range(6):
            w[m] = y[m] + h * (_A2[0] * k[0, m] + _A2[1] * k[1, m])
    elif i == 3:
        for m in range(6):
            w[m] = y[m] + h * (_A3[0] * k[0, m] + _A3[1] * k[2, m])
    elif i == 4:
        for m in range(6):
            w[m] = y[m] + h * (_A4[0] * k[0, m] + _A4[1] * k[2, m] + _A4[2] * k[3, m])
    elif i == 5:
        for m in range(6):
            w[m] = y[m] + h * (_A5[0] * k[0, m] + _A5[1] * k[3, m] + _A5[2] * k[4, m])
    elif i == 6:
        for m in range(6):
            w[m] = y[m] + h * (_A6[0] * k[0, m] + _A6[1] * k[3, m] + _A6[2] * k[4, m] + _A6[3] * k[5, m])
    elif i == 7:
        for m in range(6):
            w[m] = y[m] + h * (_A7[0] * k[0, m] + _A7[1] * k[3, m] + _A7[2] * k[4, m] + _A7[3] * k[5, m] +
                _A7[4] * k[6, m])
    elif i == 8:
        for m in range(6):
            w[m] = y[m] + h * (_A8[0] * k[0, m] + _A8[1] * k[3, m] + _A8[2] * k[4, m] + _A8[3] * k[5, m] +
                _A8[4] * k[6, m] + _A8[5] * k[7, m])
    elif i == 9:
        for m in range(6):
            w[m] = y[m] + h * (_A9[0] * k[0, m] + _A9[1] * k[3, m] + _A9[2] * k[4, m] + _A9[3] * k[5, m] +
                _A9[4] * k[6, m] + _A9[5] * k[7, m] + _A9[6] * k[8, m])
    elif i == 10:
        for m in range(6):
            w[m] = y[m] + h * (_A10[0] * k[0, m] + _A10[1] * k[3, m] + _A10[2] * k[4, m] + _A10[3] * k[5, m] +
                _A10[4] * k[6, m] + _A10[5] * k[7, m] + _A10[6] * k[8, m] + _A10[7] * k[9, m])
    elif i == 11:
        for m in range(6):
            w[m] = y[m] + h * (_A11[0] * k[0, m] + _A11[1] * k[3, m] + _A11[2] * k[4, m] + _A11[3] * k[5, m] +
                _A11[4] * k[6, m] + _A11[5] * k[7, m] + _A11[6] * k[8, m] + _A11[7] * k[9, m] + _A11[8] * k[10, m])


@kernel
def finish_step(
    k: FloatArray, h: float, y: FloatArray, w: FloatArray, position_tolerance: float, velocity_tolerance: float
) -> float:
    """Fill w (6,) with the state at the end of the step and return its error in units of the tolerances (m, m/s)."""
    n5 = 0.0
    n3 = 0.0
    for m in range(6):
        step = (_B8[0] * k[0, m] + _B8[1] * k[5, m] + _B8[2] * k[6, m] + _B8[3] * k[7, m] + _B8[4] * k[8, m] +
            _B8[5] * k[9, m] + _B8[6] * k[10, m] + _B8[7] * k[11, m])
        e5 = (_E5[0] * k[0, m] + _E5[1] * k[5, m] + _E5[2] * k[6, m] + _E5[3] * k[7, m] + _E5[4] * k[8, m] +
            _E5[5] * k[9, m] + _E5[6] * k[10, m] + _E5[7] * k[11, m])
        e3 = (_E3[0] * k[0, m] + _E3[1] * k[5, m] + _E3[2] * k[6, m] + _E3[3] * k[7, m] + _E3[4] * k[8, m] +
            _E3[5] * k[9, m] + _E3[6] * k[10, m] + _E3[7] * k[11, m])
        w[m] = y[m] + h * step
        scale = 1.0 / position_tolerance if m < 3 else 1.0 / velocity_tolerance
        n5 += e5 * scale * e5 * scale
        n3 += e3 * scale * e3 * scale
    if n5 == 0.0 and n3 == 0.0:
        return 0.0
    return abs(h) * n5 / math.sqrt(6.0 * (n5 + 0.01 * n3))
# fmt: on
