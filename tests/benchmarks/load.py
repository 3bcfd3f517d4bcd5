"""A steady load of writes by sysbench, which goes on whatever happens to the server."""

import re
import subprocess
import threading

from dataset import TABLES

THREADS = 4
RETRY = 0.5


class Load:
    """Writes for as long as the with block. sysbench ends when its server does; then it is started until it goes on."""

    def __init__(self, port: int, user: str, table_size: int, rate: int):
        self._command = [
            "sysbench", "oltp_write_only", "--mysql-host=127.0.0.1", f"--mysql-port={port}", f"--mysql-user={user}", "--mysql-db=sbtest", "--db-driver=mysql",
            "--mysql-ignore-errors=1213,1205,1020", f"--tables={TABLES}", f"--table-size={table_size}", f"--threads={THREADS}", f"--rate={rate}", "--time=0",
            "--report-interval=1", "run"]
        self._rates: list[float] = []
        self._process: subprocess.Popen | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        while self._thread.is_alive():
            if self._process is not None:
                self._process.kill()
            self._thread.join(RETRY)

    @property
    def seconds(self) -> int:
        """For how many seconds it has told what it writes."""
        return len(self._rates)

    def rate(self, since: int) -> float:
        """Transactions a second while the server was there, from the second with this number on."""
        rates = self._rates[since:]
        return sum(rates) / len(rates) if rates else 0.0

    def _run(self) -> None:
        while not self._end.wait(RETRY):
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for line in self._process.stdout:
                if told := re.search(r"\btps: ([0-9.]+)", line):
                    self._rates.append(float(told[1]))
            self._process.wait()
