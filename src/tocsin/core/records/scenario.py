"""A scenario, as its TOML file gives it: what flies, who looks, what goes wrong."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tocsin.core.records.faults import Fault
from tocsin.core.records.inputs import DataMode, OperatorAction, SensorState
from tocsin.core.records.network import Latitude, Longitude, Name, Positive, _Config
from tocsin.core.records.sources import Source


class Flight(_Config, frozen=True, kw_only=True):
    """Something launched: a missile, a sounding rocket, a space launcher or a recorded ascent."""

    id: str
    kind: Literal["missile", "sounding_rocket", "space_launch", "recorded_ascent"]
    vehicle: str = ""
    """Name of a class in `vehicles/`, path of a TOML file relative to the scenario (either with `~17` after it: number 17 of
    those drawn at random beside it), or name of a recorded flight."""
    launch_s: float
    """Seconds after the scenario's start."""
    latitude_deg: Latitude
    longitude_deg: Longitude
    azimuth_deg: float | None = None
    """Heading of an ascent or a sounding rocket."""
    target: str | None = None
    """Asset that a missile falls on (scenarios only)."""
    target_latitude_deg: Latitude | None = None
    target_longitude_deg: Longitude | None = None
    loft: Annotated[float, Meta(ge=0.5, le=2.0)] = 1.0
    """Apogee of a missile over that of least energy."""
    apogee_km: Positive | None = None
    """Apogee of a missile, as tests are reported, in the place of `loft`."""
    elevation_deg: float | None = None
    """Launch elevation of a sounding rocket."""
    payload_beta_kg_m2: Positive | None = None
    """Ballistic coefficient of what a missile carries; default: that of its class."""


class ScenarioNotification(_Config, frozen=True, kw_only=True):
    """A notification that reaches the centre."""

    id: str
    received_s: float
    window_start_s: float
    window_end_s: float
    latitude_deg: Latitude
    longitude_deg: Longitude
    radius_km: Positive = 50.0
    azimuth_deg: float | None = None
    vehicle: str = "unknown"


class ScenarioHealth(_Config, frozen=True, kw_only=True):
    """What the owner of a sensor or of a line says of it."""

    id: str
    received_s: float
    subject: str
    """A sensor or a line of the network file."""
    state: SensorState
    source: str = ""


class ScenarioOperator(_Config, frozen=True, kw_only=True):
    """What a person does at the centre's desk."""

    id: str
    received_s: float
    action: OperatorAction
    person: str
    subject: str = ""
    """An event (`E0001`) or a message (`E0001-002`)."""
    text: str = ""
    data_mode: DataMode | None = None
    """Of the desk that the word comes from; default: the scenario's. Another is refused by the centre."""


class Tape(_Config, frozen=True, kw_only=True):
    """Looks of another scenario, played into the lines of this one: test data where live data should be.

    Nothing of it flies, and it stands in no truth; labels call its detections by the tape's id. Its sensors are those
    of this scenario's network.
    """

    id: Name
    scenario: str
    """Path of the scenario file, relative to this one's."""
    start_s: Annotated[float, Meta(ge=0)] = 0.0
    """Seconds after this scenario's start at which the tape begins."""
    sensors: tuple[str, ...] = ()
    """Whose looks are played; default: of all that see something on the tape."""
    line: str | None = None
    """Line by which all of it comes, as from one computer in the centre; default: each sensor's own line."""
    data_mode: DataMode | None = None
    """The mark it carries; default: the mark was lost, and it says it is of this scenario's data mode."""


class Outage(_Config, frozen=True, kw_only=True):
    """A sensor that is down or blinded for a while."""

    sensor: str
    start_s: float
    end_s: float
    state: Literal["down", "blinded"] = "down"


class Catalogue(_Config, frozen=True, kw_only=True):
    """The simulated satellite population."""

    objects: Annotated[int, Meta(ge=0, le=200000)] = 0
    along_track_error_s: float = 0.1
    """One sigma of the timing error between a known element set and the truth."""


class Background(_Config, frozen=True, kw_only=True):
    """What else shines: files of real events, packaged or given."""

    fireballs: int = 0
    hot_spots: bool = False
    glint_episodes: int = 0


class Scenario(_Config, frozen=True, kw_only=True):
    """A whole scenario."""

    name: str
    description: str = ""
    data_mode: Literal["simulated", "exercise", "test"]
    start_utc: str
    duration_s: Positive
    seed: int = 1
    network: str
    """Path of the network file, relative to the scenario file."""
    assets: str
    flight: tuple[Flight, ...] = ()
    notification: tuple[ScenarioNotification, ...] = ()
    health: tuple[ScenarioHealth, ...] = ()
    operator: tuple[ScenarioOperator, ...] = ()
    outage: tuple[Outage, ...] = ()
    source: tuple[Source, ...] = ()
    """False sources, each of a `kind`."""
    fault: tuple[Fault, ...] = ()
    """Faults of the data, each of a `kind`; they act in this order."""
    tape: tuple[Tape, ...] = ()
    """Test data on the live lines; faults do not act on it."""
    catalogue: Catalogue = Catalogue()
    background: Background = Background()
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
