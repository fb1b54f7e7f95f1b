"""Names of oceans and large seas by coarse boxes: words for orientation, not limits (those of IHO S-23 are finer)."""

# (name, south, north, west, east) in degrees; the first box that holds a place names it
_SEAS: tuple[tuple[str, float, float, float, float], ...] = (
    ("Black Sea", 41.0, 47.5, 27.5, 42.0),
    ("Caspian Sea", 36.0, 47.5, 46.5, 55.0),
    ("Red Sea", 12.5, 30.0, 32.0, 43.5),
    ("Persian Gulf", 24.0, 30.5, 47.5, 56.5),
    ("Mediterranean Sea", 30.0, 46.0, -5.5, 36.5),
    ("Baltic Sea", 53.5, 66.0, 10.0, 30.0),
    ("North Sea", 51.0, 61.0, -4.0, 10.0),
    ("Norwegian Sea", 61.0, 73.0, -10.0, 15.0),
    ("Barents Sea", 66.0, 80.0, 15.0, 60.0),
    ("Kara Sea", 66.0, 81.0, 60.0, 100.0),
    ("Hudson Bay", 51.0, 66.0, -95.0, -77.0),
    ("Labrador Sea", 53.0, 66.0, -65.0, -45.0),
    ("Gulf of Mexico", 18.0, 31.0, -98.0, -81.5),
    ("Caribbean Sea", 9.0, 22.0, -89.0, -60.5),
    ("Sea of Okhotsk", 46.0, 62.0, 140.0, 157.0),
    ("Bering Sea", 52.0, 66.0, 162.0, 180.0),
    ("Bering Sea", 53.0, 66.0, -180.0, -157.0),
    ("Sea of Japan", 34.5, 46.0, 128.0, 140.0),
    ("Yellow Sea", 33.0, 41.0, 117.0, 127.0),
    ("East China Sea", 25.0, 33.0, 119.5, 129.0),
    ("South China Sea", 0.0, 24.0, 103.0, 119.5),
    ("Philippine Sea", 5.0, 33.0, 126.0, 142.0),
    ("Coral Sea", -26.0, -10.0, 143.0, 160.0),
    ("Tasman Sea", -46.0, -30.0, 148.0, 172.0),
    ("Bay of Bengal", 5.0, 23.0, 80.0, 97.5),
    ("Arabian Sea", 5.0, 26.0, 51.0, 77.0),
)
_POLAR_NORTH_DEG = 66.5
_POLAR_SOUTH_DEG = -60.0


def _west_coast_of_americas(lat: float) -> float:
    """Return the longitude (deg) that parts Pacific from Atlantic waters at a latitude, roughly along the Americas."""
    if lat > 18.0:
        return -100.0
    if lat > 8.0:
        return -100.0 + (18.0 - lat) / 10.0 * 23.0
    return -70.0


def sea_name(lat_deg: float, lon_deg: float) -> str:
    """Return the name of the sea at a place that is not land, without article."""
    lon = (lon_deg + 180.0) % 360.0 - 180.0
    for name, south, north, west, east in _SEAS:
        if south <= lat_deg <= north and west <= lon <= east:
            return name
    if lat_deg > _POLAR_NORTH_DEG:
        return "Arctic Ocean"
    if lat_deg < _POLAR_SOUTH_DEG:
        return "Southern Ocean"
    half = "North" if lat_deg >= 0.0 else "South"
    if _west_coast_of_americas(lat_deg) <= lon < 20.0:
        return f"{half} Atlantic"
    # Indonesia and Australia part the Indian Ocean from the Pacific: 100 E in the north, 147 E south of Australia
    east_end = 100.0 if lat_deg >= 0.0 else (130.0 if lat_deg > -25.0 else 147.0)
    if 20.0 <= lon < east_end and lat_deg < 31.0:
        return "Indian Ocean"
    return f"{half} Pacific"
