"""Steps that misbehave: each is a failed step with a clear error, and nothing else is lost."""

from __future__ import annotations

import os
import time

import pytest
from processes import is_alive, wait_until

from penstock.core.state import COMPLETE, FAILED, UPSTREAM_FAILED
from penstock.engine.runtime import RunOptions

STEPS = """
    @ps.step
    def fine(x: int) -> int:
        return x + 1

    @ps.step
    def after(x: int) -> int:
        return x

    @ps.step
    def raises(x: int) -> int:
        raise KeyError("fare")

    @ps.step
    def wrong_type(x: int) -> int:
        return str(x)

    @ps.step
    def unserialisable(x: int) -> dict:
        return {"now": object()}

    @ps.step
    def exits(x: int) -> int:
        sys.exit(3)

    @ps.step
    def interrupts(x: int) -> int:
        raise KeyboardInterrupt

    @ps.step
    def is_cancelled(x: int) -> int:
        import asyncio
        raise asyncio.CancelledError

    @ps.step
    def gives_up(x: int) -> int:
        class Strange(BaseException):
            pass
        raise Strange("enough")

    @ps.step
    def is_huge(x: int) -> str:
        return "x" * 2**26

    @ps.step
    def closes_its_output(x: int) -> int:
        print("lost", flush=False)
        os.close(1)
        os.close(2)
        return x

    @ps.step
    def leaves(x: int) -> int:
        os._exit(9)

    @ps.step
    def segfaults(x: int) -> int:
        import ctypes
        ctypes.string_at(0)

    @ps.step
    def is_killed(x: int) -> int:
        os.kill(os.getpid(), 9)

    @ps.step(timeout_s=0.5)
    def hangs(x: int) -> int:
        import signal, subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "600"])
        Path("child.pid").write_text(str(child.pid))
        time.sleep(600)

    @ps.step(memory="200MiB")
    def eats(x: int) -> int:
        block = bytearray(10)
        while True:
            block.extend(bytes(2**24))
            time.sleep(0.01)

    @ps.step
    def prints(x: int) -> int:
        for _ in range(40):
            print("x" * 2**17)
        print("the end", file=sys.stderr)
        return x

    @ps.step
    def forks(x: int) -> int:
        if os.fork() == 0:
            return -1
        return x

    @ps.step
    def leaves_a_child(x: int) -> int:
        import subprocess
        child = subprocess.Popen(["sleep", "600"])
        Path("child.pid").write_text(str(child.pid))
        return x

    @ps.step
    def moves(x: int) -> int:
        os.chdir("/")
        os.environ["MOVED"] = "1"
        return x

    @ps.step
    def sees(x: int) -> str:
        return os.getcwd() + os.environ.get("MOVED", "")

    @ps.pipeline
    def p(name: str = "raises"):
        fine(1)
        {calls}
"""


def _pipelines(name: str) -> str:
    return STEPS.replace("{calls}", f"after({name}(2))")


@pytest.mark.parametrize(
    ("step", "kind", "what"),
    [
        ("raises", "StepError", "KeyError: 'fare'"),
        ("wrong_type", "OutputTypeError", "output 'output' should be int, but is str: '2'"),
        ("exits", "StepError", "the step called sys.exit(3)"),
        ("interrupts", "StepError", "KeyboardInterrupt"),
        ("is_cancelled", "StepError", "CancelledError"),
        ("gives_up", "StepError", "Strange: enough"),
        ("leaves", "StepCrashError", "exit code 9"),
        ("segfaults", "StepCrashError", "SIGSEGV"),
        ("is_killed", "StepCrashError", "SIGKILL"),
        ("hangs", "StepTimeoutError", "longer than 0.5 s"),
        ("eats", "StepMemoryError", "it may use 200.0 MiB"),
    ],
)
def test_failure_is_told_and_stops_only_what_depends_on_it(project, step: str, kind: str, what: str) -> None:
    project.write(_pipelines(step))
    run = project.run("p")
    assert run.state == FAILED
    assert project.finished() == {"fine": COMPLETE, step: FAILED, "after": UPSTREAM_FAILED}
    error = project.error(run, step)
    assert error["type"] == kind
    assert what in error["what"]
    assert f"pipeline 'p', step '{step}'" in error["where"]
    assert error["fix"]


def test_error_names_the_users_line_and_its_log_holds_the_traceback(project) -> None:
    file = project.write(_pipelines("raises"))
    run = project.run("p")
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "raise KeyError" in text)
    assert project.error(run, "raises")["where"].endswith(f"pipeline.py:{line}")
    log = project.workspace.log_file(run.id, "raises").read_text()
    assert "Traceback" in log
    assert 'raise KeyError("fare")' in log
    assert "runtime/worker.py" not in log


