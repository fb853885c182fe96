"""The state of being loaded: a script that calls ``run`` while it is only read stops there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_IS_LOADING: ContextVar[bool] = ContextVar("penstock_loading", default=False)


class StopLoading(BaseException):
    """Raised by ``run`` while a module is being loaded for its definitions; the loader keeps what there is."""


def is_loading() -> bool:
    """Whether a module is being loaded for its definitions, not run."""
    return _IS_LOADING.get()


def stop_if_loading() -> None:
    """Call first thing in whatever runs a pipeline.

    Raises
    ------
    StopLoading
        If the call is a statement of a module that is being loaded.
    """
    if _IS_LOADING.get():
        raise StopLoading


@contextmanager
def loading(*, on: bool = True) -> Iterator[None]:
    """Mark a block as loading; ``on=False`` marks the call of a step inside of it as not."""
    token = _IS_LOADING.set(on)
    try:
        yield
    finally:
        _IS_LOADING.reset(token)
