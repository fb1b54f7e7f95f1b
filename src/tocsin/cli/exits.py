"""How a command ends: exit codes, and the one handler that keeps tracebacks from a user."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

from tocsin.core.errors import TocsinError

DONE = 0
DONE_WITH_REFUSALS = 1
UNUSABLE_INPUT = 2
BROKEN = 70
"""A fault of tocsin itself (sysexits.h EX_SOFTWARE)."""
INTERRUPTED = 130


class Interrupted(TocsinError):
    """A command was interrupted; outputs that were finished are valid."""


def guarded(action: Callable[[], int], as_json: bool = False) -> int:
    """Return the exit code of an action; an error becomes one message on stderr, and a JSON object with `as_json`."""
    try:
        return action()
    except Interrupted as error:
        return _tell(str(error), INTERRUPTED, as_json)
    except TocsinError as error:
        return _tell(str(error), UNUSABLE_INPUT, as_json)
    except KeyboardInterrupt:
        return _tell("interrupted", INTERRUPTED, as_json)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  (the reader went away; keep the exit quiet)
        return DONE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _tell(f"{where}{error.strerror or error}", UNUSABLE_INPUT, as_json)
    except MemoryError:
        return _tell("not enough memory for this input", UNUSABLE_INPUT, as_json)
    except Exception as error:
        what = f"internal error: {type(error).__name__}: {error}{_place(error)}"
        text = f"{what}; TOCSIN_DEBUG=1 shows where, `tocsin doctor` checks this machine"
        return _tell(text, BROKEN, as_json)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""  # noqa: PTH119


def _tell(message: str, code: int, as_json: bool) -> int:
    if os.environ.get("TOCSIN_DEBUG"):
        traceback.print_exc()
    message = message.encode("utf-8", "replace").decode()  # a file's name may be no text
    with suppress(OSError):  # nobody may be there to hear it
        print(f"tocsin: {message}", file=sys.stderr)
        if as_json:
            print(json.dumps({"error": message, "exit": code}), flush=True)
        return code
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    return code
