"""What shone for long where it stood is no launch that may be found again elsewhere."""

import math

import pytest

from tocsin.core.constants import NS
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.still import DARK_S, FAR_M, stood

SIGMA = 3e-5


def watched(seconds: float, speed_m_s: float, satellites: int = 2) -> Track:
    """Return a track whose light satellites saw every 5 s while it went with a speed across their lines of sight."""
    track = TrackBank().add(0, "infrared")
    looks = range(int(seconds / 5.0) + 1)
    track.sights = sorted(
        (round(5.0 * k * NS), 0.0, 0.0, 0.0, 1.0, 5.0 * k * speed_m_s / FAR_M, 0.0, SIGMA, f"s{n}")
        for k in looks for n in range(satellites)
    )  # fmt: skip
    track.hits = track.infrared_hits = len(track.sights)
    track.last_hit = track.sights[-1][0]
    return track


def dark(track: Track, seconds: float = DARK_S + 1.0) -> bool:
    return stood(track, track.last_hit + round(seconds * NS))


def test_a_fire_that_two_satellites_watched_for_long_has_stood() -> None:
    assert dark(watched(60.0, 0.0))
    assert dark(watched(60.0, 20.0))


@pytest.mark.parametrize("speed_m_s", [150.0, 400.0, 2000.0])
def test_what_moves_has_not(speed_m_s: float) -> None:
    assert not dark(watched(60.0, speed_m_s))


def test_nor_what_was_seen_too_shortly_or_by_one_alone_or_shines_on() -> None:
    assert not dark(watched(20.0, 0.0))
    assert not dark(watched(60.0, 0.0, satellites=1))
    assert not dark(watched(60.0, 0.0), DARK_S - 1.0)


def test_nor_what_a_radar_has_seen() -> None:
    track = watched(60.0, 0.0)
    track.hits += 1
    assert not dark(track)


def test_the_time_it_takes_is_that_in_which_the_slowest_launcher_would_have_left() -> None:
    sigma_m = math.sqrt(2.0) * SIGMA * FAR_M
    enough = next(t for t in range(5, 200, 5) if 100.0 * t + 2.5 * t * t > 6.0 * sigma_m)
    assert dark(watched(enough, 0.0))
    assert not dark(watched(enough - 5, 0.0))
