"""Scenarios, truth and simulated sensors: everything here is invented or replayed, and nothing here is used by a live centre."""
