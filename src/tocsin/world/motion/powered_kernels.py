"""Powered flight with three degrees of freedom: stages, pitch programme, drag, on a turning oblate Earth. SI units.

A vehicle is rows of stages (see `boosters`), a flight is a pitch programme. The phases of the programme follow time
alone, not state, so that a flight is a smooth function of its parameters.
"""

import math

import numpy as np
import numpy.typing as npt

from tocsin.core.constants import EARTH_RATE_RAD_S, G0_M_S2
from tocsin.core.kernels import kernel
from tocsin.world.atmosphere_kernels import air
from tocsin.world.geodesy_kernels import enu_axes, geodetic_to_ecef
from tocsin.world.gravity_kernels import acceleration_free
from tocsin.world.motion.forces_kernels import fast_height

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Columns of a stage
PROPELLANT, DRY, THRUST, ISP, AREA, EXIT_AREA, COAST = range(7)
STAGE_COLUMNS = 7
# Columns of a programme
AZIMUTH, VERTICAL_S, KICK, KICK_S, TURN_S, HOLD_S, PITCH_RATE, CUTOFF_S, PITCH_UP, JETTISON_S, JETTISON_KG = range(11)
PROGRAMME_COLUMNS = 11
# Columns of a sampled row: time, state, thrust acceleration, mass
TIME, X, Y, Z, VX, VY, VZ, TX, TY, TZ, MASS = range(11)
SAMPLE_COLUMNS = 11

_STEP_S = 0.5
_STEPS_A_BURN = 30.0
# Above the air nothing kinks: what is left to resolve there is the fall of mass over a burn, and the orbit
_ABOVE_AIR_M = 1.0e5
_LONG_STEP_S = 4.0
_LONG_STEPS_A_BURN = 120.0
_EPSILON_S = 1.0e-9
_NO_SAMPLES_S = 1.0e9


@kernel
def drag_coefficient(mach: float) -> float:
    """Return the zero-lift drag coefficient of a slender body on its cross-section, by Mach number.

    A generic curve: 0.2 below Mach 0.8, 0.45 at 1.1, falling to 0.15 at 6 (shape of the curve in Sutton and Biblarz
    2010, fig. 4-4, at zero angle of attack).
    """
    if mach < 0.8:
        return 0.2
    if mach < 1.1:
        return 0.2 + 0.25 * (mach - 0.8) / 0.3
    if mach < 6.0:
        return 0.15 + 0.30 * ((6.0 - mach) / 4.9) ** 2
    return 0.15


@kernel
def _acceleration(
    w: FloatArray,
    mass: float,
    thrust: float,
    exit_area: float,
    area: float,
    dx: float,
    dy: float,
    dz: float,
    along_velocity: bool,
    a: FloatArray,
) -> None:
    """Fill a (6,) with total acceleration and thrust acceleration of the state w; thrust along d or along velocity."""
    x, y, z, vx, vy, vz = w[0], w[1], w[2], w[3], w[4], w[5]
    ax, ay, az = acceleration_free(x, y, z, vx, vy, vz)
    rho, outside, sound = air(fast_height(x, y, z))
    v = math.sqrt(vx * vx + vy * vy + vz * vz)
    d = 0.5 * rho * v * area * drag_coefficient(v / sound) / mass
    ax -= d * vx
    ay -= d * vy
    az -= d * vz
    tx = ty = tz = 0.0
    if thrust > 0.0:
        f = max(0.0, thrust - outside * exit_area) / mass
        if along_velocity and v > 1.0:
            tx, ty, tz = f * vx / v, f * vy / v, f * vz / v
        else:
            tx, ty, tz = f * dx, f * dy, f * dz
    a[0] = ax + tx
    a[1] = ay + ty
    a[2] = az + tz
    a[3] = tx
    a[4] = ty
    a[5] = tz


@kernel
def _direction(t: float, p: FloatArray, frame: FloatArray, held: FloatArray) -> tuple[float, float, float]:
    """Return the Earth-fixed thrust direction at time t outside the gravity turn.

    frame (6,): up and downrange at launch; held (7,): time, direction and turning axis when the hold began.
    """
    if t < p[HOLD_S] - _EPSILON_S:
        tilt = p[KICK]
        if t < p[VERTICAL_S]:
            tilt = 0.0
        elif t < p[VERTICAL_S] + p[KICK_S]:
            tilt *= (t - p[VERTICAL_S]) / p[KICK_S]
        c = math.cos(tilt)
        s = math.sin(tilt)
        return c * frame[0] + s * frame[3], c * frame[1] + s * frame[4], c * frame[2] + s * frame[5]
    # Turn in inertial space about the held axis, then into the Earth-fixed frame, which has turned on.
    dt = t - held[0]
    down = p[PITCH_RATE] * dt - p[PITCH_UP]
    c = math.cos(down)
    s = math.sin(down)
    qx = c * held[1] + s * held[4]
    qy = c * held[2] + s * held[5]
    qz = c * held[3] + s * held[6]
    c = math.cos(EARTH_RATE_RAD_S * dt)
    s = math.sin(EARTH_RATE_RAD_S * dt)
    return c * qx + s * qy, c * qy - s * qx, qz


