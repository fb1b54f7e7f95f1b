"""The report is whole, safe, small, and shows what the folder holds."""

import html.parser
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.unit.modelling.report_example import make
from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.time import iso_from_tai, tai_from_iso
from tocsin.formats.folder import OutputFolder
from tocsin.modelling.report import build_report
from tocsin.modelling.report.gather import gather
from tocsin.modelling.report.sections import said_to_be

VOID = {"meta", "br", "input", "link", "img", "hr", "path", "rect", "circle", "ellipse", "line"}


class Structure(html.parser.HTMLParser):
    """Notes what is open, all links and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action", "data")]
        self.ids |= {value or "" for name, value in attrs if name == "id"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parse(text: str) -> Structure:
    found = Structure()
    found.feed(text)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("report") / "first-light", 60)


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    path = build_report(folder)
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


def test_markup_is_closed_and_every_link_stays_on_the_page(page: str) -> None:
    found = parse(page)
    assert found.wrong == [] and found.open == []
    assert found.links and all(link.startswith("#") and link[1:] in found.ids for link in found.links)
    assert not {"img", "iframe", "object", "link"} & found.tags


def test_nothing_is_asked_of_a_network(page: str) -> None:
    assert "default-src 'none'" in page
    outside = [m for m in re.findall(r"""(?:https?:)?//[\w.]+""", page) if not m.startswith("//#")]
    assert outside == []
    assert "url(" not in page.replace("url(#hatch)", "")
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import)\s*\(", page)


@pytest.mark.parametrize(
    "words",
    [
        "SIMULATED", "Nothing on this page happened", "E0001", "E0002", "E0003", "T000001", "T000006", "confirmed",
        "looked and not seen", "could not see", "What was known when", "What was said", "motion of the plume",
        "received more than 60 s late", "silent for 30 s", "first predicted impact", "estimated launch", "SHA-256",
        "Eastern Territory", "molniya-1", "radar-7", "Unconfirmed launch",
    ],
)  # fmt: skip
def test_it_shows(page: str, words: str) -> None:
    assert words in page


def test_every_sensor_has_a_row_in_the_time_line_and_every_object_a_place_in_a_table(page: str, folder: Path) -> None:
    data = gather(folder)
    svg = page[page.index('class="timeline"') : page.index("What was known when")]
    for sensor in data.sensors:
        assert f">{sensor.id}</text>" in svg
    listed = json.loads(re.search(r'id="others">(.*?)</script>', page, re.S).group(1))  # type: ignore[union-attr]
    assert len(listed) == 60 == sum(1 for o in data.objects if not o.event)
    for story in data.objects:
        if story.event:
            assert f"<b>{story.track}</b>" in page


def test_what_is_gathered_is_what_was_written(folder: Path) -> None:
    data = gather(folder)
    assert [e.id for e in data.events] == ["E0001", "E0002", "E0003"]
    raid = data.events[0]
    assert (raid.highest, raid.last, len(raid.members)) == ("confirmed", "resolved", 6)
    assert len(data.sensors) == 13 and data.assets is not None
    assert data.refusals.counts["received more than 60 s late", "refused"] == 12
    assert data.objects[0].looks == 276 and data.objects[0].evidence


def test_the_page_is_the_same_each_time(folder: Path, page: str) -> None:
    assert build_report(folder).read_text(encoding="utf-8") == page


def test_markup_in_names_stays_text(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    out = make(tmp_path / "out", 3, title=evil)
    assets = out / "inputs" / "assets.toml"
    assets.write_text(assets.read_text(encoding="utf-8").replace('"Asset 3"', f"'{evil}'"), encoding="utf-8")
    for name in ("events.jsonl", "assessments.jsonl", "rejected.jsonl"):
        path = out / name
        text = path.read_text(encoding="utf-8")
        for word in ("late", "burn time", "two phenomenologies", "missed 5 looks", "silent"):
            text = text.replace(word, json.dumps(evil)[1:-1])
        path.write_text(text, encoding="utf-8")
    text = build_report(out).read_text(encoding="utf-8")
    assert "<script>alert" not in text and "<img" not in text and "&lt;script&gt;alert" in text
    found = parse(text)
    assert found.wrong == [] and found.open == []


def test_thousands_of_tracks_stay_under_five_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.modelling.report import objects

    out = make(tmp_path / "out", 500)
    whole = build_report(out).stat().st_size
    monkeypatch.setattr(objects, "LIST_BUDGET", 20_000)
    text = build_report(out).read_text(encoding="utf-8")
    assert len(text) < whole - 40_000 and "too many for this page" in text and "are listed; all are in" in text
    assert whole < 1_200_000


def test_a_run_that_saw_nothing_has_a_report(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out"):
        pass
    text = build_report(tmp_path / "out").read_text(encoding="utf-8")
    assert "No event was opened" in text and "Every row was used" in text and "did not finish" in text


def test_a_folder_cut_in_a_line_has_a_report(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "cut"
    shutil.copytree(folder, out)
    for name in ("events.jsonl", "assessments.jsonl"):
        data = (out / name).read_bytes()
        (out / name).write_bytes(data[: len(data) * 2 // 3])
    (out / "tracks.parquet").unlink()
    (out / "summary.json").unlink()
    assert "E0001" in build_report(out).read_text(encoding="utf-8")


def test_a_folder_without_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"events\.jsonl"):
        build_report(tmp_path)


def test_an_event_that_joined_another_is_one_line_and_counts_there(tmp_path: Path) -> None:
    out = make(tmp_path / "out", 3)
    path = out / "assessments.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    quiet = next(e.id for e in gather(out).events if not e.warnings)
    last = next(row for row in reversed(rows) if row["event"] == quiet)
    last |= {"level": "resolved", "reason": "joined E0001: one raid"}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    text = build_report(out).read_text(encoding="utf-8")
    assert {e.id: e.joined for e in gather(out).events}[quiet] == "E0001"
    assert 'joined <a href="#E0001">E0001</a>' in text and f"<h3>Event {quiet} " not in text
    assert text.count(f'id="{quiet}"') == 1 and "1 more joined" in text


@pytest.mark.parametrize(
    ("later_s", "said"), [(1.0, {"space_launch": 0.8, "sounding_rocket": 0.2}), (-1.0, {"space_launch": 0.93})]
)
def test_what_was_last_said_of_an_object_counts_though_its_event_was_told_before(
    tmp_path: Path, later_s: float, said: dict[str, float]
) -> None:
    out = make(tmp_path / "out", 3)
    story = next(e for e in gather(out).events if e.id == "E0002")
    track, last = story.assessments[-1].tracks[0], tai_from_iso(story.assessments[-1].time_utc)
    path = out / "events.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    row = next(r for r in rows if r["kind"] == "identified" and r["subject"] == track)
    row["time_utc"] = iso_from_tai(last + round(later_s * NS))
    row["data"]["classes"] = {"space_launch": 0.8, "sounding_rocket": 0.2}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert next(e for e in gather(out).events if e.id == "E0002").members[track].classes == said


def test_a_sight_grows_old_in_the_time_line() -> None:
    from tocsin.modelling.report.timeline import _extend

    row: list[tuple[int, int, str]] = []
    for start, end, status in ((0, 5, "seen"), (5, 9, "seen"), (9, 9, "not_seen"), (9, 12, "seen_before")):
        _extend(row, start, end, status)
    assert row == [(0, 9, "seen"), (9, 12, "seen_before")]


def test_a_missile_of_no_class_is_said_to_be_one() -> None:
    classes = {"ballistic_missile_short_range": 0.25, "ballistic_missile_intercontinental": 0.27}
    assert said_to_be({**classes, "space_launch": 0.26, "sounding_rocket": 0.22}) == "missile, class not known"
    # the likeliest class is told as everywhere else, in the map and of each object
    assert said_to_be({**classes, "sounding_rocket": 0.48}) == "sounding rocket"
    assert said_to_be({"ballistic_missile_short_range": 0.6, "sounding_rocket": 0.4}) == "missile, short range"
    assert said_to_be({"ballistic_missile_short_range": 0.4, "sounding_rocket": 0.6}) == "sounding rocket"
    assert (
        said_to_be({"ballistic_missile_short_range": 0.3, "sounding_rocket": 0.4, "space_launch": 0.3})
        == "sounding rocket"
    )
