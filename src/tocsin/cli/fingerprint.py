"""What bit-equality of results depends on: versions, processor features, libm and BLAS of this machine."""

import importlib.metadata
import platform
import sys
from typing import Any

from tocsin.core.digest import canonical, sha256_hex
from tocsin.core.kernels import kernel_hash

NUMERIC_PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "sgp4", "pyerfa", "astropy-iers-data", "msgspec", "pyarrow")


def version_of(package: str) -> str:
    """Return the installed version of a package, or an empty text."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _cpu() -> dict[str, Any]:
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return {"name": binding.get_host_cpu_name(), "features": sorted(name for name, on in features.items() if on)}


def _libm() -> str:
    name, version = platform.libc_ver()
    return f"{name} {version}".strip() or platform.platform(terse=True)


def _blas() -> str:
    import numpy as np

    shown: Any = np.show_config(mode="dicts")
    blas = shown.get("Build Dependencies", {}).get("blas", {}) if isinstance(shown, dict) else {}
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def fingerprint() -> dict[str, Any]:
    """Return the fingerprint's parts and, as `sha256`, the digest over them."""
    parts: dict[str, Any] = {
        "tocsin": version_of("tocsin"),
        "kernels": kernel_hash(),
        "python": ".".join(str(n) for n in sys.version_info[:3]),
        "machine": platform.machine(),
        "system": platform.system(),
        "cpu": _cpu(),
        "libm": _libm(),
        "blas": _blas(),
        "packages": {name: version_of(name) for name in NUMERIC_PACKAGES},
    }
    parts["sha256"] = sha256_hex(canonical(parts))
    return parts
