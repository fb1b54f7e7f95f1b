"""Scenarios, truth and simulated sensors: all of it invented or replayed, none of it used by a live centre."""
