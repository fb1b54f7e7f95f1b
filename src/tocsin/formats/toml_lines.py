"""Where each key of a TOML text stands: key path -> line, for error messages.

The text has been parsed already, so it is valid TOML; this walks over it a second time and keeps lines, not values.
"""

Path = tuple[str | int, ...]

_BARE_END = set(" \t\r\n=.]}#,")


def lines_of(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key, table and array element of a valid TOML text, by its path.

    A path is keys and indices, as `("radar", 2, "faces", 0, "elevation_min_deg")`.
    """
    return _Walk(text).run()


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of a path, else of the nearest thing around it, else None."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.line = 1
        self.found: dict[Path, int] = {}
        self.count: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while True:
            self._blank(newlines=True)
            if self.at >= len(self.text):
                return self.found
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    # --- characters

    def _peek(self, n: int = 1) -> str:
        return self.text[self.at : self.at + n]

    def _skip(self, n: int = 1) -> None:
        self.line += self.text.count("\n", self.at, self.at + n)
        self.at += n

    def _blank(self, newlines: bool) -> None:
        """Skip white space and comments (and line ends)."""
        while self.at < len(self.text):
            c = self.text[self.at]
            if c == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif c in " \t\r" or (newlines and c == "\n"):
                self._skip()
            else:
                return

    # --- keys

    def _key(self) -> str:
        quote = self._peek()
        if quote in ('"', "'"):
            start = self.at
            self._string()
            raw = self.text[start + 1 : self.at - 1]
            return raw if quote == "'" else _unescaped(raw)
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _BARE_END:
            self.at += 1
        return self.text[start : self.at]

    def _dotted(self) -> list[str]:
        keys = [self._key()]
        self._blank(newlines=False)
        while self._peek() == ".":
            self._skip()
            self._blank(newlines=False)
            keys.append(self._key())
            self._blank(newlines=False)
        return keys

    def _enter(self, table: Path, keys: list[str]) -> Path:
        """Return the path of keys below a table; a key that holds an array of tables means its newest one."""
        for key in keys:
            table = (*table, key)
            self.found.setdefault(table, self.line)
            if table in self.count:
                table = (*table, self.count[table] - 1)
        return table

    def _header(self) -> Path:
        line = self.line
        many = self._peek(2) == "[["
        self._skip(2 if many else 1)
        self._blank(newlines=False)
        keys = self._dotted()
        self._skip(2 if many else 1)
        if not many:
            path = self._enter((), keys)
            self.found[path] = line
            return path
        array = (*self._enter((), keys[:-1]), keys[-1])
        self.found.setdefault(array, line)
        self.count[array] = self.count.get(array, 0) + 1
        element = (*array, self.count[array] - 1)
        self.found[element] = line
        return element

    # --- values

    def _pair(self, table: Path) -> None:
        line = self.line
        keys = self._dotted()
        path = (*self._enter(table, keys[:-1]), keys[-1])
        self.found.setdefault(path, line)
        self._skip()  # the equals sign
        self._blank(newlines=False)
        self._value(path)

    def _value(self, path: Path) -> None:
        c = self._peek()
        if c in ('"', "'"):
            self._string()
        elif c == "[":
            self._array(path)
        elif c == "{":
            self._inline(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1

    def _array(self, path: Path) -> None:
        self._skip()
        index = 0
        while True:
            self._blank(newlines=True)
            if self._peek() in ("]", ""):
                self._skip()
                return
            element = (*path, index)
            self.found[element] = self.line
            self._value(element)
            index += 1
            self._blank(newlines=True)
            if self._peek() == ",":
                self._skip()

    def _inline(self, path: Path) -> None:
        self._skip()
        while True:
            self._blank(newlines=True)
            if self._peek() in ("}", ""):
                self._skip()
                return
            self._pair(path)
            self._blank(newlines=True)
            if self._peek() == ",":
                self._skip()

    def _string(self) -> None:
        """Skip a string of any of the four kinds."""
        quote = self._peek()
        many = self._peek(3) == quote * 3
        end = quote * 3 if many else quote
        self._skip(len(end))
        while self.at < len(self.text):
            if quote == '"' and self._peek() == "\\":
                self._skip(2)
            elif self._peek(len(end)) == end:
                self._skip(len(end))
                while many and self._peek() == quote:  # up to two quotes may stand before the end
                    self._skip()
                return
            else:
                self._skip()


def _unescaped(raw: str) -> str:
    """Return a quoted key as the parser gave it."""
    if "\\" not in raw:
        return raw
    return raw.encode("latin-1", "backslashreplace").decode("unicode_escape")
