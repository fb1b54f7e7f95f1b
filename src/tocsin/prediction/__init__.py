"""Where from, where to, when, and how sure: arcs, impacts, protected places, launches, words for places."""
