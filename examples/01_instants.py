"""Time inside is int64 nanoseconds of TAI; UTC exists at the edges only. A leap second is an ordinary second."""

from tocsin.core.constants import NS
from tocsin.core.errors import ValueRefused
from tocsin.core.time import iso_from_tai, tai_from_iso, tai_from_unix_ns

before = tai_from_iso("2016-12-31T23:59:59Z")
after = tai_from_iso("2017-01-01T00:00:00Z")
print("seconds between 23:59:59 and 00:00:00 of that night:", (after - before) // NS)
print("the one between them:", iso_from_tai(before + NS))

try:
    tai_from_unix_ns(1_483_228_800 * NS)
except ValueRefused as refused:
    print("POSIX time cannot name it:", refused)
