"""Slices written by several processes at once, each with its own connection, sharing what was read by having forked from it."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from django.db import connections

from phakdi.platform.imports.core import Reject


@dataclass(slots=True)
class SliceDone:
    """What came of one slice."""

    number: int
    counts: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)


Work = Callable[[int], SliceDone]


def can_fork() -> bool:
    """Tell whether this system lets a process go on as two."""
    return "fork" in multiprocessing.get_all_start_methods() and os.name == "posix"


def run_slices(
    *,
    numbers: Sequence[int],
    work: Work,
    processes: int,
    on_done: Callable[[SliceDone], None],
    holding: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> None:
    """Do the work of every slice in ``numbers``, at most ``processes`` at once, and tell each as it is done.

    An error ends them all and is raised again; slices that were written stay. The connections of this process are closed
    before it forks. ``holding`` is entered for as long as slices are written, on a connection of this process.
    """
    gc.freeze()  # what was read is kept: nobody looks through it for garbage, and processes go on sharing it
    try:
        if processes <= 1 or len(numbers) <= 1 or not can_fork():
            with holding():
                for number in numbers:
                    on_done(work(number))
        else:
            connections.close_all()
            _run_forked(numbers, work, min(processes, len(numbers)), on_done, holding)
    finally:
        gc.unfreeze()


def _run_forked(
    numbers: Sequence[int],
    work: Work,
    processes: int,
    on_done: Callable[[SliceDone], None],
    holding: Callable[[], AbstractContextManager[None]],
) -> None:
    context = multiprocessing.get_context("fork")
    following = context.Value("i", 0)
    readers: list[Connection] = []
    children: list[Any] = []
    try:
        for _ in range(processes):
            reader, writer = context.Pipe(duplex=False)
            child = context.Process(target=_child, args=(numbers, work, following, writer, os.getpid()), daemon=True)
            child.start()
            writer.close()
            readers.append(reader)
            children.append(child)
        with holding():
            _collect(readers, on_done)
        for child in children:
            child.join()
    finally:
        for child in children:
            if child.is_alive():
                child.terminate()
            child.join()
        for reader in readers:
            reader.close()


def _collect(readers: list[Connection], on_done: Callable[[SliceDone], None]) -> None:
    open_readers = list(readers)
    while open_readers:
        for reader in wait(open_readers):
            assert isinstance(reader, Connection)
            try:
                told = reader.recv()
            except EOFError:
                raise RuntimeError("a process that was importing ended by itself") from None
            if told is None:
                open_readers.remove(reader)
            elif isinstance(told, BaseException):
                raise told
            else:
                on_done(told)


def _child(numbers: Sequence[int], work: Work, following: Any, writer: Connection, parent: int) -> None:
    try:
        while os.getppid() == parent:
            with following.get_lock():
                at = following.value
                following.value += 1
            if at >= len(numbers):
                break
            writer.send(work(numbers[at]))
        writer.send(None)
    except BaseException as error:  # noqa: BLE001 - told to the parent, which raises it again
        writer.send(_sendable(error))
    finally:
        writer.close()
        connections.close_all()


def _sendable(error: BaseException) -> BaseException:
    """Return the error without what cannot be sent: its causes hold connections."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    return error
