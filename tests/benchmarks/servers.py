"""The database servers whose downtime is measured: how a pod runs them, and how they get their data."""

import pathlib
import subprocess
from dataclasses import dataclass

from dataset import BYTES_PER_ROW, SYSBENCH, TABLES, dataset
from server import MariaDb
from settings import BenchError, Settings

USER = "bench"
DATABASE = "sbtest"
UID = 999
DATA = "/var/lib/mysql"


@dataclass(frozen=True)
class MariaDbPod:
    """With the data that everything else is measured with."""

    title = "MariaDB 10.11"
    section = "## Downtime"
    image = "mariadb:10.11"
    security = {"runAsUser": UID, "runAsGroup": UID}
    environment: tuple = ()

    def command(self, port: int) -> list[str]:
        return ["mariadbd", "--no-defaults", f"--datadir={DATA}", "--socket=/tmp/mysqld.sock", "--skip-name-resolve", "--innodb-log-file-size=96M",
                "--innodb-undo-tablespaces=3", "--log-bin=binlog", "--binlog-format=ROW", "--server-id=1", "--max-binlog-size=64M", *_common(port)]

    def place(self, settings: Settings, claim: pathlib.Path) -> None:
        subprocess.run(["cp", "-a", "--reflink=auto", str(dataset(settings)), str(claim)], check=True)
        with MariaDb(claim, settings.size, binlogs=False) as server:
            server.execute(f"CREATE USER {USER}@'%'; GRANT ALL ON *.* TO {USER}@'%'")
        subprocess.run(["chown", "-R", f"{UID}:{UID}", str(claim)], check=True)

    def fill(self, settings: Settings, port: int) -> None:
        """It is full already."""


@dataclass(frozen=True)
class MySqlPod:
    """Nothing but sysbench's tables, made by the server in the pod: it takes its time."""

    title = "MySQL 9.7"
    section = "## Downtime of MySQL"
    image = "mysql:9.7"
    # The image's entry point begins as root.
    security = {}
    # Not the pod's address: the server listens on every one.
    environment: tuple = (("MYSQL_ALLOW_EMPTY_PASSWORD", "1"), ("MYSQL_DATABASE", DATABASE), ("MYSQL_USER", USER), ("POD_IP", ""))

    def command(self, port: int) -> list[str]:
        return ["docker-entrypoint.sh", "mysqld", "--innodb-redo-log-capacity=200M", *_common(port)]

    def place(self, settings: Settings, claim: pathlib.Path) -> None:
        """The server begins with an empty claim."""

    def fill(self, settings: Settings, port: int) -> None:
        rows = int(settings.size * SYSBENCH / TABLES / BYTES_PER_ROW)
        done = subprocess.run(
            ["sysbench", "oltp_write_only", "--mysql-host=127.0.0.1", f"--mysql-port={port}", f"--mysql-user={USER}", f"--mysql-db={DATABASE}", "--db-driver=mysql",
             f"--tables={TABLES}", f"--table-size={rows}", "--threads=2", "prepare"], capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"sysbench could not make its tables: {done.stdout[-2000:]}")


Server = MariaDbPod | MySqlPod


def server(name: str) -> Server:
    match name:
        case "" | "mariadb":
            return MariaDbPod()
        case "mysql":
            return MySqlPod()
    raise BenchError(f"SERVER={name}: mariadb or mysql")


def _common(port: int) -> list[str]:
    # On every address: that of the pod is another one after each start.
    return ["--bind-address=0.0.0.0", f"--port={port}", "--innodb-buffer-pool-size=512M"]