def test_unserialisable_value(project) -> None:
    project.write(STEPS.replace("{calls}", "return unserialisable(1)"))
    run = project.run("p")
    assert project.error(run, "unserialisable")["type"] == "OutputTypeError"


def test_huge_value(project) -> None:
    project.write(STEPS.replace("{calls}", "return is_huge(1)"))
    error = project.error(project.run("p"), "is_huge")
    assert error["type"] == "OutputTypeError"
    assert error["what"] == "output 'output' takes 64.0 MiB as JSON; a value may take 4 MiB"
    assert error["fix"] == "return it as a File, or a Dataset"


def test_timeout_kills_the_whole_group(project) -> None:
    project.write(_pipelines("hangs"))
    began = time.monotonic()
    project.run("p")
    child = int((project.root / "child.pid").read_text())
    wait_until(lambda: not is_alive(child), what="death of the step's child")
    assert time.monotonic() - began < 60


def test_megabytes_of_output_go_to_the_log(project) -> None:
    project.write(_pipelines("prints"))
    run = project.run("p")
    assert run.state == COMPLETE
    log = project.workspace.log_file(run.id, "prints").read_bytes()
    assert len(log) == 40 * (2**17 + 1) + len("the end\n")
    assert log.endswith(b"the end\n")


def test_a_fork_that_comes_back_answers_once(project) -> None:
    project.write(_pipelines("forks"))
    run = project.run("p")
    assert project.finished() == {"fine": COMPLETE, "forks": COMPLETE, "after": COMPLETE}
    assert run.step("forks")["output"].load() == 2


def test_a_child_left_behind_is_killed(project) -> None:
    project.write(_pipelines("leaves_a_child"))
    assert project.run("p").state == COMPLETE
    child = int((project.root / "child.pid").read_text())
    wait_until(lambda: not is_alive(child), what="death of the child left behind")


def test_a_worker_that_was_moved_is_replaced(project) -> None:
    project.write(STEPS.replace("{calls}", "return sees(moves(1))"))
    run = project.run("p", RunOptions(workers=1))
    assert run.outputs["output"].load() == str(project.root)


def test_retries_run_again_after_a_crash(project) -> None:
    project.write("""
        @ps.step(retries=2, backoff_s=0.01)
        def flaky(x: int) -> int:
            seen = Path("seen")
            count = len(seen.read_text()) if seen.exists() else 0
            seen.write_text("x" * (count + 1))
            if count == 0:
                os.kill(os.getpid(), 9)
            if count == 1:
                raise ValueError("again")
            return x

        @ps.pipeline
        def p():
            return flaky(5)
    """)
    run = project.run("p")
    assert run.outputs["output"].load() == 5
    assert [(e.attempt, e.state) for e in run.executions] == [(1, FAILED), (2, FAILED), (3, COMPLETE)]
    assert [event["event"] for event in project.events].count("step_retry") == 2


def test_retries_end(project) -> None:
    project.write("""
        @ps.step(retries=1, backoff_s=0.01)
        def never(x: int) -> int:
            raise ValueError("no")

        @ps.pipeline
        def p():
            return never(5)
    """)
    run = project.run("p")
    assert run.state == FAILED
    assert [(e.attempt, e.state) for e in run.executions] == [(1, FAILED), (2, FAILED)]


def test_killed_zygote_fails_what_ran_and_the_run_goes_on(project) -> None:
    project.write("""
        @ps.step(retries=1, backoff_s=0.01)
        def kills_the_zygote(x: int) -> int:
            if not Path("done").exists():
                Path("done").touch()
                os.kill(os.getppid(), 9)
                time.sleep(60)
            return x

        @ps.pipeline
        def p():
            return kills_the_zygote(5)
    """)
    run = project.run("p")
    assert run.state == COMPLETE
    assert [e.state for e in run.executions] == [FAILED, COMPLETE]
    error = run.executions[0].reason["error"]
    assert "the pool of workers died of SIGKILL" in error["what"]
    assert "retries=" in error["fix"]


def test_a_step_may_close_its_output(project) -> None:
    project.write(_pipelines("closes_its_output"))
    assert project.run("p").state == COMPLETE


def test_a_killed_step_tells_how_long_it_took(project) -> None:
    project.write(_pipelines("hangs"))
    run = project.run("p")
    assert project.execution(run, "hangs").duration_s > 0.4


