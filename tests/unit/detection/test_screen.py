"""The gate of the centre: what is refused is told, nothing else is, and gaps of a stream are noticed."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.detection.looks import SENSORS, START, look, values_of
from tocsin.core.constants import DEG, NS
from tocsin.core.records.inputs import AZIMUTH, ELEVATION, LOS_X, RANGE, RANGE_RATE, Look
from tocsin.core.records.outputs import Rejection
from tocsin.detection.screen import ANEW, MANY, MAX_AHEAD_S, MAX_LATENESS_S, OPEN_GAPS, SESSIONS, Gap, Screen
from tocsin.detection.screen_kernels import RATE_LIMIT_M_S


def checked(screen: Screen, item: Look, seconds: float | None = None, mode: str = "test"):
    """Return (used rows or None, rejections) of a look screened `seconds` after START (default: its arrival)."""
    bad: list[Rejection] = []
    now = item.received if seconds is None else START + round(seconds * NS)
    used = screen.check(item, SENSORS.get(item.sensor), mode, now, bad)
    return used, bad


def test_a_good_look_is_used_whole_and_nothing_is_said():
    for sensor in ("R", "S", "M"):
        used, bad = checked(Screen(), look(sensor, n=3))
        assert used is not None and used.tolist() == [0, 1, 2] and bad == []


def test_a_look_up_to_sixty_seconds_late_is_used_and_no_later():
    used, bad = checked(Screen(), look(seconds=0.0), MAX_LATENESS_S)
    assert used is not None and not bad
    used, bad = checked(Screen(), look(seconds=0.0, n=2), MAX_LATENESS_S + 1e-3)
    assert used is None
    assert [(b.field, b.action, b.row) for b in bad] == [("time_utc", "refused", 0), ("time_utc", "refused", 1)]
    assert "60 s behind" in bad[0].reason


def test_a_look_is_no_more_than_five_seconds_ahead_of_its_arrival():
    used, bad = checked(Screen(), look(seconds=MAX_AHEAD_S), 0.0)
    assert used is not None and not bad
    used, bad = checked(Screen(), look(seconds=MAX_AHEAD_S + 1e-3), 0.0)
    assert used is None and [(b.field, b.action) for b in bad] == [("time_utc", "refused")]


def test_an_old_row_in_a_young_look_is_refused_alone():
    times = START + np.array([0, 100], np.int64) * NS
    used, bad = checked(Screen(), look(seconds=100.0, n=2, times=times))
    assert used is not None and used.tolist() == [1]
    assert [(b.row, b.field, b.action) for b in bad] == [(0, "time_utc", "refused")]


def test_the_same_row_again_is_dropped_and_counted():
    screen = Screen()
    checked(screen, look(n=2))
    used, bad = checked(screen, look(n=2), 30.0)
    assert used is None
    assert [(b.field, b.reason, b.action) for b in bad] == [("detection", "duplicate", "dropped")] * 2


def test_the_same_key_with_other_content_is_a_conflict():
    screen = Screen()
    checked(screen, look(n=1))
    used, bad = checked(screen, look(n=1, mark=1.0))
    assert used is None
    assert [(b.field, b.action) for b in bad] == [("detection", "refused")] and "conflict" in bad[0].reason


@pytest.mark.parametrize("first", [0, 1])
def test_an_empty_look_and_one_with_detections_under_one_key_conflict(first):
    screen = Screen()
    checked(screen, look(n=first))
    used, bad = checked(screen, look(n=1 - first))
    assert used is None and [(b.field, b.action) for b in bad] == [("detections", "refused")]


def test_the_same_empty_look_again_is_a_duplicate():
    screen = Screen()
    used, bad = checked(screen, look(n=0))
    assert used is not None and used.size == 0 and not bad
    for again in (look(n=0), msgspec.structs.replace(look(n=0), line="another")):
        used, bad = checked(screen, again)
        assert used is None and [(b.reason, b.action) for b in bad] == [("duplicate", "dropped")]


@pytest.mark.parametrize("more", [{"state": "down"}, {"empty_looks": 3}, {"noise_db": 3.0}])
def test_an_empty_look_that_says_other_things_under_one_key_is_a_conflict(more):
    screen = Screen()
    checked(screen, look(n=0))
    used, bad = checked(screen, msgspec.structs.replace(look(n=0), **more))
    assert used is None
    assert [(b.field, b.reason, b.action) for b in bad] == [
        ("detections", "conflict with an earlier row of this key", "refused")
    ]


def test_a_search_volume_that_the_network_does_not_know_is_told_once():
    screen = Screen()
    for k in range(3):
        used, bad = checked(screen, msgspec.structs.replace(look(n=1, sequence=k), searched="fense"))
        assert used is not None and used.size == 1
        assert [(b.field, b.action) for b in bad] == ([("searched", "ignored")] if k == 0 else [])
    _, bad = checked(screen, msgspec.structs.replace(look(n=1, sequence=4), searched="west"))
    assert "'west'" in bad[0].reason


def test_rows_of_a_known_key_that_are_new_are_used_beside_dropped_ones():
    screen = Screen()
    checked(screen, look(n=2, declared=3))
    used, bad = checked(screen, look(n=3, declared=3))
    assert used is not None and used.tolist() == [2]
    assert [b.action for b in bad] == ["dropped", "dropped"]
    again, _ = checked(screen, look(n=3, declared=3))
    assert again is None


def test_a_duplicate_is_still_known_when_the_last_late_look_could_come():
    screen = Screen()
    checked(screen, look(seconds=MAX_AHEAD_S), 0.0)
    used, bad = checked(screen, look(seconds=MAX_AHEAD_S), MAX_AHEAD_S + MAX_LATENESS_S)
    assert used is None and bad[0].reason == "duplicate"


def test_what_is_remembered_of_keys_does_not_grow_with_time():
    screen = Screen()
    for k in range(2000):
        checked(screen, look(sequence=k, seconds=float(k)))
    assert len(screen.recent) == len(screen.order) <= MAX_LATENESS_S + MAX_AHEAD_S + 1


def test_an_unknown_sensor_and_another_data_mode_are_refused_row_by_row():
    used, bad = checked(Screen(), look("nobody", n=2))
    assert used is None and [b.reason for b in bad] == ["unknown sensor nobody"] * 2
    used, bad = checked(Screen(), look(n=2), mode="real")
    assert used is None and [b.field for b in bad] == ["data_mode"] * 2
    assert "test in a centre of real" in bad[0].reason


def test_a_moving_sensor_without_a_place_is_refused():
    assert checked(Screen(), look("M"))[0] is not None
    used, bad = checked(Screen(), look("M", place=None))
    assert used is None and [b.field for b in bad] == ["sensor_x_m"]
    # an orbit in the network serves instead
    assert checked(Screen(), look("S", place=None))[0] is not None


@pytest.mark.parametrize(
    ("sensor", "column", "value", "field"),
    [
        ("R", RANGE, 8.001e6, "range_m"),
        ("R", RANGE_RATE, RATE_LIMIT_M_S + 1.0, "range_rate_m_s"),
        ("R", RANGE_RATE, -RATE_LIMIT_M_S - 1.0, "range_rate_m_s"),
        ("R", ELEVATION, -3.1 * DEG, "elevation_deg"),
        ("S", LOS_X, math.nan, "los_x"),
    ],
)
def test_an_implausible_row_is_refused_alone(sensor, column, value, field):
    values = values_of(sensor, 3)
    values[1, column] = value
    used, bad = checked(Screen(), look(sensor, n=3, values=values))
    assert used is not None and used.tolist() == [0, 2]
    assert [(b.row, b.field, b.action) for b in bad] == [(1, field, "refused")]


@pytest.mark.parametrize(
    ("column", "value"), [(RANGE, 7.999e6), (RANGE_RATE, RATE_LIMIT_M_S), (ELEVATION, -2.9 * DEG), (RANGE, math.nan)]
)
def test_what_is_just_plausible_is_used(column, value):
    values = values_of("R", 1)
    values[0, column] = value
    used, bad = checked(Screen(), look(values=values))
    assert used is not None and used.tolist() == [0] and not bad


def test_a_radar_row_without_any_measurement_is_refused():
    values = values_of("R", 1)
    values[0, [RANGE, AZIMUTH, ELEVATION]] = math.nan
    values[0, LOS_X : LOS_X + 3] = (1.0, 0.0, 0.0)
    used, bad = checked(Screen(), look(values=values))
    assert used is not None and used.size == 0 and [b.field for b in bad] == ["los_x"]


# ---- gaps --------------------------------------------------------------------------------------------------------


def told(screen: Screen, seconds: float) -> list[tuple[int, int]]:
    return [(g.first, g.last) for g in screen.due_gaps(START + round(seconds * NS))]


def test_a_missing_sequence_number_is_told_after_sixty_seconds_once():
    screen = Screen()
    checked(screen, look(sequence=5))
    checked(screen, look(sequence=9, seconds=10.0))
    assert told(screen, 69.999) == []
    assert screen.due_gaps(START + 70 * NS) == [Gap("R", "s", 6, 8)]
    assert told(screen, 500.0) == []


def test_late_looks_fill_a_gap_and_the_rest_is_told():
    screen = Screen()
    checked(screen, look(sequence=0))
    checked(screen, look(sequence=10, seconds=10.0))
    for sequence in (3, 9, 1):
        checked(screen, look(sequence=sequence, seconds=5.0), 20.0)
    assert told(screen, 70.0) == [(2, 2), (4, 8)]


def test_a_gap_that_late_looks_fill_whole_is_never_told():
    screen = Screen()
    checked(screen, look(sequence=0))
    checked(screen, look(sequence=3, seconds=10.0))
    for sequence in (2, 1):
        checked(screen, look(sequence=sequence, seconds=5.0), 20.0)
    assert told(screen, 1000.0) == []


def test_a_run_of_empty_looks_counts_for_all_its_numbers():
    screen = Screen()
    checked(screen, look(sequence=0))
    checked(screen, look(sequence=100, n=0, empty_looks=100, seconds=10.0))
    assert told(screen, 1000.0) == []
    checked(screen, look(sequence=120, n=0, empty_looks=10, seconds=20.0))
    assert told(screen, 1000.0) == [(101, 110)]


def test_a_late_run_of_empty_looks_fills_what_it_covers():
    screen = Screen()
    checked(screen, look(sequence=0))
    checked(screen, look(sequence=10, seconds=10.0))
    checked(screen, look(sequence=6, n=0, empty_looks=3, seconds=5.0), 20.0)
    assert told(screen, 1000.0) == [(1, 3), (7, 9)]


def test_a_new_session_and_another_sensor_count_for_themselves():
    screen = Screen()
    checked(screen, look(sequence=0))
    checked(screen, look(sequence=50, session="after restart", seconds=1.0))
    checked(screen, look("S", sequence=70, seconds=1.0))
    assert told(screen, 1000.0) == []


def test_a_refused_look_is_a_lost_look():
    screen = Screen()
    checked(screen, look(sequence=0))
    checked(screen, look(sequence=1, seconds=0.0), 100.0)
    checked(screen, look(sequence=2, seconds=101.0))
    assert told(screen, 161.0) == [(1, 1)]


def test_a_flood_of_gaps_is_bounded_and_told_early():
    screen = Screen()
    for k in range(OPEN_GAPS + 11):
        checked(screen, look(sequence=2 * k))
    early = told(screen, 0.0)
    assert early == [(2 * k + 1, 2 * k + 1) for k in range(10)]
    assert len(screen.streams["R"]["s"].gaps) == OPEN_GAPS


@pytest.mark.parametrize("period", [1.0, 100.0])
def test_a_sensor_that_counts_anew_in_its_session_is_told_and_its_later_gaps_too(period):
    screen, said = Screen(), []
    for k, sequence in enumerate([*range(100, 110), 0, 1, 2, 3, 6, 7]):
        used, bad = checked(screen, look(sequence=sequence, seconds=period * k))
        assert used is not None and used.size == 1
        said += [(b.field, b.reason, b.action) for b in bad]
    assert said == [("sequence", f"{ANEW}: 2 after 109", "ignored")]
    assert told(screen, 16 * period + 61.0) == [(4, 5)]


def test_late_looks_between_do_not_hide_that_a_sensor_counts_anew():
    screen, said = Screen(), []
    for k, sequence in enumerate([100, 101, 102, 0, 2, 1, 4, 3, 5]):
        late = 1.5 if sequence in (1, 3) else 0.0
        said += checked(screen, look(sequence=sequence, seconds=k - late), k)[1]
    assert [b.reason for b in said] == [f"{ANEW}: 4 after 102"]


def test_a_number_that_is_wrong_once_and_late_looks_are_no_counting_anew():
    screen = Screen()
    for k, sequence in enumerate([10, 11, 3, 12, 13, 2, 4, 14]):
        assert checked(screen, look(sequence=sequence, seconds=k))[1] == []
    for k in range(5, 0, -1):  # numbers from before the first one, late
        assert checked(screen, look(sequence=10 - k, seconds=-k), 8.0)[1] == []
    assert told(screen, 100.0) == []


def test_a_jump_by_a_billion_is_one_line_and_what_follows_is_used():
    screen, said = Screen(), []
    for k, sequence in enumerate([1, 2, 10**9, 3, 4, 5, *range(6, 200)]):
        used, bad = checked(screen, look(sequence=sequence, seconds=k))
        assert used is not None and used.size == 1
        said += [b.reason for b in bad] + told(screen, k)
    assert said[0] == (63, 10**9 - 1) and len(said) == 2
    assert said[1].startswith(f"{ANEW}: ") and said[1].endswith(f" after {10**9}")


def test_sessions_without_end_are_bounded_and_the_lost_looks_of_forgotten_ones_told():
    screen = Screen()
    said = []
    for k in range(1000):
        said += checked(screen, look(sequence=0, session=f"s{k}", seconds=0.01 * k, mark=k))[1]
        checked(screen, look(sequence=2, session=f"s{k}", seconds=0.01 * k + 0.005, mark=k + 0.5))
    assert len(screen.streams["R"]) == SESSIONS
    assert told(screen, 10.0) == [(1, 1)] * (1000 - SESSIONS)
    assert {(r.field, r.reason, r.action) for r in said} == {("session", MANY, "ignored")}


def test_a_new_session_every_minute_is_no_news():
    screen = Screen()
    for k in range(3 * SESSIONS):
        assert checked(screen, look(sequence=0, session=f"s{k}", seconds=60.0 * k))[1] == []
    assert len(screen.streams["R"]) == SESSIONS


# ---- properties --------------------------------------------------------------------------------------------------

LOOKS = st.builds(
    dict,
    sensor=st.sampled_from(["R", "R", "S", "M", "nobody"]),
    sequence=st.integers(0, 12),
    seconds=st.floats(-80.0, 30.0),
    n=st.integers(0, 4),
    mark=st.sampled_from([0.0, 0.0, 1.0, 9e6]),
    data_mode=st.sampled_from(["test"] * 6 + ["real"]),
    empty_looks=st.integers(1, 4),
    place=st.sampled_from([(4.2e7, 0.0, 0.0), None]),
)
STREAMS = st.lists(st.tuples(LOOKS, st.floats(0.0, 20.0)), max_size=25)


def items(stream) -> list[tuple[Look, float]]:
    now, out = 0.0, []
    for fields, step in stream:
        now += step
        out.append((look(**{**fields, "seconds": now + fields["seconds"]}), now))
    return out


@settings(max_examples=300, deadline=None, derandomize=True)
@given(STREAMS)
def test_rows_in_are_rows_used_and_rows_refused(stream):
    screen = Screen()
    for item, now in items(stream):
        used, bad = checked(screen, item, now)
        assert all(b.file == "looks.jsonl" and b.reason and b.field for b in bad)
        if used is None:
            kept = []
        elif item.numbers.size:
            kept = item.rows[used].tolist()
        else:
            kept = item.rows.tolist()
        gone = [b.row for b in bad if b.action != "ignored"]
        assert sorted(kept + gone) == sorted(item.rows.tolist())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(STREAMS, st.integers(0, 25))
def test_a_saved_and_restored_screen_goes_on_the_same(stream, cut):
    whole, other = Screen(), Screen()
    for k, (item, now) in enumerate(items(stream)):
        if k == cut:
            packed = msgspec.msgpack.encode(other.state())
            other = Screen()
            other.load(msgspec.msgpack.decode(packed))
        a, b = checked(whole, item, now), checked(other, item, now)
        assert a[1] == b[1] and (a[0] is None) == (b[0] is None)
        assert a[0] is None or np.array_equal(a[0], b[0])
        when = START + round(now * NS)
        assert whole.due_gaps(when) == other.due_gaps(when)
    assert msgspec.msgpack.encode(whole.state()) == msgspec.msgpack.encode(other.state())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.permutations(range(10)), st.sets(st.integers(1, 8)))
def test_lost_looks_are_exactly_those_that_never_came(order, lost):
    screen = Screen()
    checked(screen, look(sequence=0))
    for k in [k for k in order if k not in lost and k > 0]:
        checked(screen, look(sequence=k, seconds=1.0))
    told_of = [k for first, last in told(screen, 100.0) for k in range(first, last + 1)]
    assert told_of == sorted(lost)


def after(screen: Screen):
    """Return what is told once the looks before are too old to be joined by late rows."""
    return [b for b in checked(screen, look(sequence=9, seconds=70.0, n=0))[1] if b.field == "detections"]


def test_a_look_that_holds_less_than_it_says_is_told_and_used():
    screen = Screen()
    used, bad = checked(screen, look(n=3, declared=2200))
    assert used is not None and used.tolist() == [0, 1, 2] and bad == []
    (told,) = after(screen)
    assert told.reason == "the look says 2200 and holds 3" and told.action == "ignored" and told.row == 0


def test_a_look_that_comes_in_parts_is_counted_whole():
    screen = Screen()
    checked(screen, look(n=2, declared=4))
    rest = look(n=2, declared=4, numbers=np.array([2, 3], np.int64))
    assert checked(screen, rest, 30.0)[0] is not None
    assert after(screen) == []
    assert after(Screen()) == []


def test_empty_and_whole_looks_hold_what_they_say():
    screen = Screen()
    checked(screen, look(n=0))
    checked(screen, look(sequence=1, n=2))
    assert after(screen) == []
