import msgspec
import numpy as np
import pytest

from tests.unit.catalogue.conftest import START, add_site
from tocsin.catalogue.catalogue import Catalogue
from tocsin.catalogue.elements import checksum
from tocsin.catalogue.uncertainty import ErrorModel
from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.records.inputs import ElementSet


def _changed(element_set, line1=None, line2=None, fix=True):
    line1, line2 = line1 or element_set.line1, line2 or element_set.line2
    if fix:
        line1, line2 = (line[:68] + str(checksum(line)) for line in (line1, line2))
    return ElementSet(element_set.id, element_set.name, line1, line2)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda s: _changed(s, line1=s.line1[:68] + str((int(s.line1[68]) + 1) % 10), fix=False), "checksum"),
        (lambda s: _changed(s, line2=s.line2[:8] + "x" + s.line2[9:]), "columns"),
        (lambda s: _changed(s, line2="2 A9999" + s.line2[7:]), "two objects"),
        (lambda s: _changed(s, line2=s.line2[:8] + "190.0000" + s.line2[16:]), "range"),
        (lambda s: _changed(s, line2=s.line2[:52] + " 0.00000000" + s.line2[63:]), "mean motion"),
        (lambda s: _changed(s, line1="", line2="garbage", fix=False), "columns"),
    ],
)
def test_damaged_element_sets_are_refused_with_the_reason(population, damage, reason):
    catalogue = Catalogue()
    good, bad = population[0], population[1]
    refused = catalogue.load([damage(bad), good])
    assert [(r.id, reason in r.reason) for r in refused] == [(bad.id, True)]
    assert len(catalogue) == 1
    assert catalogue.index(good.id) == 0
    assert catalogue.index(bad.id) == -1


def test_an_older_element_set_does_not_replace_a_newer(population):
    s = population[0]
    older = _changed(s, line1=s.line1[:18] + "26010.00000000" + s.line1[32:])
    catalogue = Catalogue()
    catalogue.load([s])
    refused = catalogue.update(older)
    assert refused is not None
    assert "older" in refused.reason
    assert catalogue.element_set(0) == s


def test_one_by_one_is_the_same_as_all_at_once(population):
    batch, single = Catalogue(), Catalogue()
    batch.load(population[:60])
    for s in population[:60]:
        assert single.update(s) is None
    objects, tai = np.arange(60), START + 999 * NS
    np.testing.assert_array_equal(batch.states(objects, tai), single.states(objects, tai))
    np.testing.assert_array_equal(batch.sigma(objects, tai), single.sigma(objects, tai))
    assert msgspec.json.encode(batch.state()) == msgspec.json.encode(single.state())


def test_a_snapshot_answers_as_the_original(catalogue, site):
    tai = START + 4000 * NS
    catalogue.advance(tai)
    view = catalogue.in_view(site, tai)
    places = catalogue.states(view, tai)[:, :3] + 500.0
    sigma = np.tile([30.0, 2e-3, 2e-3, 5.0], (len(view), 1))
    none = np.full(len(view), np.nan)
    before = catalogue.correlate(site, np.full(len(view), tai), places, sigma, none)
    restored = Catalogue()
    add_site(restored)
    restored.load_state(msgspec.json.decode(msgspec.json.encode(catalogue.state())))
    after = restored.correlate(site, np.full(len(view), tai), places, sigma, none)
    assert restored.clock == tai
    np.testing.assert_array_equal(before.objects, after.objects)
    np.testing.assert_array_equal(before.distance2, after.distance2)


def test_a_damaged_snapshot_is_refused(catalogue):
    state = catalogue.state()
    state["element_sets"][0]["line2"] = "2"
    with pytest.raises(ValueRefused, match="snapshot"):
        Catalogue().load_state(state)


def test_time_does_not_go_back(catalogue):
    catalogue.advance(START)
    catalogue.advance(START - NS)
    assert catalogue.clock == START


def _flown(element_set, name, motion, drag):
    """Return the element set with a circular orbit of a mean motion (columns 53-63) and a drag term (columns 54-61)."""
    line2 = element_set.line2[:26] + "0001000" + element_set.line2[33:52] + motion + element_set.line2[63:]
    line1 = element_set.line1[:53] + drag + element_set.line1[61:]
    return _changed(ElementSet(name, "", line1, line2))


@pytest.fixture
def falling(population):
    s = population[0]
    catalogue = Catalogue()
    sets = (
        _flown(s, "low", "16.60000000", " 10000-4"),
        _flown(s, "high", "14.20000000", " 10000-4"),
        _flown(s, "draggy", "15.80000000", " 90000-1"),
    )
    assert catalogue.load(sets) == []
    return catalogue


def test_low_and_fallen_objects_are_called_decaying(falling):
    assert falling.decaying(START).tolist() == [0]
    # SGP4 says error 6 for `draggy` on days 1 to 4, and flies it again, without an error, from day 5 on
    for days in (2, 6, 20):
        assert falling.decaying(START + days * 86400 * NS).tolist() == [0, 2]


def test_what_has_fallen_is_nobodys_explanation(falling):
    site = add_site(falling, range_m=1e8)
    everywhere = [add_site(falling, latitude, 0.0, 1e8) for latitude in (-90, 0, 90)]
    later = START + 6 * 86400 * NS
    assert np.isnan(falling.states(np.array([2]), later)).all()
    assert np.isfinite(falling.states(np.array([1]), later)).all()
    for where in (site, *everywhere):
        assert 2 not in falling.in_view(where, later)


def test_old_element_sets_grow_uncertain_and_then_explain_nothing(population):
    strict, lenient = Catalogue(ErrorModel(along_limit_m=5e3)), Catalogue()
    views = []
    later = START + 7 * 86400 * NS
    for catalogue in (strict, lenient):
        catalogue.load(population)
        views.append(catalogue.in_view(add_site(catalogue), later))
    objects = np.arange(len(strict))
    sigma = strict.sigma(objects, later)
    assert (sigma[:, 0] > strict.sigma(objects, START)[:, 0]).all()
    assert views[0].tolist() == [i for i in views[1] if sigma[i, 0] <= 5e3]
    assert len(views[0]) < len(views[1])


def test_lower_orbits_grow_uncertain_faster(catalogue, population):
    tai = START + 3 * 86400 * NS
    growth = catalogue.sigma(np.arange(len(catalogue)), tai) - catalogue.sigma(np.arange(len(catalogue)), START)
    motion = np.array([float(s.line2[52:63]) for s in population])
    assert growth[motion > 15.4, 0].mean() > 1.5 * growth[(motion > 13) & (motion < 14.3), 0].mean()
