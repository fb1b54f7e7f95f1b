"""How things move: boost, free flight, re-entry, orbits."""
