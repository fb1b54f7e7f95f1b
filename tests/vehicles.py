"""The packaged vehicle classes by name, as tests fly them."""

from tocsin.modelling.vehicles import packaged_vehicles

VEHICLES = packaged_vehicles()
MISSILES = sorted(v.name for v in VEHICLES.values() if v.kind == "missile")
