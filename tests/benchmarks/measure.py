"""Runs a pipeline of commands and measures it: time, CPU seconds, resident memory."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

PAGE = os.sysconf("SC_PAGE_SIZE")
LOOK_EVERY = 0.01
LONGEST = 3600.0


class CommandFailed(Exception):
    """A command ended with an error, or did not end at all."""


@dataclass(frozen=True)
class Pipeline:
    """Commands that feed each other, as a shell would run them with pipefail."""

    stages: tuple[tuple[str, ...], ...]
    environment: dict[str, str] = field(default_factory=dict)
    directory: pathlib.Path | None = None

    @property
    def text(self) -> str:
        line = " | ".join(shlex.join(stage) for stage in self.stages)
        return f"cd {shlex.quote(str(self.directory))} && {line}" if self.directory else line


@dataclass(frozen=True)
class Cost:
    seconds: float
    """Until the last command ended."""

    durable_seconds: float
    """Until what it wrote was on the disk as well: a sync after it."""

    cpu_seconds: float
    """User and system time of all commands of the pipeline; never that of the storage."""

    peak_memory: int
    """The largest sum of the resident memory of all commands, in bytes, looked at a hundred times a second."""


def pipeline(*stages: list[str], environment: dict[str, str] | None = None, directory: pathlib.Path | None = None) -> Pipeline:
    return Pipeline(tuple(tuple(map(str, stage)) for stage in stages), environment or {}, directory)


def clean_environment(extra: dict[str, str]) -> dict[str, str]:
    """Ours without what would send a client of the gateway on loopback elsewhere, or to another trust store."""
    kept = {k: v for k, v in os.environ.items() if not re.match(r"(?i)(aws_|rclone_|restic_|https?_proxy|all_proxy)", k)}
    return {**kept, "LC_ALL": "C", **extra}


def drop_page_cache() -> None:
    os.sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")


def run(line: Pipeline) -> None:
    """Runs what is not to be measured."""
    _execute(line)


def measure(line: Pipeline) -> Cost:
    drop_page_cache()
    started = time.monotonic()
    seconds, cpu, peak = _execute(line)
    os.sync()
    return Cost(seconds, time.monotonic() - started, cpu, peak)


def _execute(line: Pipeline) -> tuple[float, float, int]:
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        processes = _start(line, output)
        running = {p.pid: p for p in processes}
        cpu, peak, failed = 0.0, 0, []
        try:
            while running:
                for pid in list(running):
                    ended, status, usage = os.wait4(pid, os.WNOHANG)
                    if ended == 0:
                        continue
                    process = running.pop(pid)
                    process.returncode = os.waitstatus_to_exitcode(status)
                    cpu += usage.ru_utime + usage.ru_stime
                    if process.returncode != 0:
                        failed.append(f"{process.args[0]} ended with {process.returncode}")
                peak = max(peak, sum(_resident(pid) for pid in running))
                if time.monotonic() - started > LONGEST:
                    raise CommandFailed(f"not finished after {LONGEST:.0f} s: {line.text}")
                if running:
                    time.sleep(LOOK_EVERY)
        finally:
            for process in running.values():
                process.send_signal(signal.SIGKILL)
                process.wait()
        seconds = time.monotonic() - started
        if failed:
            output.seek(0)
            said = output.read()[-2000:].decode(errors="replace").strip()
            raise CommandFailed(f"{', '.join(failed)}: {line.text}\n{said}")
        return seconds, cpu, peak


def _start(line: Pipeline, output) -> list[subprocess.Popen]:
    processes: list[subprocess.Popen] = []
    environment = clean_environment(line.environment)
    previous = subprocess.DEVNULL
    for index, stage in enumerate(line.stages):
        last = index == len(line.stages) - 1
        process = subprocess.Popen(
            stage, stdin=previous, stdout=output if last else subprocess.PIPE, stderr=output,
            env=environment, cwd=line.directory)
        if previous is not subprocess.DEVNULL:
            previous.close()  # or the first command never learns that the second one died
        previous = process.stdout
        processes.append(process)
    return processes


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
