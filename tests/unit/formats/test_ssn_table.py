"""The table of radar observations: how rows become looks, and which are refused."""

import pytest

from tocsin.core.errors import InputError
from tocsin.core.records import inputs as record
from tocsin.formats.ssn_table import read_sensors, read_ssn_table

SENSORS = """\
sensor,name,lat_deg,lon_deg,alt_m,boresight_az_deg,boresight_el_deg,sensor_type,search_rng_min_km,search_rng_max_km,\
search_az_min_deg,search_az_max_deg,search_el_min_deg,search_el_max_deg,track_rng_min_km,track_rng_max_km,\
track_az_min_deg,track_az_max_deg,track_el_min_deg,track_el_max_deg,bias_rng_m,bias_az_deg,bias_el_deg,noise_rng_m,\
noise_az_deg,noise_el_deg
7,DISH,10.0,-60.0,5.5,0.0,90.0,6,100.0,2500.0,0.0,360.0,0.0,180.0,100.0,2500.0,0.0,360.0,0.0,180.0,80.0,0.01,0.005,\
90.0,0.02,0.015
8,EAST FACE,20.0,-70.0,50.0,47.0,20.0,10,100.0,5555.0,347.0,107.0,3.0,80.0,100.0,5555.0,347.0,107.0,3.0,80.0,0.0,\
0.0,0.0,26.0,0.026,0.022
9,WEST FACE,20.0,-70.0,50.0,287.0,20.0,10,100.0,5555.0,227.0,347.0,3.0,80.0,100.0,5555.0,227.0,347.0,3.0,80.0,70.0,\
0.01,0.01,26.0,0.026,0.022
5,TELESCOPE,30.0,-70.0,50.0,0.0,90.0,6,100.0,92600.0,0.0,360.0,20.0,90.0,100.0,92600.0,0.0,360.0,5.0,90.0,9999.0,\
0.001,0.001,9999.0,0.003,0.003
"""
HEADER = "norad_file,sat,sensor,time_utc,el_deg,az_deg,range_km,range_rate_km_s,obs_type\n"
GOOD = "1,81907,7,1996-12-08T13:37:{:02d}.000,30.5,240.25,1400.5,-1.25,4\n"


def read(tmp_path, rows, **options):
    (tmp_path / "sensors.csv").write_text(SENSORS)
    path = tmp_path / "observations.csv"
    path.write_text(HEADER + "".join(rows))
    found = read_ssn_table(path, "real", **options)
    refused = [r for r in found.rejections if r.row >= 0]
    assert sum(len(x.rows) for x in found.looks) + len(refused) == found.rows_in
    return found


def test_a_row_is_one_look_in_track_mode(tmp_path):
    look, second = read(tmp_path, [GOOD.format(1), GOOD.format(0).replace(",-1.25,4", ",,2")]).looks
    assert (look.sensor, look.session, look.sequence, look.mode) == ("7", "1996-12-08", 0, "track")
    assert (second.sequence, second.received - look.received) == (1, 10**9)
    assert look.rows.tolist() == [1]
    assert look.hints == ("81907",)
    assert second.values[0, record.RANGE] == 1_400_500.0
    assert second.values[0, record.RANGE_RATE] == -1250.0
    assert look.values[0, record.RANGE_RATE] != look.values[0, record.RANGE_RATE]


