"""How truth becomes measurement: geometry, visibility, signal, noise. The same functions simulate and estimate."""
