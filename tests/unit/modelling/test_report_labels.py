"""Names on the map can be read."""

import re

from tocsin.modelling.report.labels import Labels


def test_names_do_not_cover_each_other_and_stay_on_the_map() -> None:
    labels = Labels(400.0, 200.0)
    labels.keep_free(200.0, 100.0)
    placed = [labels.at(200.0, 100.0, f"name {k}") for k in range(8)]
    drawn = [text for text in placed if text]
    assert 3 <= len(drawn) < 8
    spots = {re.search(r'x="([\d.]+)" y="([\d.]+)"', text).groups() for text in drawn}  # type: ignore[union-attr]
    assert len(spots) == len(drawn)
    assert 'text-anchor="end"' in labels.at(398.0, 50.0, "at the edge")


def test_a_name_is_text() -> None:
    assert "<b>" not in Labels(400.0, 200.0).at(10.0, 100.0, "<b>")
