"""A sensor that cannot be is refused with file, line, key, what is allowed, and the physics that fails."""

from pathlib import Path

import pytest

from tocsin.core.errors import InputError
from tocsin.formats.tle_lines import checksum
from tocsin.formats.toml_files import read_network

NETWORK = """\
[[radar]]
id = "flat"
latitude_deg = 50.0
longitude_deg = 10.0
altitude_m = 100
range_km = 4000.0
range_min_km = 200.0
period_s = 5.0
faces = [
  { azimuth_start_deg = 300, azimuth_end_deg = 60, elevation_min_deg = 3, elevation_max_deg = 85, boresight_azimuth_deg = 0 },
]
search_volumes = [
  { id = "fence", azimuth_start_deg = 330, azimuth_end_deg = 30, elevation_min_deg = 3, elevation_max_deg = 6 },
]
assumed = ["period_s", "faces.elevation_max_deg"]

[[infrared]]
id = "molniya"
orbit = { epoch_utc = "1983-09-25T20:15:00Z", perigee_altitude_km = 600, apogee_altitude_km = 39700, inclination_deg = 63 }
field_half_angle_deg = 10.0

[[infrared]]
id = "elements"
element_set = [
  "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753",
  "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667",
]
"""
"""A network in which everything can be; the tests change one thing."""

FACE = "radar[0].faces[0]."
VOLUME = "radar[0].search_volumes[0]."
ORBIT = "infrared[0].orbit."
CASES = {
    "negative range": ("range_km = 4000.0", "range_km = -1.0", 6, "radar[0].range_km", "never negative", "> 0"),
    "no range": ("range_km = 4000.0", "range_km = 0", 6, "radar[0].range_km", "sees nothing", "> 0"),
    "negative nearest range": ("range_min_km = 200.0", "range_min_km = -5",
     7, "radar[0].range_min_km", "never negative", ">= 0"),
    "nearest beyond farthest": ("range_min_km = 200.0", "range_min_km = 4000",
     7, "radar[0].range_min_km", "at no distance", "4000"),
    "time runs backwards": ("period_s = 5.0", "period_s = -5.0", 8, "radar[0].period_s", "runs forward", "> 0"),
    "upper limit under lower": ("elevation_max_deg = 85", "elevation_max_deg = 2",
     10, FACE + "elevation_min_deg", "no height", "less than 2"),
    "face of no height": ("elevation_max_deg = 85", "elevation_max_deg = 3",
     10, FACE + "elevation_min_deg", "no height", "less than 3"),
    "face into the ground": ("elevation_min_deg = 3, elevation_max_deg = 85", "elevation_min_deg = -9, elevation_max_deg = -4",
                             10, FACE + "elevation_max_deg", "into the ground", "more than -0.32"),
    "past the other horizon": ("elevation_max_deg = 85", "elevation_max_deg = 190",
     10, FACE + "elevation_max_deg", "zenith", "<= 180"),
    "flat face all round": ("azimuth_end_deg = 60, ", "azimuth_end_deg = 300, ",
     10, FACE + "azimuth_end_deg", "360 deg wide", "90 deg"),
    "boresight outside": ("boresight_azimuth_deg = 0", "boresight_azimuth_deg = 180",
     10, FACE + "azimuth_end_deg", "not in it", "90 deg"),
    "volume where no face looks": ("azimuth_start_deg = 330, azimuth_end_deg = 30",
                                   "azimuth_start_deg = 90, azimuth_end_deg = 270",
                                   13, VOLUME + "azimuth_start_deg", "no face", "a sector"),
    "volume above all faces": ("elevation_min_deg = 3, elevation_max_deg = 6", "elevation_min_deg = 86", 13,
                               VOLUME + "elevation_min_deg", "above every face", "less than 85"),
    "volume below all faces": ("elevation_min_deg = 3, elevation_max_deg = 6", "elevation_max_deg = 2", 13,
                               VOLUME + "elevation_max_deg", "below every face", "more than 3"),
    "volume out of range": ("elevation_min_deg = 3, elevation_max_deg = 6", "range_min_km = 4500", 13,
                            VOLUME + "range_min_km", "beyond", "less than 4000"),
    "perigee under the ground": ("perigee_altitude_km = 600", "perigee_altitude_km = -50",
     19, ORBIT + "perigee_altitude_km", "meets the ground", "> 0"),
    "perigee in the air": ("perigee_altitude_km = 600", "perigee_altitude_km = 40",
     19, ORBIT + "perigee_altitude_km", "in the air", "at least 80"),
    "perigee over apogee": ("perigee_altitude_km = 600", "perigee_altitude_km = 40000",
     19, ORBIT + "perigee_altitude_km", "never above its highest", "39700"),
    "beyond the Moon": ("apogee_altitude_km = 39700", "apogee_altitude_km = 390000",
     19, ORBIT + "apogee_altitude_km", "the Moon", "200000"),
    "upside down": ("inclination_deg = 63", "inclination_deg = 180",
     19, ORBIT + "inclination_deg", "no elements", "179.9"),
    "inclination": ("inclination_deg = 63", "inclination_deg = 200",
     19, ORBIT + "inclination_deg", "no other angle", "<= 180"),
    "eccentricity": ("inclination_deg = 63", "eccentricity = 1.2",
     19, ORBIT + "eccentricity", "is given by perigee", "perigee_altitude_km"),
    "cone of no width": ("field_half_angle_deg = 10.0", "field_half_angle_deg = 0",
     20, "infrared[0].field_half_angle_deg", "a cone", "> 0"),
    "two of one name": ('id = "molniya"', 'id = "flat"',
     18, "infrared[0].id", "already the id of radar[0]", "an id of its own"),
    "two volumes of one name": ('search_volumes = [\n', 'search_volumes = [ { id = "fence" },\n',
     13, "radar[0].search_volumes[1].id", "already", "its own"),
    "assumed key that is none": ('"period_s", ', '"perod_s", ', 15, "radar[0].assumed[0]", "no key", "period_s"),
    "unknown key": ("altitude_m = 100", "height_m = 100", 5, "radar[0].height_m", "unknown key", "altitude_m"),
}  # fmt: skip


