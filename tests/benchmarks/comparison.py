"""The rounds: every program does everything, taking turns."""

import contextlib
import itertools
import pathlib
import shutil
import subprocess
import time

from gateway import Gateway
from measure import CommandFailed, measure, pipeline
from pages import change_pages
from places import Bucket, Folder, Place
from results import PlaceResults, Results
from tools.ours import Ours
from tools.restic import Restic
from tools.tar import Tar
from tools.tool import Operation, Tool

SHARE_CHANGED = 0.01

# A file that was written this shortly before a backup may be read again by the next one although it has not changed.
SETTLE = 3.0


class Comparison:
    """Works on a copy of the data, because pages of it are changed on the way."""

    def __init__(self, data: pathlib.Path, work: pathlib.Path, binary: pathlib.Path, results: Results):
        self._data = work / "data"
        subprocess.run(["cp", "-a", "--reflink=auto", str(data), str(self._data)], check=True)
        self._work = work
        self._binary = binary
        self._results = results
        self._seeds = itertools.count()

    def run(self) -> None:
        for number in range(self._results.rounds):
            self._compress()
            with Gateway() as gateway:
                self._round(number, Bucket(gateway))
            folder = Folder(self._work / "backups")
            self._round(number, folder)
            shutil.rmtree(folder.path)

    def _compress(self) -> None:
        command = pipeline(["zstd", "-1", "--single-thread", "-q", "-f", "-r", self._data, "-o", "/dev/null"])
        self._results.compression.costs.append(measure(command))

    def _round(self, number: int, place: Place) -> None:
        work = self._work / "round"
        work.mkdir()
        place.prepare()
        tools: list[Tool] = [Ours(self._binary, place, work), Tar(place, work), Restic(place, work)]
        into = self._results.place(place.title, [tool.name for tool in tools])
        for tool in tools:
            tool.prepare()
        time.sleep(SETTLE)
        for operation in Operation:
            if operation is Operation.CHANGED:
                into.changes.append(change_pages(self._data, SHARE_CHANGED, seed=next(self._seeds)))
                time.sleep(SETTLE)
            # Nobody is always first.
            for turn in range(len(tools)):
                self._one(number, place, into, operation, tools[(turn + number) % len(tools)], work)
        shutil.rmtree(work)

    def _one(self, number: int, place: Place, into: PlaceResults, operation: Operation, tool: Tool, work: pathlib.Path) -> None:
        series = into.of(operation, tool.name)
        with self._restore_folder(work) as restored:
            command = tool.command(operation, self._data, restored)
            if isinstance(command, str):
                series.word = command
                return
            if not series.command:
                series.command = command.text.replace(str(self._work), "$W").replace(str(self._binary), "backup-sidecar")
            before = tool.stored() if operation.stores else 0
            spent = place.cpu_seconds()
            try:
                cost = measure(command)
            except CommandFailed as e:
                series.word = "failed"
                self._fault(f"{place.title}, {operation.value}, {tool.name}: {e}")
                return
            series.costs.append(cost)
            if spent is not None:
                series.place_cpu_seconds.append(place.cpu_seconds() - spent)
            if operation.stores:
                series.stored.append(tool.stored() - before)
            print(f"  round {number + 1}/{self._results.rounds}  {place.title:<14} {operation.value:<21} {tool.name:<18}"
                  f"{cost.seconds:8.2f} s  {cost.cpu_seconds:7.2f} CPU s  {cost.peak_memory / (1 << 20):6.0f} MiB", flush=True)
            if operation is Operation.RESTORE and number == 0:
                self._compare(f"{place.title}, {tool.name}", restored)

    def _compare(self, who: str, restored: pathlib.Path) -> None:
        """A fast restore of something else would be worth nothing."""
        found = subprocess.run(["diff", "-rq", "--no-dereference", str(self._data), str(restored)], capture_output=True, text=True)
        if found.returncode != 0:
            self._fault(f"{who}: what was restored differs:\n{found.stdout[:2000]}{found.stderr[:1000]}")

    def _fault(self, text: str) -> None:
        self._results.faults.append(text)
        print(f"bench: {text}", flush=True)

    @contextlib.contextmanager
    def _restore_folder(self, work: pathlib.Path):
        folder = work / "restored"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
