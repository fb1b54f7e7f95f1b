"""Missile tests reported with site, bearing, range and apogee: each ballistic one has a flight of a packaged class.

The list: github.com/nagix/nk-missile-tests (Apache-2.0), after the CNS test database; half of its test days.
"""

from tests.shared_data import shared
from tests.vehicles import VEHICLES
from tocsin.modelling.arcs import Report
from tocsin.modelling.missile_tests import flyers, read_tests
from tocsin.modelling.sphere import RADIUS_M


def test_reported_tests_have_a_flight():
    tests = read_tests(shared("data/missile_tests_dprk/tests.csv"))
    assert len(tests) == 104
    found: dict[Report, str] = {}
    ballistic, missing, named = 0, [], []
    for test in tests:
        report = test.report
        words = (test.number, test.missile, report.range_m / 1e3, report.apogee_m / 1e3)
        if test.kind != "ballistic":
            named.append((*words, test.kind))
            continue
        assert report.range_m < 0.5 * RADIUS_M
        if report not in found:
            found[report] = next((name for name, _ in flyers(report, VEHICLES)), "")
        ballistic += 1
        missing += [] if found[report] else [words]
    for line in named:
        print(*line)
    print(f"{len(tests)} tests, {ballistic} ballistic, {len(missing)} of them without a flight: {missing}")
    assert ballistic >= 75
    assert len(missing) <= 0.05 * ballistic
