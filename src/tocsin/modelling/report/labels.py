"""Names on a map that do not cover each other."""

from tocsin.modelling.report.text import esc

LETTER_PX, LINE_PX = 6.2, 12.0
_PLACES = ((8.0, 4.0, "start"), (-8.0, 4.0, "end"), (0.0, -9.0, "middle"), (0.0, 18.0, "middle"), (8.0, 17.0, "start"))


class Labels:
    """Remembers what room is taken; the most important names are asked for first."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._taken: list[tuple[float, float, float, float]] = []

    def keep_free(self, x: float, y: float, radius: float = 6.0) -> None:
        """Take the room of a mark."""
        self._taken.append((x - radius, y - radius, x + radius, y + radius))

    def at(self, x: float, y: float, text: str, css: str = "name") -> str:
        """Return a name beside a point as markup, empty where no place beside it is free."""
        wide = LETTER_PX * len(text) + 2.0
        for dx, dy, anchor in _PLACES:
            left = x + dx - {"start": 0.0, "middle": wide / 2.0, "end": wide}[anchor]
            box = (left, y + dy - LINE_PX + 2.0, left + wide, y + dy + 2.0)
            inside = box[0] >= 0.0 and box[1] >= 0.0 and box[2] <= self.width and box[3] <= self.height
            if inside and not any(_overlap(box, other) for other in self._taken):
                self._taken.append(box)
                return (
                    f'<text class="{css}" text-anchor="{anchor}" x="{x + dx:.1f}" y="{y + dy:.1f}">{esc(text)}</text>'
                )
        return ""


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