@kernel
def _hold(t: float, y: FloatArray, held: FloatArray) -> None:
    """Fill held (7,) with time, direction of velocity, and the perpendicular in its plane that points down."""
    v = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
    dx, dy, dz = y[3] / v, y[4] / v, y[5] / v
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    s = (dx * y[0] + dy * y[1] + dz * y[2]) / r
    nx, ny, nz = s * dx - y[0] / r, s * dy - y[1] / r, s * dz - y[2] / r
    n = math.sqrt(nx * nx + ny * ny + nz * nz)
    if n < 1.0e-9:
        n = 1.0
    held[0] = t
    held[1], held[2], held[3] = dx, dy, dz
    held[4], held[5], held[6] = nx / n, ny / n, nz / n


@kernel
def _rk4(
    y: FloatArray,
    t: float,
    h: float,
    mass: float,
    flow: float,
    stage: FloatArray,
    p: FloatArray,
    frame: FloatArray,
    held: FloatArray,
    a: FloatArray,
    w: FloatArray,
    total: FloatArray,
) -> None:
    """Move y (6,) on by h s; mass falls by flow kg/s; flow 0 = no thrust."""
    thrust = stage[THRUST] if flow > 0.0 else 0.0
    turning = p[TURN_S] - _EPSILON_S <= t < p[HOLD_S] - _EPSILON_S
    for m in range(6):
        w[m] = y[m]
        total[m] = 0.0
    for i in range(4):
        f = 0.0 if i == 0 else (h if i == 3 else 0.5 * h)
        dx, dy, dz = _direction(t + f, p, frame, held)
        _acceleration(w, mass - flow * f, thrust, stage[EXIT_AREA], stage[AREA], dx, dy, dz, turning, a)
        weight = h / 6.0 if i == 0 or i == 3 else h / 3.0
        g = h if i == 2 else 0.5 * h
        for m in range(3):
            total[m] += weight * w[m + 3]
            total[m + 3] += weight * a[m]
        for m in range(3):
            w[m] = y[m] + g * w[m + 3]
            w[m + 3] = y[m + 3] + g * a[m]
    for m in range(6):
        y[m] += total[m]


@kernel
def _sample(
    row: FloatArray,
    flag: IntArray,
    t: float,
    y: FloatArray,
    mass: float,
    burning: bool,
    number: int,
    stage: FloatArray,
    p: FloatArray,
    frame: FloatArray,
    held: FloatArray,
    a: FloatArray,
) -> None:
    """Fill a sampled row and its flags: plume on, stage number."""
    turning = p[TURN_S] - _EPSILON_S <= t < p[HOLD_S] - _EPSILON_S
    dx, dy, dz = _direction(t, p, frame, held)
    thrust = stage[THRUST] if burning else 0.0
    _acceleration(y, mass, thrust, stage[EXIT_AREA], stage[AREA], dx, dy, dz, turning, a)
    row[TIME] = t
    for m in range(6):
        row[X + m] = y[m]
    for m in range(3):
        row[TX + m] = a[m + 3]
    row[MASS] = mass
    flag[0] = 1 if burning else 0
    flag[1] = number


@kernel
def _before(t: float, end: float, edge: float) -> float:
    """Return the end of a step from t, moved up to an edge inside it."""
    return edge if t + _EPSILON_S < edge < end else end