def refused(tmp_path: Path, text: str) -> InputError:
    path = tmp_path / "network.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_network(path)
    return caught.value


def test_what_can_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "network.toml"
    path.write_text(NETWORK)
    assert read_network(path).radar[0].assumed == ("period_s", "faces.elevation_max_deg")


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_is_named_with_the_physics(tmp_path: Path, case: str) -> None:
    old, new, line, key, physics, allowed = CASES[case]
    assert NETWORK.count(old) == 1, old
    error = refused(tmp_path, NETWORK.replace(old, new))
    assert (error.line, error.key) == (line, key)
    assert physics in error.message
    assert allowed in error.allowed
    assert f"network.toml:{line}" in str(error)


@pytest.mark.parametrize(
    ("eccentricity", "motion", "where"),
    [("6859667", "10.82419157", "below the ground"), ("0000100", "16.75000000", "in the air")],
)
def test_an_element_set_whose_orbit_meets_the_earth_is_named(
    tmp_path: Path, eccentricity: str, motion: str, where: str
) -> None:
    old = "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667"
    new = old[:26] + eccentricity + old[33:52] + motion + old[63:68]
    error = refused(tmp_path, NETWORK.replace(old, new + str(checksum(new))))
    assert (error.line, error.key) == (26, "infrared[1].element_set[1]")
    assert where in error.message and "perigee" in error.message


@pytest.mark.parametrize(("altitude_m", "low", "high"), [(0, 3.0, 140.0), (3000, -1.5, -1.0)])
def test_a_face_over_the_zenith_and_one_on_a_mountain_can_be(
    tmp_path: Path, altitude_m: int, low: float, high: float
) -> None:
    path = tmp_path / "network.toml"
    face = f"{{ azimuth_start_deg = 0, azimuth_end_deg = 90, elevation_min_deg = {low}, elevation_max_deg = {high} }}"
    place = f"latitude_deg = 1\nlongitude_deg = 1\naltitude_m = {altitude_m}"
    path.write_text(f'[[radar]]\nid = "a"\n{place}\nfaces = [{face}]\n')
    assert read_network(path).radar[0].faces[0].elevation_max_deg == high
