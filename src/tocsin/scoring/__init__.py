"""How good was it? Measures on arrays that know neither the centre nor the simulator."""
