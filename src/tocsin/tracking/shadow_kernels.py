"""Two tracks of one object, of which one is wrong: each look shows one of them alone; arrays as in `bank.TrackBank`.

A track that has once taken another object's detection can be wrong and sure: radars that see from elsewhere begin a second one,
and each goes on with its own radars. Where the second explains the first's detections as well, and no look shows both, looks
that should have shown two objects tell how unlikely it is that there are two.
"""

import math

import numpy as np

from tocsin.core.kernels import lean_kernel


@lean_kernel
def cast_shadows(
    records: np.ndarray, slots: np.ndarray, which: np.ndarray, seen: np.ndarray, rows: np.ndarray, owner: np.ndarray
) -> None:
    """Note which tracks of the pairs within the gate, `slots`, `which` (n,), go without: their detection is another's.

    `seen` (k,) slots took the detections `rows` (k,); `owner` (detections,) is scratch, all -1.
    """
    for k in range(seen.shape[0]):
        owner[rows[k]] = seen[k]
        records[seen[k]].dark = -1
    for k in range(slots.shape[0]):
        r, a = records[slots[k]], owner[which[k]]
        if a < 0 or r.dark == -1:
            continue
        if r.shadow == 0 or records[r.shadow_slot].number != r.shadow:
            r.shadow, r.shadow_slot, r.shade, r.apart = records[a].number, a, 0.0, 0
        if r.shadow == records[a].number:
            r.dark = 1


@lean_kernel
def weigh_shadows(records: np.ndarray, slots: np.ndarray, seen: np.ndarray, pd: np.ndarray) -> None:
    """Weigh a look for those of the tracks `slots` (k,) that have gone without. Two that are seen side by side are two objects.

    `seen`, `pd` (cap,): whether it showed a track, and the chance that it would have (0 where it could not).
    """
    for k in range(slots.shape[0]):
        r = records[slots[k]]
        dark = r.dark
        r.dark = 0
        if r.shadow == 0:
            continue
        mine, others = seen[slots[k]], seen[r.shadow_slot]
        if records[r.shadow_slot].number != r.shadow or (mine and others):
            r.shadow = 0
        elif mine:
            r.shade += math.log(1.0 - pd[r.shadow_slot])
            r.apart += pd[r.shadow_slot] > 0.0
        elif others and dark == 1:
            r.shade += math.log(1.0 - pd[slots[k]])
        elif others and pd[slots[k]] > 0.0:
            # what the other was seen by is none of this one's
            r.shadow = 0
