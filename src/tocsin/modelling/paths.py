"""Where scenarios, networks, vehicles, assets and packaged data stand."""

from importlib import resources
from pathlib import Path

from tocsin.core.errors import InputError

_PACKAGE = Path(str(resources.files("tocsin")))


def data_path(name: str) -> Path:
    """Return the path of a data file of the package (`modelling/data`)."""
    return _PACKAGE / "modelling" / "data" / name


def roots() -> list[Path]:
    """Return the folders that may hold `scenarios/`, `networks/`, `vehicles/` and `assets/`, nearest first.

    The current folder, the source tree around this package, the copies inside an installed wheel.
    """
    return [Path.cwd(), _PACKAGE.parent.parent, _PACKAGE / "packaged"]


def find_scenario(name_or_path: str | Path) -> Path:
    """Return the path of a scenario: the file itself, else that relative path or that name in `roots()`.

    `first-light`, `first-light.toml` and `scenarios/first-light.toml` all find the packaged scenario.
    """
    return find_file(name_or_path, "scenarios")


def find_file(name_or_path: str | Path, folder: str) -> Path:
    """Return the path of a TOML file of a kind (`scenarios`, `networks`, ...); InputError says what there is."""
    path = Path(name_or_path)
    if path.is_file():
        return path
    if not path.is_absolute():
        for root in roots():
            for candidate in (root / path, root / folder / path, root / folder / f"{path}.toml"):
                if candidate.is_file():
                    return candidate
    known = sorted({p.stem for root in roots() for p in (root / folder).glob("*.toml")})
    raise InputError("no such file", file=str(name_or_path), allowed=", ".join(known) or "a path")


def find_beside(name: str, scenario_path: str | Path | None, folder: str) -> Path:
    """Return the file that a scenario names: relative to the scenario file first, then as `find_file`."""
    if scenario_path is not None:
        beside = Path(scenario_path).resolve().parent / name
        if beside.is_file():
            return beside
    if Path(name).is_file():
        return Path(name)
    return find_file(Path(name).name, folder)
