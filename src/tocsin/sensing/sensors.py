"""A network of sensors, compiled: SI units, Earth-fixed geometry, fields as boxes, orbits ready to be asked."""

from tocsin.core.errors import InputError
from tocsin.core.records.network import Network
from tocsin.sensing.kinds import KINDS
from tocsin.sensing.sensor import Sensor

__all__ = ["Sensor", "SensorTable", "compile_network"]


class SensorTable:
    """All sensors of a network, by index (the order of the file, radars first) and by id."""

    def __init__(self, sensors: tuple[Sensor, ...]) -> None:
        self.sensors = sensors
        self.by_id: dict[str, Sensor] = {s.id: s for s in sensors}

    def __len__(self) -> int:
        return len(self.sensors)


def compile_network(network: Network) -> SensorTable:
    """Return the compiled sensors of a network; InputError where two have one id."""
    sensors: list[Sensor] = []
    seen: set[str] = set()
    for kind in KINDS.values():
        for sensor in kind.compile(network, len(sensors)):
            if sensor.id in seen:
                raise InputError(f"two sensors have the id {sensor.id!r}", key="id", allowed="unique ids")
            seen.add(sensor.id)
            sensors.append(sensor)
    return SensorTable(tuple(sensors))
