"""Work of a study in several processes: one answer a piece of work, as it is finished."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from tocsin.cli.exits import Interrupted
from tocsin.cli.live import Display


def in_processes(
    work: Callable[..., dict[str, Any]],
    asked: Sequence[tuple[Any, ...]],
    jobs: int,
    kept: Path,
    display: Display,
    what: str,
) -> Iterator[dict[str, Any]]:
    """Yield what `work` returns for each tuple of arguments, in the order in which they are finished.

    One job works in this process, several in fresh ones. An interrupt says where finished work is `kept`.
    """
    try:
        if jobs == 1 or len(asked) <= 1:
            for number, arguments in enumerate(asked):
                display.stage(f"{number} of {len(asked)} {what}", number / len(asked))
                yield work(*arguments)
            return
        pool = ProcessPoolExecutor(min(jobs, len(asked)), mp_context=multiprocessing.get_context("spawn"))
        try:
            display.stage(f"{len(asked)} {what}, {min(jobs, len(asked))} at a time")
            waiting = [pool.submit(work, *arguments) for arguments in asked]
            for number, future in enumerate(as_completed(waiting), 1):
                yield future.result()
                display.stage(f"{number} of {len(asked)} {what}", number / len(asked))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted; what was finished is kept in {kept}") from None
