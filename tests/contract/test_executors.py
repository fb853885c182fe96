"""Every executor passes the executor contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.core.plugin import load_plugin
from penstock.core.protocol import Executor, ExecutorSetup
from penstock.engine.runtime.executor.inline import InlineExecutor
from penstock.engine.runtime.step_loader import StepLoader
from penstock.engine.store import open_blobs
from penstock.testing.executor_contract import ExecutorContract


class TestLocalExecutor(ExecutorContract):
    @pytest.fixture
    def make_executor(self) -> Callable[[ExecutorSetup], Executor]:
        return load_plugin("penstock.executors", "local")


class TestInlineExecutor(ExecutorContract):
    @pytest.fixture
    def make_executor(self) -> Callable[[ExecutorSetup], Executor]:
        def make(setup: ExecutorSetup) -> Executor:
            loader = StepLoader(Path(setup.package), setup.root)
            return InlineExecutor(loader.function, open_blobs(setup.artifacts, cache=Path(setup.cache)))

        return make
