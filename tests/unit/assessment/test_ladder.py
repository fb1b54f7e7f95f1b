"""The ladder of DESIGN section 5: every threshold from both sides."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.assessment.ladder import CONFIRMS_S, MAY_WELL_BE, RANK, Figures, level_of, told_paths
from tocsin.assessment.paths import independent_paths, phenomenologies

INFRARED = ("infrared/post-a/line-a", "infrared/post-b/line-b")
BOTH = ("infrared/post-a/line-a", "radar/site-c/line-c")
E = 1e-9


def level(current: str = "", **given: Any) -> str:
    """Return the level of a launch that threatens, unless `given` says otherwise."""
    figures: dict[str, Any] = {
        "launch": 0.99, "missile": 0.95, "missile_without_notice": 0.95, "asset": 0.5, "confirmed_track": True,
        "impacting": 1.0, "paths": INFRARED, "degraded_mode": False,
    }  # fmt: skip
    return level_of(Figures(**{**figures, **given}), current)[0]


def test_a_launch_like_look_is_noticed() -> None:
    assert level(asset=0.0, confirmed_track=False) == "noticed"
    assert level(asset=0.0, launch=0.5, impacting=0.5) == "noticed"


def test_tracked_asks_for_a_track_whose_motion_fits_powered_or_suborbital_flight() -> None:
    assert level(asset=0.0) == "tracked"
    assert level(asset=0.0, launch=0.2, impacting=0.995) == "tracked"
    assert level(asset=0.0, launch=0.8, impacting=0.0) == "tracked"
    assert level(asset=0.0, launch=0.8 - E, impacting=0.99 - E) == "noticed"


def test_possible_asks_for_one_percent_on_an_asset() -> None:
    assert level(asset=0.01, missile=0.5) == "possible"
    assert level(asset=0.01 - E, missile=0.5) == "tracked"


def test_possible_asks_for_a_missile_not_excluded() -> None:
    assert level(missile=0.05, missile_without_notice=0.05, asset=0.09) == "possible"
    assert level(missile=0.05 - E, missile_without_notice=0.05 - E, asset=0.09) == "tracked"


def test_motion_that_meets_the_ground_for_sure_is_tracked_without_a_launch() -> None:
    assert level(asset=0.0, launch=0.0, impacting=0.99) == "tracked"
    assert level(asset=0.0, launch=1.0, impacting=1.0, confirmed_track=False) == "noticed"


def test_probable_asks_for_nine_tenths_missile() -> None:
    assert level(missile=0.9) == "probable"
    assert level(missile=0.9 - E) == "possible"


def test_probable_asks_for_ten_percent_on_an_asset() -> None:
    assert level(asset=0.10) == "probable"
    assert level(asset=0.10 - E) == "possible"


@pytest.mark.parametrize(
    "paths",
    [
        (),
        ("infrared/post-a/line-a",),
        ("infrared/post-a/line-a", "infrared/post-a/line-b"),
        ("infrared/post-a/line-a", "infrared/post-b/line-a"),
        ("infrared/post-a/line-a", "radar/post-a/line-a"),
    ],
)
def test_probable_asks_for_two_independent_paths(paths: tuple[str, ...]) -> None:
    assert level(paths=paths) == "possible"
    assert level(paths=paths, degraded_mode=True) == "possible"


def test_confirmed_asks_for_two_phenomenologies_or_a_declared_degraded_mode() -> None:
    assert level(paths=INFRARED) == "probable"
    assert level(paths=BOTH) == "confirmed"
    assert level(paths=INFRARED, degraded_mode=True) == "confirmed"


def test_what_nobody_has_seen_for_long_is_confirmed_by_no_silence() -> None:
    assert level("probable", paths=BOTH, seen_s=CONFIRMS_S - E) == "confirmed"
    assert level("", paths=BOTH, seen_s=CONFIRMS_S) == level("probable", paths=BOTH, seen_s=CONFIRMS_S) == "probable"
    assert level("confirmed", paths=BOTH, seen_s=CONFIRMS_S) == "confirmed"  # it flies on unseen
    assert level("probable", paths=INFRARED, degraded_mode=True, seen_s=CONFIRMS_S) == "confirmed"  # a person said so
    assert level("probable", paths=BOTH, degraded_mode=True, seen_s=CONFIRMS_S) == "confirmed"


def test_degraded_mode_lowers_no_other_threshold() -> None:
    assert level(degraded_mode=True, missile=0.9 - E) == "possible"
    assert level(degraded_mode=True, asset=0.10 - E) == "possible"


def test_no_notification_holds_a_threat_of_ten_percent_below_possible() -> None:
    # a notification has taken P(missile) to nothing; without it a missile is not excluded
    assert level(missile=0.001, missile_without_notice=0.06, asset=0.10) == "possible"
    assert level(missile=0.001, missile_without_notice=0.999, asset=1.0) == "possible"
    assert level(missile=0.001, missile_without_notice=0.999, asset=0.10 - E) == "tracked"


def test_a_notification_does_keep_a_launch_from_probable() -> None:
    assert level(missile=0.5, missile_without_notice=0.99, asset=0.9) == "possible"


def test_a_level_is_left_only_well_below_what_it_took() -> None:
    assert level("possible", asset=0.006, missile=0.5) == "possible"
    assert level("possible", asset=0.0049, missile=0.5) == "tracked"
    assert level("tracked", asset=0.006, missile=0.5) == "tracked"
    assert level("possible", asset=0.05, missile=0.025, missile_without_notice=0.025) == "possible"
    assert level("possible", asset=0.05, missile=0.025 - E, missile_without_notice=0.025 - E) == "tracked"
    assert level("probable", asset=0.06) == "probable"
    assert level("probable", asset=0.049) == "possible"
    assert level("probable", missile=0.81) == "probable"
    assert level("probable", missile=0.79) == "possible"
    # what eases the fall from one level does not ease the rise to the next
    assert level("possible", missile=0.89) == "possible"
    assert level("possible", asset=0.06) == "possible"


def test_more_threat_never_means_a_lower_level() -> None:
    steps = [0.0, 0.004, 0.01, 0.05, 0.1, 0.5, 1.0]
    for current in ("", "tracked", "possible", "probable", "confirmed"):
        for paths in ((), INFRARED, BOTH):
            for p in steps:
                by_asset = [
                    RANK[level(current, asset=a, missile=p, missile_without_notice=p, paths=paths)] for a in steps
                ]
                by_missile = [
                    RANK[level(current, asset=p, missile=m, missile_without_notice=m, paths=paths)] for m in steps
                ]
                assert by_asset == sorted(by_asset)
                assert by_missile == sorted(by_missile)


def test_the_reason_says_which_harmless_launch_is_not_excluded() -> None:
    figures = Figures(0.99, 0.6, 0.6, 0.3, True, 1.0, INFRARED, False)
    name, reason = level_of(figures, "")
    assert name == "possible"
    assert "space launch or sounding rocket not excluded" in reason
    assert "2 independent paths (infrared)" in reason


def test_what_holds_probable_does_not_lift_it_to_confirmed() -> None:
    for held in ({"asset": 0.06}, {"missile": 0.85}):
        assert level("probable", paths=INFRARED, **held) == "probable"
        assert level("probable", paths=BOTH, **held) == "probable"
        assert level("probable", paths=INFRARED, degraded_mode=True, **held) == "probable"
        assert level("confirmed", paths=BOTH, **held) == "confirmed"
    assert level("probable", paths=BOTH, asset=0.10, missile=0.90) == "confirmed"


def test_a_wide_footprint_does_not_take_an_alarm_back_but_never_raises_one() -> None:
    # looks have stopped and the footprint has grown over everything: a small P(asset) is ignorance then (2023)
    for current in ("possible", "probable", "confirmed"):
        assert level(current, asset=0.0, missile=MAY_WELL_BE, wide=True) == "possible"
        assert level(current, asset=0.0, missile=MAY_WELL_BE - E, wide=True) == "tracked"
        assert level(current, asset=0.0, missile=MAY_WELL_BE, wide=False) == "tracked"
    for current in ("", "noticed", "tracked"):
        assert level(current, asset=0.0, missile=1.0, wide=True) == "tracked"
    figures = Figures(0.99, 0.6, 0.6, 0.0, True, 1.0, INFRARED, False, wide=True)
    assert level_of(figures, "possible")[1] == "P(missile) 0.60; the footprint is too wide to rule an asset out"


def test_a_prediction_alone_does_not_take_an_alarm_back_and_never_raises_one() -> None:
    # its plume has gone out and nobody has seen it since: what was told stays told (2022, 2023)
    for current in ("possible", "probable", "confirmed"):
        assert level(current, asset=0.0, missile=MAY_WELL_BE, unseen=True) == "possible"
        assert level(current, asset=0.0, missile=MAY_WELL_BE - E, unseen=True) == "tracked"
    for current in ("", "noticed", "tracked"):
        assert level(current, asset=0.0, missile=1.0, unseen=True) == "tracked"
    figures = Figures(0.99, 0.6, 0.6, 0.0, True, 1.0, INFRARED, False, unseen=True)
    assert level_of(figures, "possible")[1] == "P(missile) 0.60; nobody has seen it since its burnout"


@settings(max_examples=300, deadline=None)
@given(
    current=st.sampled_from(sorted(RANK)),
    p=st.tuples(*[st.floats(0.0, 1.0)] * 7),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    paths=st.lists(
        st.builds("{}/s{}/l{}".format, st.sampled_from(("infrared", "radar")), st.integers(0, 2), st.integers(0, 2)),
        unique=True,
        max_size=5,
    ),
)
def test_whatever_the_figures_a_level_stands_on_what_it_asks_for(
    current: str, p: tuple[float, ...], flags: tuple[bool, bool, bool], paths: list[str]
) -> None:
    f = Figures(
        p[0], p[1], p[2], p[3], flags[0], p[4], tuple(sorted(paths)), flags[1], flags[2], asset_without_notice=p[5],
        asset_before=p[6],
    )  # fmt: skip
    name, reason = level_of(f, current)
    assert reason
    if RANK[name] >= RANK["probable"]:
        assert independent_paths(f.paths) >= 2 and f.missile >= 0.8 - 1e-12 and f.asset >= 0.05
        if RANK[name] > RANK[current]:
            assert f.missile >= 0.9 and f.asset >= 0.10
            assert f.asset_before >= 0.10 or current == "probable"
    if name == "confirmed":
        assert len(phenomenologies(f.paths)) >= 2 or f.degraded_mode
    if max(f.asset, f.asset_without_notice) >= 0.10 and f.missile_without_notice >= 0.05:
        assert RANK[name] >= RANK["possible"]  # no notification and no site holds it down
    # a level that is held is never lower than the same figures would give anew
    assert RANK[name] >= RANK[level_of(f, "")[0]]


def test_the_words_of_each_level_say_on_what_it_stands() -> None:
    def words(current: str = "", **given: Any) -> str:
        figures: dict[str, Any] = {
            "launch": 0.97, "missile": 0.95, "missile_without_notice": 0.95, "asset": 0.5, "confirmed_track": True,
            "impacting": 1.0, "paths": BOTH, "degraded_mode": False,
        }  # fmt: skip
        return level_of(Figures(**{**figures, **given}), current)[1]

    two = "P(missile) 0.95, P(asset) 0.50, 2 independent paths"
    assert words() == f"{two} (infrared, radar); two phenomenologies"
    assert words(paths=INFRARED, degraded_mode=True) == f"{two} (infrared); degraded mode declared by a person"
    assert words(paths=INFRARED) == words(paths=INFRARED, seen_s=CONFIRMS_S - E) == f"{two} (infrared)"
    assert words(seen_s=37.4) == f"{two} (infrared, radar); not seen for 37 s"
    assert words(paths=()) == "P(missile) 0.95, P(asset) 0.50, 0 independent paths ()"
    excluded = "; space launch or sounding rocket not excluded"
    assert (
        words(missile=0.6, missile_without_notice=0.6) == two.replace("0.95", "0.60") + " (infrared, radar)" + excluded
    )
    assert (
        words("probable", missile=0.85, missile_without_notice=0.85)
        == two.replace("0.95", "0.85") + " (infrared, radar)"
    )
    assert excluded not in words(missile=0.9, missile_without_notice=0.9, paths=())
    assert words(asset=0.0) == "powered or suborbital flight; P(missile) 0.95, P(asset) 0.000"
    assert words(asset=0.0, confirmed_track=False) == "launch-like; P(launch) 0.97"


def test_figures_are_not_changed_once_they_are_judged() -> None:
    figures = Figures(0.99, 0.6, 0.6, 0.0, True, 1.0, INFRARED, False)
    with pytest.raises(AttributeError):
        figures.asset = 1.0  # type: ignore[misc]


def test_levels_stand_in_the_order_of_the_ladder_and_nothing_stands_below_them_all() -> None:
    assert sorted(RANK, key=lambda name: RANK[name]) == ["", "noticed", "tracked", "possible", "probable", "confirmed"]
    assert len(set(RANK.values())) == len(RANK)


def test_a_rise_to_probable_needs_two_predictions() -> None:
    assert level(asset_before=0.10) == "probable"
    assert level(asset_before=0.10 - E) == "possible"
    assert level("possible", asset_before=0.0) == "possible"
    assert level("probable", asset_before=0.0) == "probable"  # what holds needs it no more
    assert level("probable", asset_before=0.0, paths=BOTH) == "confirmed"
    reason = level_of(
        Figures(launch=1.0, missile=0.95, missile_without_notice=0.95, asset=0.5, confirmed_track=True, impacting=1.0,
                paths=BOTH, degraded_mode=False, asset_before=0.03), "possible",
    )[1]  # fmt: skip
    figures = "P(missile) 0.95, P(asset) 0.50, 2 independent paths (infrared, radar)"
    assert reason == f"{figures}; P(asset) 0.03 by the prediction before"


def test_one_path_is_one_path() -> None:
    assert told_paths(BOTH) == "2 independent paths (infrared, radar)"
    assert told_paths(BOTH[:1]) == "1 independent path (infrared)"
    assert told_paths(()) == "0 independent paths ()"


def test_no_prior_word_holds_down_what_may_fall_on_an_asset_by_measurement_alone() -> None:
    # notice and site make it a launcher that reaches orbit; without them it may fall on a place with one in ten
    word: dict[str, Any] = {"missile": 0.01, "asset": 0.005, "missile_without_notice": 0.6}
    assert level(**word, asset_without_notice=0.10) == "possible"
    assert level(**word, asset_without_notice=0.10 - E) == "tracked"
    assert level(**{**word, "missile_without_notice": 0.05 - E}, asset_without_notice=0.10) == "tracked"
    assert level("possible", **word, asset_without_notice=0.10 - E) == "tracked"
    # it lifts no further than that
    assert level(**{**word, "missile_without_notice": 0.95}, asset_without_notice=0.9) == "possible"


@pytest.mark.parametrize(
    ("missile", "asset", "told"),
    [(0.01, 0.04, "; by what is measured alone P(missile) 0.60, P(asset) 0.12"), (0.6, 0.12, ""),
     (0.6, 0.04, "; by what is measured alone P(missile) 0.60, P(asset) 0.12"),
     (0.01, 0.12, "; by what is measured alone P(missile) 0.60, P(asset) 0.12")],
)  # fmt: skip
def test_the_reason_says_what_stands_on_measurement_alone(missile: float, asset: float, told: str) -> None:
    figures = Figures(
        0.99, missile, 0.6, asset, True, 1.0, INFRARED, False, asset_without_notice=0.12,
    )  # fmt: skip
    words = f"P(missile) {missile:.2f}, P(asset) {asset:.2f}, 2 independent paths (infrared)"
    assert level_of(figures, "") == ("possible", f"{words}; space launch or sounding rocket not excluded{told}")


@pytest.mark.parametrize("current", ["", "noticed"])
def test_what_only_shines_aloft_is_noticed_and_no_more(current: str) -> None:
    assert level(current, moved=False, paths=BOTH) == "noticed"
    figures = Figures(0.9, 0.9, 0.9, 0.5, True, 1.0, BOTH, False, moved=False)
    assert level_of(figures, current)[1] == (
        "launch-like: shines above the ground; P(launch) 0.90, its motion is not known yet"
    )
    assert level(current, moved=True, paths=BOTH) in ("probable", "confirmed")
