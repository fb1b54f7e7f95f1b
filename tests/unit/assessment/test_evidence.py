"""Three-valued evidence: seen, looked and not seen, could not have seen."""

from tocsin.assessment.evidence import CREDIBLE_PD, Words
from tocsin.core.constants import NS
from tocsin.core.time import iso_from_tai, tai_from_iso

NOW = tai_from_iso("2026-03-01T12:00:00Z")
SENSORS = (("fast", 1.0), ("slow", 60.0))


def status(words: Words, now: int = NOW) -> dict[str, str]:
    return {row.sensor: row.status for row in words.rows(SENSORS, now)}


def test_a_sensor_without_a_word_could_not_see() -> None:
    rows = Words().rows(SENSORS, NOW)
    assert [(r.sensor, r.status, r.until_utc) for r in rows] == [
        ("fast", "could_not_see", iso_from_tai(NOW)),
        ("slow", "could_not_see", iso_from_tai(NOW)),
    ]


def test_what_was_seen_is_told_with_its_time() -> None:
    words = Words(seen={"fast": NOW - 500 * NS})
    row = words.rows(SENSORS, NOW)[0]
    assert (row.status, row.until_utc) == ("seen", iso_from_tai(NOW - 500 * NS))


def test_silence_counts_only_after_the_last_sight() -> None:
    words = Words(seen={"fast": NOW - 5 * NS}, not_seen={"fast": NOW - 6 * NS})
    assert status(words)["fast"] == "seen"
    words.not_seen["fast"] = NOW - 4 * NS
    assert status(words)["fast"] == "not_seen"


def test_silence_holds_for_three_periods_and_at_least_half_a_minute() -> None:
    words = Words(not_seen={"fast": NOW, "slow": NOW})
    for seconds, fast, slow in ((30, True, True), (31, False, True), (180, False, True), (181, False, False)):
        said = status(words, NOW + seconds * NS)
        assert said["fast"] == ("not_seen" if fast else "could_not_see"), seconds
        assert said["slow"] == ("not_seen" if slow else "could_not_see"), seconds


def test_a_sight_and_a_silence_of_one_instant_are_a_sight() -> None:
    assert status(Words(seen={"fast": NOW}, not_seen={"fast": NOW}))["fast"] == "seen"


def test_a_look_that_would_hardly_have_seen_it_says_nothing() -> None:
    assert CREDIBLE_PD == 0.5  # docs/theory/ladder.md: a look with P(detection) >= 0.5
