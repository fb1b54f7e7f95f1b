"""Networks drawn at random: every one is valid, its own, and the same again."""

import msgspec

from tocsin.core.records.network import Assets, Network
from tocsin.core.time import tai_from_iso
from tocsin.modelling.drawn_network import drawn_network
from tocsin.sensing.sensors import compile_network

MANY = range(60)


def test_what_is_drawn_is_a_network_as_a_file_would_give_it():
    for number in MANY:
        network, assets = drawn_network(1, number, 2026)
        # the records check limits only when they are read
        assert msgspec.convert(msgspec.to_builtins(network), Network) == network
        assert msgspec.convert(msgspec.to_builtins(assets), Assets) == assets
        assert 1 <= len(network.infrared) <= 6 and len(network.radar) <= 5 and 1 <= len(assets.asset) <= 7
        for sensor in compile_network(network).sensors:
            assert abs(sensor.satellite_position(tai_from_iso("2026-08-12T19:00:00Z"))).max() < 5e7


def test_the_same_number_gives_the_same_network_and_another_another():
    drawn = [drawn_network(1, number, 2026) for number in MANY]
    assert drawn == [drawn_network(1, number, 2026) for number in MANY]
    assert len({msgspec.json.encode(one) for one in drawn}) == len(MANY)
    assert drawn_network(2, 0, 2026) != drawn[0]
    # poor ones and rich ones
    assert {len(network.radar) for network, _ in drawn} == set(range(6))
    assert {s.scan for network, _ in drawn for s in network.infrared} == {"scanner", "starer"}
