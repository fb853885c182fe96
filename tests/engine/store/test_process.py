from __future__ import annotations

import os
import subprocess
import sys

from penstock.engine.store.process import Holder, is_pid_running, is_running, this_process


def test_this_process_runs() -> None:
    me = this_process()
    assert me.pid == os.getpid()
    assert me.started > 0
    assert is_running(me) is True


def test_reused_pid_is_another_process() -> None:
    me = this_process()
    assert is_running(me._replace(started=me.started - 1)) is False


def test_earlier_boot_of_this_host_is_dead() -> None:
    machine, _, namespace = this_process().boot_id.split(":")
    assert is_running(this_process()._replace(boot_id=f"{machine}:another-boot:{namespace}")) is False


def test_nothing_is_known_of_other_hosts_machines_and_containers() -> None:
    me = this_process()
    machine, boot, namespace = me.boot_id.split(":")
    assert is_running(me._replace(host="elsewhere")) is None
    assert is_running(me._replace(boot_id=f"another{machine}:{boot}:{namespace}")) is None
    assert is_running(me._replace(boot_id=f"{machine}:{boot}:1{namespace}")) is None


def test_dead_and_zombie_processes_do_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_pid_running(child.pid, 0)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_pid_running(child.pid, 0), "a zombie is not at work"
    child.communicate()
    assert not is_pid_running(child.pid, 0)


def test_command_names_with_brackets_and_blanks(tmp_path: os.PathLike[str]) -> None:
    odd = os.path.join(tmp_path, "a) 1 (b")
    os.symlink(sys.executable, odd)
    code = "from penstock.engine.store.process import this_process; print(*this_process(), sep='\\n'); input()"
    with subprocess.Popen(
        [odd, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_with_path()
    ) as child:
        assert child.stdout is not None
        host, boot_id, pid, started = (child.stdout.readline().strip() for _ in range(4))
        assert is_running(Holder(host, boot_id, int(pid), int(started))) is True
        child.kill()
    assert is_running(Holder(host, boot_id, int(pid), int(started))) is False


def _with_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
