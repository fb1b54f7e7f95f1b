"""`tocsin study reference`: how far the product's estimates are from their bounds, on the reference sensors.

Every flight goes as looks through a centre; its track, launch point and impact are compared with truth and with the Cramer-Rao
bound of the same looks. One line a flight and set of sensors, resumable.
"""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tocsin.centre.centre import Centre
from tocsin.centre.judged import Spot
from tocsin.cli.exits import DONE
from tocsin.cli.live import Display
from tocsin.cli.study.told import tell
from tocsin.core.constants import NS
from tocsin.core.errors import InputError
from tocsin.core.kernels import kernel_hash
from tocsin.core.records.inputs import FloatArray, Look
from tocsin.core.records.network import Asset, Assets
from tocsin.formats.jsonl import read_json_lines
from tocsin.modelling import reference as ref
from tocsin.modelling.bounds import Bound, carried, infrared_bound, radar_bound, sights_of
from tocsin.modelling.vehicles import packaged_vehicles
from tocsin.scoring.consistency import nees
from tocsin.tracking.bank import Track
from tocsin.tracking.look_result import LookResult
from tocsin.world.geodesy import inverse

CLASSES = (
    "short_range", "medium_range", "medium_range_solid", "intermediate_range", "intermediate_range_liquid",
    "submarine_launched", "intercontinental", "intercontinental_liquid",
)  # fmt: skip
MARGIN_S = 10.0
_ANEW = 2000
NOWHERE = Assets(asset=(Asset(id="place", latitude_deg=-85.0, longitude_deg=0.0, radius_km=10.0),))


def run_reference(only: str | None, seeds: int, first_seed: int, out: Path | None, as_json: bool) -> int:
    """Return 0 after all flights; lines go to `out`/flights.jsonl as they are finished. `only`: one class."""
    if only is not None and only not in CLASSES:
        raise InputError("there is no such class", key=only, allowed=", ".join(CLASSES))
    folder = out if out is not None else Path("out") / "study-reference"
    folder.mkdir(parents=True, exist_ok=True)
    file, identity = folder / "flights.jsonl", {"study": "reference", "kernels": kernel_hash()}
    done = dict(_earlier(file, identity))
    wanted = [
        (name, seed, satellites, revisit)
        for name in (CLASSES if only is None else (only,))
        for seed in range(first_seed, first_seed + seeds)
        for satellites in (1, 2)
        for revisit in ref.REVISITS_S
    ]
    with Display("study reference", quiet=as_json) as display, file.open("ab") as stream:
        for number, case in enumerate(wanted):
            if case in done:
                continue
            display.stage(f"{case[0]} {case[1]}", number / len(wanted))
            done[case] = line = run_case(*case)
            stream.write(msgspec.json.encode({**identity, **line}) + b"\n")
            stream.flush()
        lines = [done[case] for case in wanted]
        found = list(strata(lines))
        result = {"study": "reference", "out": str(folder), "strata": found}
        tell(display, folder, result, table(found), as_json)
    return DONE


