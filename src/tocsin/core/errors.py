"""Errors that reach a user, each with what is needed to mend them."""


class TocsinError(Exception):
    """Base of all errors meant for a user; the message is shown without a traceback, exit code 2."""


class ValueRefused(TocsinError, ValueError):
    """A single value is not acceptable; a reader turns it into a refused row or an InputError."""


class InputError(TocsinError):
    """A file cannot be used: says file, line, key, what was found and what is allowed."""

    def __init__(self, message: str, *, file: str = "", line: int | None = None, key: str = "", allowed: str = ""):
        self.file, self.line, self.key, self.allowed, self.message = file, line, key, allowed, message
        where = file + (f":{line}" if line is not None else "")
        parts = [p for p in (where, key and f"`{key}`", message) if p]
        text = ": ".join(parts)
        super().__init__(text + (f" (allowed: {allowed})" if allowed else ""))