def test_sequences_count_without_gaps_over_used_rows(tmp_path):
    rows = [GOOD.format(s) for s in range(6)]
    rows[2] = rows[2].replace("30.5", "-30.5")
    rows += [GOOD.format(3).replace("12-08", "12-09"), GOOD.format(4).replace(",7,", ",8,")]
    found = read(tmp_path, rows)
    keys = [(x.sensor, x.session, x.sequence) for x in found.looks]
    assert keys == [*(("7", "1996-12-08", i) for i in range(4)), ("8", "1996-12-08", 0), ("7", "1996-12-08", 4),
                    ("7", "1996-12-09", 0)]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field", "reason", "action"),
    [(",7,", ",329,", "sensor", "unknown sensor '329'", "refused"),
     (",7,", ",5,", "sensor", "unknown sensor '5'", "refused"),
     ("30.5", "-2.0", "el_deg", "below the sensor's limit of elevation by more than 1 deg", "refused"),
     ("30.5", "-20.0", "elevation_deg", "outside -5 ... 95", "refused"),
     ("30.5", "high", "el_deg", "wrong type: a number is needed", "refused"),
     ("-1.25", "-13.0", "range_rate_km_s", "faster than any object (12 km/s)", "refused"),
     ("1400.5", "0.0", "range_m", "outside 1 ... 1e+09", "refused"),
     ("1996-12-08T13", "1996-12-08X13", "time_utc", "not an ISO 8601 time", "refused"),
     ("1996-12-08T13:37:05.000", "", "session", "missing", "refused"),
     (",4\n", ",5\n", "obs_type", "not an observation type with azimuth and elevation", "refused"),
     (",4\n", "\n", "", "not 9 columns", "refused"),
     (":05.", ":04.", "", "the same row again", "dropped")],
)  # fmt: skip
def test_a_bad_row_is_refused_alone(tmp_path, old, new, field, reason, action):
    rows = [GOOD.format(s) for s in range(5)] + [GOOD.format(5).replace(old, new)]
    found = read(tmp_path, rows)
    assert len(found.looks) == 5
    (refusal,) = found.rejections
    assert (refusal.row, refusal.field, refusal.reason, refusal.action) == (5, field, reason, action)


def test_the_table_of_sensors_becomes_a_network(tmp_path):
    (tmp_path / "sensors.csv").write_text(SENSORS)
    dish, east, west = read_sensors(tmp_path / "sensors.csv").radar
    assert (dish.id, dish.latitude_deg, dish.longitude_deg, dish.altitude_m) == ("7", 10.0, -60.0, 5.5)
    assert (dish.sigma_range_m, dish.sigma_azimuth_deg, dish.sigma_elevation_deg) == (90.0, 0.02, 0.015)
    assert (dish.bias_range_m, dish.bias_azimuth_deg, dish.bias_elevation_deg) == (80.0, 0.01, 0.005)
    assert (dish.faces[0].elevation_min_deg, dish.faces[0].elevation_max_deg) == (0.0, 90.0)
    assert dish.faces[0].boresight_azimuth_deg is None
    assert (east.faces[0].boresight_azimuth_deg, east.faces[0].azimuth_start_deg) == (47.0, 347.0)
    assert (east.site, west.site) == ("EAST FACE", "EAST FACE")
    assert east.bias_range_m == 0.0


def test_another_networks_sensors_may_be_asked_for(tmp_path):
    assert len(read(tmp_path, [GOOD.format(1)], network_ids={"8"}).rejections) == 1


def test_the_sensors_must_stand_beside(tmp_path):
    path = tmp_path / "observations.csv"
    path.write_text(HEADER + GOOD.format(1))
    with pytest.raises(InputError, match=r"sensors\.csv"):
        read_ssn_table(path, "real")
    (tmp_path / "sensors.csv").write_text(SENSORS.replace("10.0,-60.0", "ten,-60.0"))
    with pytest.raises(InputError, match=r"sensors\.csv:2"):
        read_ssn_table(path, "real")


def test_a_row_of_sensors_longer_than_its_header_is_told(tmp_path):
    header, first, rest = SENSORS.split("\n", 2)
    (tmp_path / "sensors.csv").write_text(f"{header}\n{first},7\n{rest}")
    with pytest.raises(InputError, match=r"sensors\.csv:2: .*more cells than the header has"):
        read_sensors(tmp_path / "sensors.csv")


def test_an_empty_table_has_no_rows(tmp_path):
    assert read(tmp_path, []).rows_in == 0
