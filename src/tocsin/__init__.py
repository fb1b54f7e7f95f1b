"""tocsin: an open, verifiable missile attack warning system, and the means to model one."""

__version__ = "0.1.0"