def _earlier(file: Path, identity: dict[str, str]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if not file.is_file():
        return
    for line in read_json_lines(file):
        for key, value in identity.items():
            if line.get(key) != value:
                raise InputError(f"holds lines of another {key}: give another --out, or remove it", file=str(file))
        for when, what in WHAT:
            figures = (line.get(when) or {}).get(what) or {}
            figures |= {name: math.nan for name, value in figures.items() if value is None}  # JSON has no NaN
        yield (line["class"], line["seed"], line["satellites"], line["revisit_s"]), line


# ------------------------------------------------------------------------------------------------------- one flight
class Watch:
    """Listens to the tracker of a centre: normalised innovations, and normalised errors against truth."""

    def __init__(self, centre: Centre, drawn: ref.Drawn) -> None:
        self.nis: list[float] = []
        self.nees: list[float] = []
        self._centre, self._flight = centre, drawn.flight
        self._process = centre.tracker.process
        centre.tracker.process = self._heard  # type: ignore[method-assign, assignment]

    def _heard(self, look: Look, *args: Any) -> LookResult:
        result = self._process(look, *args)
        bank = self._centre.tracker.bank
        for update in result.updates:
            track = bank.tracks.get(update.slot)
            if track is None or update.new or not track.confirmed:
                continue
            t = (int(bank.ts[update.slot]) - ref.START) / NS
            if ref.quiet_times(self._flight.vehicle, self._flight.cutoff_s, MARGIN_S, t):
                self.nis.append(update.d2 / (2 if look.mode == "stare" else 3))
                states, covariances = self._centre.tracker.combined(np.array([update.slot]))
                error = states[:, :6] - sights_of(self._flight, np.array([t]))
                self.nees.append(float(nees(error, covariances)[0]) / 6.0)
        return result


def run_case(name: str, seed: int, satellites: int, revisit_s: float) -> dict[str, Any]:
    """Return the line of one flight seen by so many satellites at a revisit, and then by each radar."""
    begun = time.process_time()
    drawn = ref.draw(packaged_vehicles()[name], seed)
    flight = drawn.flight
    network = ref.network_of(drawn, satellites, revisit_s)
    centre = Centre(network, NOWHERE, "test")
    watch = Watch(centre, drawn)
    places = np.array([centre.sensors.by_id[s.id].satellite_position(ref.START) for s in network.infrared])
    at_s = flight.cutoff_s + 4.0 * revisit_s + 26.0
    looks, times, sats = ref.infrared_looks(drawn, network, places, at_s - 0.5 * revisit_s - ref.LATENCY_S, seed)
    dark_s = (
        min(t for t in ((look.start + look.end) // 2 - ref.START for look in looks) if t / NS > flight.cutoff_s) / NS
    )
    for _, look in ref.ticks(looks):
        centre.step(look)
    centre.advance(ref.START + round(at_s * NS))
    bound = infrared_bound(flight, times, sats, ref.SIGMA_LOS_RAD, dark_s, at_s, ref.lit_sights(looks))
    line: dict[str, Any] = {
        "class": name, "seed": seed, "satellites": satellites, "revisit_s": revisit_s, "range_km": drawn.range_m / 1e3,
        "gap_s": dark_s - float(times.max()), "looks": len(times), "tracks": len(_standing(centre)),
        "burnout": _compared(centre, drawn, at_s, bound), "nis": watch.nis, "nees": watch.nees,
    }  # fmt: skip
    begins = ref.radar_begins(drawn, at_s + 5.0)
    if begins is not None:
        kept = centre.snapshot()
        for radar in ref.RADARS:
            line[radar] = _after_radar(Centre.restore(kept, network, NOWHERE), drawn, radar, begins, at_s, bound, seed)
    line["seconds"] = round(time.process_time() - begun, 2)
    return line


def _after_radar(
    centre: Centre, drawn: ref.Drawn, radar: str, begins: float, at_s: float, bound: Bound, seed: int
) -> dict[str, Any]:
    """Return what is known after a minute of radar, beside its bound."""
    looks, times, place = ref.radar_looks(drawn, radar, begins, seed)
    for _, look in ref.ticks(looks):
        centre.step(look)
    end_s = float(times[-1])
    centre.advance(ref.START + round((end_s + 6.0) * NS))
    beta = drawn.flight.vehicle.payload_beta_kg_m2
    begun = sights_of(drawn.flight, np.array([at_s]))[0]
    state, before = carried(begun, bound.state, begins - at_s, beta)
    sigmas = (ref.RADARS[radar][0], math.radians(ref.RADARS[radar][1]))
    return _compared(
        centre, drawn, end_s + 6.0, radar_bound(state, before, times - begins, place, sigmas, beta), end_s, radar
    )


def _standing(centre: Centre) -> list[Track]:
    return [t for t in centre.tracker.bank.tracks.values() if t.confirmed]


def _compared(
    centre: Centre, drawn: ref.Drawn, at_s: float, bound: Bound, state_s: float | None = None, radar: str = ""
) -> dict[str, Any]:
    """Return errors, sigmas said and bounds (m, m/s) of state, launch and impact as the centre has them at `at_s`.

    The state is compared at `state_s`, where the bound is given; of a radar, the track is the one it sees.
    """
    found: dict[str, Any] = {"tracks": len(_standing(centre))}
    tracks = sorted(_standing(centre), key=lambda t: (-t.sensors.get(radar, t.hits if not radar else 0), t.number))
    if not tracks:
        return found
    track = tracks[0]
    when = int(centre.tracker.bank.ts[track.slot])
    t = max((when - ref.START) / NS, at_s if state_s is None else state_s)
    ahead = centre.tracker.ahead(track.id, ref.times_ns(np.array([t])))
    if ahead is not None:
        covariance = np.zeros((6, 6))
        covariance[np.tril_indices(6)] = ahead[1][0]
        covariance = covariance + np.tril(covariance, -1).T
        error = ahead[0][0] - sights_of(drawn.flight, np.array([t]))[0]
        chance = np.full(6, np.nan) if bound.by_chance is None else bound.by_chance[1]
        found["place"] = _figures(error[:3], covariance[:3, :3], bound.state[:3, :3], chance[:3])
        found["speed"] = _figures(error[3:], covariance[3:, 3:], bound.state[3:, 3:], chance[3:])
        found["nees"] = float(nees(error[None], covariance[None])[0]) / 6.0
    judged = centre.judgement.objects.get(track.slot)
    if judged is not None:
        home = np.array([drawn.flight.lat, drawn.flight.lon])
        by_chance = bound.by_chance or (np.full(2, np.nan),) * 3
        found["launch"] = _spot(judged.launch, home, bound.launch, by_chance[0])
        found["impact"] = _spot(judged.impact, drawn.fall, bound.impact, by_chance[2])
    return found


def _figures(error: FloatArray, said: FloatArray, least: FloatArray, chance: FloatArray) -> dict[str, float]:
    return {
        "error": math.sqrt(float((error * error).sum())), "said": math.sqrt(float(np.trace(said))),
        "bound": math.sqrt(float(np.trace(least))), "chance": math.sqrt(float((chance * chance).sum())),
    }  # fmt: skip


def _spot(spot: Spot | None, true: FloatArray, least: FloatArray, chance: FloatArray) -> dict[str, float] | None:
    """Return the figures of a place on the ground, None where the centre says none; `inside`: the 90 % ellipse.

    `chance`: the error that the efficient estimator has on the same looks.
    """
    if spot is None or not spot.ellipses:
        return None
    away, bearing, _ = (float(v) for v in inverse(spot.latitude, spot.longitude, true[0], true[1]))
    _, major, minor, turned = spot.ellipses[1]
    inside = (away * math.cos(bearing - turned) / major) ** 2 + (away * math.sin(bearing - turned) / minor) ** 2 <= 1.0
    said = math.hypot(major, minor) / math.sqrt(-2.0 * math.log(0.1))
    bounds = math.sqrt(float(np.trace(least)))
    lucky = math.sqrt(float((chance * chance).sum()))
    return {"error": away, "said": said, "bound": bounds, "chance": lucky, "inside": float(inside)}


# ------------------------------------------------------------------------------------------------------- the table
def _length(range_km: float) -> str:
    return "< 1000" if range_km < 1000 else ("1000-3500" if range_km < 3500 else "> 3500")


def strata(lines: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one record a stratum: satellites, revisit and range; then each class over all of them."""
    for satellites in (1, 2):
        for revisit in ref.REVISITS_S:
            for length in ("< 1000", "1000-3500", "> 3500"):
                held = [
                    k for k in lines
                    if (k["satellites"], k["revisit_s"], _length(k["range_km"])) == (satellites, revisit, length)
                ]  # fmt: skip
                if held:
                    yield _stratum(f"{satellites} sat, {revisit:.0f} s, {length} km", held)
    for name in CLASSES:
        held = [k for k in lines if k["class"] == name]
        if held:
            yield _stratum(name, held)
    yield _stratum("all", lines)


WHAT = (
    ("burnout", "place"), ("burnout", "speed"), ("burnout", "launch"), ("burnout", "impact"), ("sharp", "speed"),
    ("sharp", "impact"), ("coarse", "speed"), ("coarse", "impact"),
)  # fmt: skip


def _stratum(name: str, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of a stratum: root mean square ratio to the bound, error, bound, median share of the range."""
    found: dict[str, Any] = {"stratum": name, "flights": len(lines)}
    found["nis"] = _mean([x for k in lines for x in k["nis"]])
    found["nees"] = _mean([x for k in lines for x in k["nees"]])
    for when, what in WHAT:
        # a state whose middle lies below ground tells no place: it is not among the `number`
        held = [(k, f) for k in lines if k.get(when) and (f := k[when].get(what)) and f["error"] == f["error"]]
        if not held:
            continue
        ratios = np.array([f["error"] / f["bound"] for _, f in held])
        low, high = _interval(ratios**2)
        worst = np.sort(ratios**2)[-2:]
        found[f"{when} {what}"] = {
            "number": len(held),
            "ratio": float(np.sqrt(np.mean(ratios**2))),
            "low": low,
            "high": high,
            "efficient": float(np.sqrt(np.mean([(f["chance"] / f["bound"]) ** 2 for _, f in held]))),
            "worst_two": float(worst.sum() / (ratios**2).sum()),
            "median_ratio": float(np.median(ratios)),
            "error": float(np.sqrt(np.mean([f["error"] ** 2 for _, f in held]))),
            "bound": float(np.sqrt(np.mean([f["bound"] ** 2 for _, f in held]))),
            "said": float(np.sqrt(np.mean([f["said"] ** 2 for _, f in held]))),
            "percent": float(np.median([f["error"] / (10.0 * k["range_km"]) for k, f in held])),
            "inside": _mean([f.get("inside", math.nan) for _, f in held]),
        }
    return found


def _interval(squares: FloatArray) -> tuple[float, float]:
    """Return the bounds that hold 90 % of the root mean squares of flights drawn anew from these."""
    drawn = np.random.default_rng(0).integers(0, len(squares), (_ANEW, len(squares)))
    low, high = np.quantile(np.sqrt(squares[drawn].mean(axis=1)), (0.05, 0.95))
    return float(low), float(high)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def table(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table for a person: ratio to the bound (rms, median), error and bound, share of the range, 90 % held."""
    for when, what in WHAT:
        key = f"{when} {what}"
        unit, scale = ("m/s", 1.0) if what == "speed" else ("km", 1e-3)
        yield (
            f"{key}: error over bound (rms and its 90 % interval, median; the efficient estimator's on the same looks; share of "
            f"the worst two); rms error, bound, said ({unit}); % of range; share in 90 % ellipse"
        )
        for s in found:
            f = s.get(key)
            if f is not None:
                yield (
                    f"  {s['stratum']:28s} {f['number']:4d}  {f['ratio']:6.2f} [{f['low']:5.2f}, {f['high']:5.2f}] "
                    f"{f['median_ratio']:5.2f} {f['efficient']:5.2f} {f['worst_two']:5.2f}  {f['error'] * scale:9.2f} "
                    f"{f['bound'] * scale:9.2f} {f['said'] * scale:9.2f}  {f['percent']:6.2f}  {f['inside']:5.2f}"
                )
    yield "normalised squares per degree of freedom, more than 10 s from staging and cut-off: NIS, NEES"
    for s in found:
        yield f"  {s['stratum']:28s} {s['flights']:4d}  {s['nis']:6.2f} {s['nees']:8.2f}"
