"""Look -> screened detections: plausibility, lateness, duplicates, gaps, persistent background."""
