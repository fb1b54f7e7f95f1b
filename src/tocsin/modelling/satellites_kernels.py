"""Which satellites stand in a radar's search volume at each of its looks."""

import math

import numpy as np
import numpy.typing as npt

from tocsin.catalogue.ephemeris_kernels import lagrange_weights, packed_state, predict
from tocsin.core.kernels import kernel
from tocsin.sensing.visibility_kernels import radar_sees

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def seen_in_looks(
    packed: Array, objects: Ints, count: int, looks: Array, site: Array, rot: Array, boxes: Array, out_look: Ints,
    out_object: Ints, out_state: Array,
) -> int:  # fmt: skip
    """Return how many (look, object) pairs are inside the boxes; may exceed the room: call again with more.

    `looks` (k,) are look times in intervals of the grid; `out_look` counts in them, `out_state` (room, 6) is m, m/s.
    """
    low = math.pi
    high = -math.pi
    near = np.inf
    far = 0.0
    for b in range(boxes.shape[0]):
        low = min(low, boxes[b, 2])
        high = max(high, boxes[b, 3])
        near = min(near, boxes[b, 4])
        far = max(far, boxes[b, 5])
    sin_low = math.sin(low) - 1e-9
    sin_high = math.sin(high) + 1e-9 if high < 0.5 * math.pi else 2.0
    w = np.empty(8)
    d = np.empty(8)
    at = np.empty((3, count))
    state = np.empty(6)
    used = 0
    for k in range(looks.shape[0]):
        predict(packed, count, looks[k], at)
        lagrange_weights(looks[k], w, d)
        for j in range(count):
            dx = at[0, j] - site[0]
            dy = at[1, j] - site[1]
            dz = at[2, j] - site[2]
            r = math.sqrt(dx * dx + dy * dy + dz * dz)
            up = rot[2, 0] * dx + rot[2, 1] * dy + rot[2, 2] * dz
            if r < near or r > far or up < sin_low * r or up > sin_high * r:
                continue
            box, _r, _a, _e, _c = radar_sees(at[0, j], at[1, j], at[2, j], site, rot, boxes)
            if box < 0:
                continue
            if used < out_look.shape[0]:
                packed_state(packed, j, w, d, state)
                out_look[used] = k
                out_object[used] = objects[j]
                for c in range(6):
                    out_state[used, c] = state[c]
            used += 1
    return used
