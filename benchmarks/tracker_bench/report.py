"""One workload measured, and its figures as lines."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from tocsin.core.records.inputs import FloatArray

from .honesty import Honesty, honesty
from .memory import peak_mb
from .oracle import Known, follow
from .ours import Run, run
from .scores import Score, Shown, first_held, phase_errors, score
from .workload import Workload

ASKED = {
    1: (8_000, 5, 1.15, 0, 50),
    10: (20_000, 5, 1.10, 0, 50),
    100: (100_000, 5, 1.10, 0, 80),
    1000: (300_000, 20, 1.20, 60, 400),
}
"""By K: detections/s, worst scan ms, ratio to the oracle's GOSPA, switches, memory MB."""
Peer = Callable[[Workload, float], tuple[list[float], Shown]]


class Figures(NamedTuple):
    """What was measured of our tracker on one workload."""

    work: Workload
    run: Run
    known: Known
    mine: Score
    best: Score
    honest: Honesty
    memory_mb: float | None

    @property
    def rate(self) -> float:
        """Detections a processor second."""
        return self.work.detections / float(self.run.seconds.sum())

    @property
    def row(self) -> tuple[float, ...]:
        """The figures that are asked for, in the order of `ASKED`."""
        memory = np.nan if self.memory_mb is None else self.memory_mb
        worst = float(self.run.seconds.max()) * 1e3
        return self.rate, worst, self.mine.gospa_km / self.best.gospa_km, self.mine.switches, memory


def measure(work: Workload, k: int, seed: int, memory: bool) -> Figures:
    """Return the figures of one workload; the memory by a run of its own."""
    result, known = run(work), follow(work)
    shown = [(np.flatnonzero(~np.isnan(x[:, 0])), x) for x in known.states]
    best = score(work, [(numbers, x[numbers]) for numbers, x in shown], known.hits)
    mine = score(work, result.tracks, known.hits)
    honest = honesty(work, result, mine, known.hits)
    return Figures(work, result._replace(kept=None), known, mine, best, honest, peak_mb(k, seed) if memory else None)


def summary(k: int, seed: int, f: Figures) -> str:
    """Return one workload as a line."""
    memory = "" if f.memory_mb is None else f", memory {f.memory_mb:.0f} MB"
    return (
        f"K={k} seed {seed}: {f.work.detections} detections in {len(f.work.scans)} scans, {f.run.seconds.sum():.2f} s ="
        f" {f.rate:,.0f}/s (history {f.run.history_s / f.run.seconds.sum():.0%} of it), worst scan"
        f" {f.run.seconds.max() * 1e3:.1f} ms{memory}; GOSPA {f.mine.gospa_km:.2f} km, oracle's {f.best.gospa_km:.2f},"
        f" ratio {f.mine.gospa_km / f.best.gospa_km:.3f}; missed {f.mine.missed:.1%} ({f.best.missed:.1%}), false tracks"
        f" {f.mine.false_per_scan:.3f} a scan, switches {f.mine.switches}; state {f.run.digest}"
    )


def medians(k: int, rows: list[tuple[float, ...]]) -> Iterator[str]:
    """Yield the medians over seeds beside what is asked."""
    rate, worst, ratio, switches, memory = np.median(np.array(rows), axis=0).tolist()
    told = "" if np.isnan(memory) else f", memory {memory:.0f} MB"
    yield (
        f"K={k}, median of {len(rows)}: {rate:,.0f}/s, worst scan {worst:.1f} ms, GOSPA {ratio:.3f} of the oracle's, switches"
        f" {switches:.0f}{told}"
    )
    if k in ASKED:
        rate, worst, ratio, switches, memory = ASKED[k]
        yield f"    asked: {rate:,}/s, {worst} ms, {ratio:.2f}, {switches}, {memory} MB"


def losses(several: list[Figures]) -> Iterator[str]:
    """Yield where the tracks lose against the oracle's, over all workloads of one size."""
    n = len(several)
    parts = [
        f"{name} {sum(f.mine.parts[name] for f in several) / n:.2f} / {sum(f.best.parts[name] for f in several) / n:.2f}"
        for name in several[0].mine.parts
    ]
    yield "    mean square GOSPA of a scan, km2, ours / oracle's: " + "; ".join(parts)
    yield "    RMSE, m, ours / oracle's, by detections of the object so far: " + "; ".join(_phases(several))
    at = np.concatenate([first_held(f.mine, f.known.hits) for f in several])
    yield "    " + steadiness_line(several)
    seen = "; ".join(f"{k}: {np.mean(at == k):.0%}" for k in range(2, 7))
    yield f"    objects first held by a track at detection {seen}; later {np.mean(at > 6):.0%}; never {np.mean(np.isnan(at)):.0%}"


def steadiness_line(several: list[Figures]) -> str:
    """Return SIAP, OSPA(2) and how honest the stated errors are, as means over workloads."""
    siap = dict(
        zip(several[0].mine.siap._fields, np.mean([f.mine.siap for f in several], axis=0).tolist(), strict=True)
    )
    told = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in siap.items())
    young, settled, nis = np.mean([f.honest[:3] for f in several], axis=0).tolist()
    held = float(np.mean([f.honest.place_90.share for f in several]))
    mine, best = (
        float(np.mean([s.ospa2_km for s in scores]))
        for scores in zip(*((f.mine, f.best) for f in several), strict=True)
    )
    return (
        f"SIAP: {told}; OSPA(2) {mine:.2f} km, oracle's {best:.2f}; NEES a degree of freedom, young {young:.2f}, settled"
        f" {settled:.2f}, NIS {nis:.2f}; 90 % regions of the place hold {held:.1%}"
    )


def _phases(several: list[Figures]) -> Iterator[str]:
    each = [phase_errors(f.mine, f.best, f.known.hits) for f in several]
    for name in each[0]:
        a, b, counts = np.array([phases[name] for phases in each]).T
        if counts.sum() == 0:
            continue
        mine, best = (_root_mean_square(x, counts) for x in (a, b))
        yield f"{name}: {mine:.0f} / {best:.0f} = {mine / best:.3f} ({counts.sum():.0f})"


def _root_mean_square(errors: FloatArray, counts: FloatArray) -> float:
    known = counts > 0
    return float(np.sqrt((errors[known] ** 2 * counts[known]).sum() / counts.sum()))


def beside_peer(name: str, peer: Peer, most_s: float, f: Figures) -> str:
    """Return a peer's figures on the same workload as a line, with ours over the same scans and the ratios."""
    seconds, shown = peer(f.work, most_s)
    n = len(seconds)
    part = f.work._replace(scans=f.work.scans[:n])
    theirs = score(part, shown, f.known.hits[:n])
    ours = score(part, f.run.tracks[:n], f.known.hits[:n])
    rate, own = part.detections / sum(seconds), part.detections / float(f.run.seconds[:n].sum())
    cut = "" if n == len(f.work.scans) else f", cut after {n} of {len(f.work.scans)} scans"
    return (
        f"    {name}: {rate:,.0f}/s{cut}, worst scan {max(seconds) * 1e3:.0f} ms; GOSPA {theirs.gospa_km:.2f} km, missed"
        f" {theirs.missed:.1%}, false tracks {theirs.false_per_scan:.3f} a scan, switches {theirs.switches}; ours over the"
        f" same scans: {own / rate:,.0f} x the rate, {ours.gospa_km / theirs.gospa_km:.2f} x the GOSPA"
    )
