"""What is kept of every track besides its state, and of every sensor that has seen it: the rows of two arrays of the bank."""

import numpy as np

RECORD = np.dtype(
    [
        ("number", np.int64),
        ("last_hit", np.int64),
        ("hits", np.int64),
        ("infrared_hits", np.int64),
        ("misses", np.int64),
        ("score", np.float64),
        ("score_top", np.float64),
        ("confirmed", np.int64),
        ("nis", np.float64),
        ("trouble", np.float64),
        ("doubt_infrared", np.float64),
        ("doubt_radar", np.float64),
        ("branch", np.int64),
        ("stem", np.int64),
        ("last_infrared", np.int64),
        ("infrared_misses", np.int64),
        ("off_from", np.int64),
        ("intensity", np.float64),
        ("echo", np.float64),
        ("echo_hits", np.int64),
        ("first_count", np.int64),
        ("last_count", np.int64),
        ("rival_count", np.int64),
        ("shadow", np.int64),
        ("shadow_slot", np.int64),
        ("shade", np.float64),
        ("apart", np.int64),
        ("dark", np.int64),
    ],
    align=True,
)
"""What is known of a track besides its state; the meaning of most stands at the properties of `Track`. `shadow`: number of the
track that takes its detections, 0 = none, in `shadow_slot`; `shade`: log of the chance of the looks that showed one of the two
alone, if they were two objects; `apart`: looks among them that showed this one; `dark`: 1 it goes without now, -1 not.
`echo`: mean radar cross-section, dB m2, of the `echo_hits` detections of radars that tell it, of what does not burn."""
CONTACT = np.dtype(
    [
        ("hits", np.int64),
        ("missed", np.float64),
        ("missing", np.float64),
        ("vouching", np.int64),
        ("time", np.int64),
        ("hinted", np.int64),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
        ("ux", np.float64),
        ("uy", np.float64),
        ("uz", np.float64),
        ("range", np.float64),
        ("rate", np.float64),
    ],
    align=True,
)
"""What one sensor has had to do with a track: hits; looks, each by its chance, that missed it and after which it was seen again
(`missed`), or has not been (`missing`); whether it saw it in the last of its looks that could have, and of its last
detection the time (0 = none with a direction and, of a radar, a range), the sensor's place, direction, range, range rate."""
CONTACT_LAST = ("time", "hinted", "x", "y", "z", "ux", "uy", "uz", "range", "rate")
