"""The Earth and the sky: geodesy, gravity, atmosphere, rotation, Sun and Moon."""
