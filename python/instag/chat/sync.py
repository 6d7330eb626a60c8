"""Waiting for asynchronous work from code that is not asynchronous."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import copy_context
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from instag.warning import keep_caller

__all__ = ["waiting"]

P = ParamSpec("P")
T = TypeVar("T")

# Seconds between two looks at whether the work is done. On some systems Ctrl-C arrives only between two waits.
GLANCE = 0.2

# The first Ctrl-C asks the work to finish what is in flight, the second to end at once; the third does not wait.
PATIENCE = 2


def waiting(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Make a function that waits for an asynchronous one.

    Its name is that of the asynchronous one without the leading `a`. The work gets a thread and an event loop of its
    own, so that it can also be waited for inside a running loop, as in a notebook; its warnings point to the caller.
    Ctrl-C cancels the work, at most twice; :class:`KeyboardInterrupt` is raised when it has ended, with the
    message of the cancellation.

    Examples
    --------
    >>> async def aadd(a: int, b: int) -> int:
    ...     return a + b
    >>> add = waiting(aadd)
    >>> add(2, b=3), add.__name__
    (5, 'add')
    """

    @wraps(work)
    def wait(*arguments: P.args, **options: P.kwargs) -> T:
        with keep_caller():
            return _wait(work(*arguments, **options))

    wait.__name__ = wait.__qualname__ = work.__name__.removeprefix("a")
    return wait


def _wait(work: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    finished = threading.Event()

    def run() -> None:
        try:
            loop.run_until_complete(asyncio.wait([task]))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            finished.set()

    thread = threading.Thread(target=copy_context().run, args=(run,), name="instag", daemon=True)
    started, cancelled, interrupts = False, 0, 0
    while True:
        try:
            if not started:
                started = True
                thread.start()
            if cancelled < interrupts:
                cancelled += 1
                with suppress(RuntimeError):  # it has ended meanwhile
                    loop.call_soon_threadsafe(task.cancel)
            if finished.wait(GLANCE):
                break
        except KeyboardInterrupt:
            # Nothing more than this, since another Ctrl-C may come meanwhile.
            interrupts += 1
            if interrupts > PATIENCE:
                raise
    if interrupts:
        raise KeyboardInterrupt(_words(task))
    return task.result()


def _words(task: "asyncio.Task[Any]") -> str:
    """The message of the cancellation."""
    try:
        task.result()
    except asyncio.CancelledError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever it was, the interrupt is what is raised
        return str(error)
    return ""
