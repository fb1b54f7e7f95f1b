"""What shone for long where it stood is no launch that may be found again elsewhere."""

import math

import numpy as np
import pytest

from tocsin.core.constants import NS
from tocsin.tracking.bank import Track, TrackBank
from tocsin.tracking.still import DARK_S, stood

SIGMA = 3e-5
FIRE = np.array([6.378e6, 0.0, 0.0])
AWAY = np.array([0.0, 0.6, 0.8])
HOMES = ([4.2e7, 1.0e7, 0.0], [4.0e7, -1.5e7, 2.0e6], [3.9e7, 0.0, 1.9e7])


def watched(seconds: float, speed_m_s: float, satellites: int = 2, passes_m_s: float = 0.0, seed: int = 1) -> Track:
    """Return a track whose light satellites saw every 5 s while it went with a speed, and they went with another."""
    track, rng = TrackBank().add(0, "infrared"), np.random.default_rng(seed)
    for k in range(int(seconds / 5.0) + 1):
        light = FIRE + 5.0 * k * speed_m_s * AWAY
        for n in range(satellites):
            place = np.array(HOMES[n]) + 5.0 * k * passes_m_s * np.array([0.0, 0.8, -0.6])
            line = (light - place) / np.linalg.norm(light - place) + 0.3 * SIGMA * rng.normal(size=3)
            line /= np.linalg.norm(line)
            track.sights.append((round(5.0 * k * NS), *place.tolist(), *line.tolist(), SIGMA, f"s{n}"))
    track.hits = track.infrared_hits = len(track.sights)
    track.last_hit = track.sights[-1][0]
    return track


def dark(track: Track, seconds: float = DARK_S + 1.0) -> bool:
    return stood(track, track.last_hit + round(seconds * NS))


@pytest.mark.parametrize("passes_m_s", [0.0, 3000.0])
def test_a_fire_that_satellites_watched_for_long_has_stood(passes_m_s: float) -> None:
    assert dark(watched(60.0, 0.0, passes_m_s=passes_m_s))
    assert dark(watched(60.0, 20.0, 3, passes_m_s))


@pytest.mark.parametrize("speed_m_s", [150.0, 400.0, 2000.0])
@pytest.mark.parametrize("passes_m_s", [0.0, 3000.0])
def test_what_moves_has_not(speed_m_s: float, passes_m_s: float) -> None:
    assert not dark(watched(60.0, speed_m_s, passes_m_s=passes_m_s))


def test_nor_what_was_seen_too_shortly_or_by_one_alone_or_shines_on() -> None:
    assert not dark(watched(20.0, 0.0))
    assert not dark(watched(60.0, 0.0, satellites=1))
    assert not dark(watched(60.0, 0.0), DARK_S - 1.0)


def test_nor_what_a_radar_has_seen() -> None:
    track = watched(60.0, 0.0)
    track.hits += 1
    assert not dark(track)


def test_the_time_it_takes_is_that_in_which_the_slowest_launcher_would_have_left() -> None:
    far = max(float(np.linalg.norm(FIRE - np.array(home))) for home in HOMES[:2])
    reach = 4.0 * math.sqrt(2.0) * SIGMA * far
    enough = next(t for t in range(5, 200, 5) if 100.0 * t + 2.5 * t * t > reach)
    assert dark(watched(enough, 0.0))
    assert not dark(watched(enough - 5, 0.0))