@kernel
def _fly_stage(
    i: int,
    stages: FloatArray,
    p: FloatArray,
    frame: FloatArray,
    dt_out: float,
    t: float,
    mass: float,
    rows: int,
    y: FloatArray,
    held: FloatArray,
    samples: FloatArray,
    flags: IntArray,
) -> tuple[float, float, int]:
    """Fly stage i from its coast to its burn-out (or the cut-off); return time, mass and rows sampled, -1 if full."""
    a = np.empty(6)
    w = np.empty(6)
    total = np.empty(6)
    stage = stages[i]
    flow = stage[THRUST] / (stage[ISP] * G0_M_S2)
    ignition = t + stage[COAST]
    burnout = min(ignition + stage[PROPELLANT] / flow, max(p[CUTOFF_S], t))
    short = min(_STEP_S, stage[PROPELLANT] / flow / _STEPS_A_BURN)
    long = max(short, min(_LONG_STEP_S, stage[PROPELLANT] / flow / _LONG_STEPS_A_BURN))
    while t < burnout - _EPSILON_S:
        burning = t >= ignition - _EPSILON_S
        if t >= rows * dt_out - _EPSILON_S:
            if rows >= samples.shape[0] - 1:
                return t, mass, -1
            _sample(samples[rows], flags[rows], t, y, mass, burning, i, stage, p, frame, held, a)
            rows += 1
        step = long if fast_height(y[0], y[1], y[2]) > _ABOVE_AIR_M else short
        end = min(min(t + step, burnout), rows * dt_out)
        end = _before(t, end, ignition)
        end = _before(t, end, p[VERTICAL_S])
        end = _before(t, end, p[VERTICAL_S] + p[KICK_S])
        end = _before(t, end, p[TURN_S])
        end = _before(t, end, p[HOLD_S])
        end = _before(t, end, p[JETTISON_S])
        _rk4(y, t, end - t, mass, flow if burning else 0.0, stage, p, frame, held, a, w, total)
        if burning:
            mass -= flow * (end - t)
        t = end
        if abs(t - p[JETTISON_S]) < _EPSILON_S:
            mass -= p[JETTISON_KG]
        if abs(t - p[HOLD_S]) < _EPSILON_S:
            _hold(t, y, held)
    return t, mass, rows


@kernel
def fly_powered(
    stages: FloatArray,
    payload_kg: float,
    lat: float,
    lon: float,
    height: float,
    programme: FloatArray,
    dt_out: float,
    samples: FloatArray,
    flags: IntArray,
    marks: FloatArray,
) -> int:
    """Fill samples (n, 11), flags (n, 2) and marks (stages, 8); return the number of rows, or -1 if n is too small.

    A row every dt_out s from lift-off, and a last one when the last stage has burnt out (or was cut off) and is gone:
    time (s), Earth-fixed state (m, m/s), thrust acceleration (m/s2), mass (kg); flags: plume on, stage. A mark is the
    time, state and remaining mass at a stage's burn-out, before it is dropped; after a cut-off the stages that never
    burnt have its mark. Launch place in rad and m, at rest.
    """
    p = programme
    y = np.zeros(6)
    y[0], y[1], y[2] = geodetic_to_ecef(lat, lon, height)
    ex, ey, ez, nx, ny, nz, ux, uy, uz = enu_axes(lat, lon)
    sa = math.sin(p[AZIMUTH])
    ca = math.cos(p[AZIMUTH])
    frame = np.empty(6)
    frame[0], frame[1], frame[2] = ux, uy, uz
    frame[3], frame[4], frame[5] = sa * ex + ca * nx, sa * ey + ca * ny, sa * ez + ca * nz
    held = np.zeros(7)
    mass = payload_kg + p[JETTISON_KG]
    for i in range(stages.shape[0]):
        mass += stages[i, PROPELLANT] + stages[i, DRY]
    t = 0.0
    rows = 0
    last = 0
    for i in range(stages.shape[0]):
        if t < p[CUTOFF_S] - _EPSILON_S:
            last = i
            t, mass, rows = _fly_stage(i, stages, p, frame, dt_out, t, mass, rows, y, held, samples, flags)
            if rows < 0:
                return -1
        marks[i, 0] = t
        for m in range(6):
            marks[i, 1 + m] = y[m]
        marks[i, 7] = mass
        if t < p[CUTOFF_S] - _EPSILON_S:
            mass = payload_kg if t > p[JETTISON_S] - _EPSILON_S else payload_kg + p[JETTISON_KG]
            for j in range(i + 1, stages.shape[0]):
                mass += stages[j, PROPELLANT] + stages[j, DRY]
    burning = mass < 0.0
    _sample(samples[rows], flags[rows], t, y, payload_kg, burning, last, stages[last], p, frame, held, np.empty(6))
    return rows + 1


@kernel
def fly_powered_many(
    stages: FloatArray,
    payloads_kg: FloatArray,
    lat: float,
    lon: float,
    height: float,
    programmes: FloatArray,
    out: FloatArray,
) -> None:
    """Fill out (n, 7) with time (s) and state (m, m/s) at the last burn-out of n flights from one place (rad, m).

    stages (n, k, 7), payloads_kg (n,) and programmes (n, 11) as `fly_powered` takes them: a row a flight.
    """
    samples = np.empty((4, SAMPLE_COLUMNS))
    flags = np.empty((4, 2), np.int64)
    marks = np.empty((stages.shape[1], 8))
    for i in range(stages.shape[0]):
        rows = fly_powered(
            stages[i], payloads_kg[i], lat, lon, height, programmes[i], _NO_SAMPLES_S, samples, flags, marks
        )
        for m in range(7):
            out[i, m] = samples[rows - 1, m]
