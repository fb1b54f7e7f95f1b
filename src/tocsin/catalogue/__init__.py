"""The space objects we know: predicted into each look, so that what is known is not taken for something new."""
