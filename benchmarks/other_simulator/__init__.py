"""A simulator of launches, falls and sensors that shares no line with tocsin, and the scoring of what tocsin says of it."""
