"""A real MariaDB for as long as the data is being made."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from settings import BenchError, MIB


UNDO = ["--innodb-undo-tablespaces=3"]


class MariaDb:
    """mariadbd on a data directory; reached through a socket only. Stopped cleanly at the end of the with block."""

    def __init__(self, data: pathlib.Path, size: int, binlogs: bool):
        redo = min(96, max(4, size // MIB // 50))
        self._options = [
            "--no-defaults", "--user=mysql", f"--datadir={data}", "--skip-networking", "--local-infile=1",
            "--innodb-buffer-pool-size=512M", f"--innodb-log-file-size={redo}M", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=O_DIRECT_NO_FSYNC", "--character-set-server=utf8mb4",
            # Undo logs that are given back, and a shutdown that purges first: or a tenth of the data is old versions of rows.
            *UNDO, "--innodb-undo-log-truncate=ON", "--innodb-max-undo-log-size=10M", "--innodb-fast-shutdown=0",
        ]
        if binlogs:
            self._options += ["--log-bin=binlog", "--binlog-format=ROW", "--server-id=1", "--max-binlog-size=64M", "--sync-binlog=0"]
        self._data = data

    @staticmethod
    def initialise(data: pathlib.Path) -> None:
        _quiet(["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}",
                "--auth-root-authentication-method=normal", "--skip-test-db", *UNDO])

    def __enter__(self) -> "MariaDb":
        self._run = pathlib.Path(tempfile.mkdtemp(prefix="bench-mariadb-"))
        shutil.chown(self._run, "mysql")
        self.socket = self._run / "mysqld.sock"
        self._log = open(self._run / "server.log", "wb")
        self._process = subprocess.Popen(
            [shutil.which("mariadbd") or "/usr/sbin/mariadbd", *self._options,
             f"--socket={self.socket}", f"--pid-file={self._run / 'pid'}"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + 120
        while subprocess.run(self.client("-e", "SELECT 1"), capture_output=True).returncode != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = (self._run / "server.log").read_text(errors="replace")[-2000:]
                self.__exit__(RuntimeError)
                raise BenchError(f"MariaDB does not start on {self._data}: {said}")
            time.sleep(0.2)
        return self

    def client(self, *arguments: str) -> list[str]:
        return ["mariadb", "--no-defaults", "-uroot", f"--socket={self.socket}", "--local-infile=1", "-N", "-B", *arguments]

    def execute(self, sql: str) -> str:
        return _quiet(self.client("-e", sql))

    def sysbench(self, workload: str, verb: str, **options: object) -> None:
        switches = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        _quiet(["sysbench", workload, f"--mysql-socket={self.socket}", "--mysql-user=root", "--mysql-db=sbtest", "--db-driver=mysql",
                *switches, verb])

    def __exit__(self, failure=None, *_) -> None:
        self._process.terminate()  # SIGTERM is a clean shutdown
        try:
            self._process.wait(300)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        said = (self._run / "server.log").read_text(errors="replace")[-2000:]
        shutil.rmtree(self._run, ignore_errors=True)
        if failure is None and self._process.returncode != 0:
            raise BenchError(f"MariaDB did not stop cleanly ({self._process.returncode}): {said}")


def _quiet(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        raise BenchError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout
