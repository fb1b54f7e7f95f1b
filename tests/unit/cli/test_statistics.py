from tocsin.cli.study.statistics import share_text


def test_without_trials_nothing_is_known() -> None:
    assert share_text(0, 0) == "0 / 0"


def test_a_share_is_told_with_its_interval() -> None:
    assert share_text(81, 263) == "81 / 263 = 30.8 % (25.5 ... 36.6)"
