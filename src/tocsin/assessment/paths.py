"""Evidence counted by independent paths, never by number of messages."""

import functools

MIN_HITS = 2
"""One detection may be a chance; a path speaks with its second."""


def speaking_paths(hits: dict[str, int]) -> tuple[str, ...]:
    """Return the paths (`kind/site/line`) that have spoken, sorted."""
    return tuple(sorted(p for p, n in hits.items() if n >= MIN_HITS))


@functools.lru_cache(maxsize=1024)
def independent_paths(paths: tuple[str, ...]) -> int:
    """Return how many of the paths are independent: no two of them share a site or a line.

    A path is an edge between its site and its line; the count is the size of a maximum matching (augmenting paths).
    """
    edges: dict[str, list[str]] = {}
    for path in paths:
        _, site, line = path.split("/", 2)
        edges.setdefault(site, []).append(line)
    taken: dict[str, str] = {}

    def augment(site: str, visited: set[str]) -> bool:
        for line in edges[site]:
            if line in visited:
                continue
            visited.add(line)
            if line not in taken or augment(taken[line], visited):
                taken[line] = site
                return True
        return False

    return sum(augment(site, set()) for site in edges)


@functools.lru_cache(maxsize=1024)
def phenomenologies(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the different physics behind the paths, sorted: `infrared`, `radar`, ..."""
    return tuple(sorted({p.split("/", 1)[0] for p in paths}))
