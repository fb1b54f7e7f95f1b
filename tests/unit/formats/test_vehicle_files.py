"""Vehicle files: what a user writes wrong is named with file, line, key and the physics that fails."""

import pytest

from tests.vehicles import VEHICLES
from tocsin.core.errors import InputError
from tocsin.formats.toml_files import read_vehicle

GOOD = """
name = "mine"
kind = "missile"
payload_kg = 500
payload_beta_kg_m2 = 5000
kick_s = 20
turn_s = 24

[[stage]]
propellant_kg = 5000
dry_kg = 1100
burn_s = 80
isp_vac_s = 240
diameter_m = 0.9
exit_diameter_m = 0.6
"""
LAUNCHER = (
    GOOD.replace('"missile"', '"space_launcher"').replace("turn_s = 24", "turn_s = 24\nhold_s = 60\norbit_km = 200")
)  # fmt: skip


def refused(tmp_path, text: str) -> InputError:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_vehicle(path)
    assert caught.value.file == str(path)
    assert caught.value.line is not None and caught.value.allowed
    return caught.value


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    vehicle = read_vehicle(path)
    assert vehicle.lift_off_kg == 6600.0
    assert vehicle.stages[0].thrust_vac_n == pytest.approx(5000 * 9.80665 * 240 / 80)


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "physics"),
    [
        ("burn_s = 80", "burn_s = 300", "stage[0].burn_s", 12, "cannot leave the pad: thrust at sea level"),
        ("payload_kg = 500", "payload_kg = 50000", "stage[0].burn_s", 12, "cannot leave the pad"),
        ("payload_kg = 500", "payload_kg = -5", "payload_kg", 4, "no mass is below zero"),
        ("dry_kg = 1100", "dry_kg = -1100", "stage[0].dry_kg", 11, "no mass is below zero"),
        ("propellant_kg = 5000", "propellant_kg = -300", "stage[0].propellant_kg", 10, "mass ratio 0.73, below 1"),
        ("propellant_kg = 5000", "propellant_kg = 0", "stage[0].propellant_kg", 10, "mass ratio 1"),
        ("burn_s = 80", "burn_s = 0", "stage[0].burn_s", 12, "thrust = propellant x g0 x Isp / burn time"),
        ("burn_s = 80", "burn_s = 0.1", "stage[0].burn_s", 12, "at burn-out with"),
        ("isp_vac_s = 240", "isp_vac_s = 2400", "stage[0].isp_vac_s", 13, "exhaust speed of 23536 m/s"),
        ("isp_vac_s = 240", "isp_vac_s = 0", "stage[0].isp_vac_s", 13, "exhaust speed"),
        ("diameter_m = 0.9", "diameter_m = 0", "stage[0].diameter_m", 14, "not allowed"),
        ("exit_diameter_m = 0.6", "exit_diameter_m = 1.6", "stage[0].exit_diameter_m", 15, "the air presses"),
        ("turn_s = 24", "turn_s = 10", "turn_s", 7, "before the kick has ended"),
        ("turn_s = 24", "turn_s = 24\nhold_s = 5", "hold_s", 8, "before the gravity turn"),
        ("kind = ", "range_km = [900, 300]\nkind = ", "range_km", 3, "the shorter range comes first"),
        ("turn_s = 24", "turn_s = 24\nthrust_n = 1", "thrust_n", 8, "unknown key"),
        ('name = "mine"', 'name = "mine"\nsource = [{ keys = ["stage.isp"], source = "x", confidence = "low" }]',
         "source[0].keys[0]", 3, "no key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_its_physics(tmp_path, old, new, key, line, physics):
    assert old in GOOD
    error = refused(tmp_path, GOOD.replace(old, new, 1))
    assert (error.key, error.line) == (key, line)
    assert physics in str(error)


def test_a_launcher_that_cannot_reach_orbit_says_what_it_lacks(tmp_path):
    error = refused(tmp_path, LAUNCHER)
    assert "cannot reach orbit: its stages give 3.34 km/s" in str(error)
    assert "needs 7.56 km/s" in str(error)


def test_nothing_left_at_burn_out_is_refused(tmp_path):
    error = refused(tmp_path, GOOD.replace("payload_kg = 500", "payload_kg = 0").replace("dry_kg = 1100", "dry_kg = 0"))
    assert error.key == "stage[0].dry_kg" and "infinite mass ratio" in str(error)


def test_every_value_of_a_packaged_class_has_a_source_and_a_confidence():
    assert len(VEHICLES) >= 15
    for name, vehicle in VEHICLES.items():
        assert name == vehicle.name
        said = [key for source in vehicle.sources for key in source.keys]
        assert len(said) == len(set(said)), name
        given = {
            f for f in vehicle.__struct_fields__
            if f not in ("name", "kind", "description", "stages", "sources", "fairing", "dump", "dispersion")
            and getattr(vehicle, f) != _default(vehicle, f)
        }  # fmt: skip
        given |= {f"stage.{f}" for s in vehicle.stages for f in s.__struct_fields__ if getattr(s, f) != _default(s, f)}
        for part in ("fairing", "dump"):
            inner = getattr(vehicle, part)
            given |= set() if inner is None else {f"{part}.{f}" for f in inner.__struct_fields__}
        assert given <= set(said), (name, given - set(said))
        assert {s.confidence for s in vehicle.sources} <= {"high", "medium", "low", "assumed"}
        assert any(s.confidence == "assumed" for s in vehicle.sources)


def _default(record, field: str):
    names = record.__struct_fields__
    defaults = record.__struct_defaults__
    i = names.index(field) - (len(names) - len(defaults))
    return defaults[i] if i >= 0 else object()


def test_classes_are_generic():
    named = ("scud", "hwasong", "nodong", "taepodong", "minuteman", "trident", "topol", "falcon", "brant")
    for vehicle in VEHICLES.values():
        assert not any(word in vehicle.name for word in named)
