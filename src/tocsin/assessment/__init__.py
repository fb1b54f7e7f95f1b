"""Attack or not: raids, threatened assets, independence of evidence, the ladder of an event."""