def test_a_log_holds_the_traceback_also_where_output_was_closed(project) -> None:
    project.write("""
        @ps.step
        def broken(x: int) -> int:
            print("before")
            sys.stdout.close()
            sys.stderr.close()
            os.close(2)
            raise ValueError("after")

        @ps.pipeline
        def p():
            broken(1)
    """)
    run = project.run("p")
    log = project.workspace.log_file(run.id, "broken").read_text()
    assert log.startswith("before\nTraceback")
    assert "ValueError: after" in log


SPOILED = {
    "closed output": "sys.stdout.close(); sys.stderr.close()",
    "other output": "sys.stdout = open('other.txt', 'w'); sys.stderr = None",
    "alarm": "signal.alarm(1)",
    "timer": "signal.signal(signal.SIGALRM, print); signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)",
    "handler": "signal.signal(signal.SIGUSR1, print)",
    "umask": "os.umask(0o077)",
    "thread": "threading.Thread(target=time.sleep, args=(600,)).start()",
    "limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))",
}


@pytest.mark.parametrize("what", SPOILED)
def test_nothing_of_a_step_is_left_for_the_next_one(project, what: str) -> None:
    project.write(f"""
        import resource, signal, threading

        @ps.step
        def spoils(x: int) -> int:
            {SPOILED[what]}
            return x

        @ps.step
        def looks(x: int) -> list[str]:
            print("here I am")
            signals = [signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGUSR1)]
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)
            return [str(each) for each in (*signals, limit, os.umask(0o022), threading.active_count())]

        @ps.pipeline
        def p():
            first = looks.options(name="first")(1)
            spoiled = spoils(2).after(first)
            return {{"first": first, "last": looks.options(name="last")(spoiled)}}
    """)
    run = project.run("p", RunOptions(workers=1))
    assert project.finished() == {"first": COMPLETE, "spoils": COMPLETE, "last": COMPLETE}
    assert run.outputs["first"].load() == run.outputs["last"].load()
    assert project.workspace.log_file(run.id, "last").read_text() == "here I am\n"


def test_a_step_changes_nothing_for_the_next_one_inline_either(project) -> None:
    project.write(STEPS.replace("{calls}", "return sees(moves(1))"))
    run = project.run("p", RunOptions(inline=True))
    assert run.outputs["output"].load() == str(project.root) == os.getcwd()
    assert "MOVED" not in os.environ


def test_pipelines_in_pipelines_in_pipelines(project) -> None:
    levels = [
        f"@ps.pipeline\ndef pipeline_at_level_{level}(x: int):\n    return pipeline_at_level_{level + 1}(x)\n"
        for level in reversed(range(60))
    ]
    leaf = "@ps.step\ndef leaf(x: int) -> int:\n    print(x)\n    return x\n"
    last = "@ps.pipeline\ndef pipeline_at_level_60(x: int):\n    return leaf(x)\n"
    project.write("\n".join([leaf, last, *levels]))
    run = project.run("pipeline_at_level_0", x=5)
    assert run.outputs["output"].load() == 5
    (execution,) = run.executions
    assert project.workspace.log_file(run.id, execution.step).read_text() == "5\n"


@pytest.mark.parametrize("command", ["setsid sleep 600", "(setsid sleep 600 &) ; exit"])
@pytest.mark.parametrize("ending", ["return x", "raise ValueError", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_child_with_a_session_of_its_own_is_killed_too(project, command: str, ending: str) -> None:
    project.write(f"""
        import subprocess

        @ps.step
        def starts(x: int) -> int:
            subprocess.Popen("echo $$ > shell.pid; {command}", shell=True, env={{"PATH": os.environ["PATH"]}})
            while not any(b"sleep" in name for name in map(name_of, os.listdir("/proc"))):
                time.sleep(0.005)
            {ending}

        def name_of(pid: str) -> bytes:
            try:
                line = Path(f"/proc/{{pid}}/cmdline").read_bytes()
                return line if Path(f"/proc/{{pid}}/cwd").resolve() == Path.cwd() else b""
            except OSError:
                return b""

        @ps.pipeline
        def p():
            starts(1)
    """)
    project.run("p")
    left = [pid for pid in os.listdir("/proc") if pid.isdigit() and _works_in(pid, str(project.root))]
    assert left == []


def _works_in(pid: str, folder: str) -> bool:
    try:
        return int(pid) != os.getpid() and os.readlink(f"/proc/{pid}/cwd") == folder
    except OSError:
        return False
