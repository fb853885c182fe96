from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path

import pytest

from penstock.engine.runtime.executor.surroundings import cancel_timers, kept, surroundings


@contextmanager
def moved(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    yield
    os.chdir(before)


@contextmanager
def with_umask() -> Iterator[None]:
    before = os.umask(0o077)
    os.umask(0o077 if before != 0o077 else 0o022)
    yield
    os.umask(before)


@contextmanager
def with_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    yield
    signal.signal(signal.SIGUSR1, before)


@contextmanager
def with_blocked_signal() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def with_limit() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[0] - 1, limit[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@contextmanager
def with_thread() -> Iterator[None]:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield
    end.set()
    thread.join()


@contextmanager
def with_child() -> Iterator[None]:
    with subprocess.Popen(["sleep", "600"]) as child:
        yield
        child.kill()


@contextmanager
def with_closed_output(tmp_path: Path) -> Iterator[None]:
    with (tmp_path / "out").open("w") as stream, redirect_stdout(stream):
        stream.close()
        yield


CHANGES = [with_umask, with_handler, with_blocked_signal, with_limit, with_thread, with_child]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_until_it_is_undone(change: Callable[[], ExitStack]) -> None:
    before = surroundings()
    assert surroundings() == before
    with change():
        assert surroundings() != before
    assert surroundings() == before


def test_folder_environment_and_closed_output_are_seen_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = surroundings()
    with moved(tmp_path):
        assert surroundings() != before
    with with_closed_output(tmp_path):
        assert surroundings() != before
    monkeypatch.setenv("KMP_OF_A_LIBRARY", "1")
    assert surroundings() == before
    monkeypatch.setenv("OF_THE_STEP", "1")
    assert surroundings() != before


def test_timers_are_canceled() -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, 600)
    cancel_timers()
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_what_was_changed_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("KEPT", "REMOVED"):
        monkeypatch.setenv(name, "before")
    before = dict(os.environ), os.getcwd(), sys.stdout, sys.stderr

    def change() -> None:
        os.environ["KEPT"], os.environ["NEW"] = "after", "1"
        del os.environ["REMOVED"]
        os.chdir("/")
        sys.stdout = sys.stderr = None  # type: ignore[assignment]
        raise ValueError("in between")

    with pytest.raises(ValueError, match="in between"), kept():
        change()
    assert (dict(os.environ), os.getcwd(), sys.stdout, sys.stderr) == before


def test_a_folder_is_found_again_after_it_was_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    with kept():
        os.chdir("/")
        (tmp_path / "a").rename(tmp_path / "b")
    assert os.getcwd() == str(tmp_path / "b")
