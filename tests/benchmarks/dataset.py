"""The data directory that is backed up: sysbench tables, a table of text and binary logs, made once and kept."""

import json
import os
import pathlib
import shutil
import subprocess

import prose
from server import MariaDb
from settings import BenchError, MIB, Settings

# To be raised whenever the content changes.
VERSION = 1

# Shares of the whole. The table of text fills what is left.
SYSBENCH, BINLOGS = 0.75, 0.08

# On disk, with its index entry, after sysbench's prepare.
BYTES_PER_ROW = 285
# In the binary log, for one run of oltp_write_only (two updates, a delete, an insert).
BYTES_PER_TRANSACTION = 2150
TABLES = 8


def dataset(settings: Settings) -> pathlib.Path:
    """The folder of a stopped server's data directory of about this size. Never to be written to."""
    folder = settings.cache / "bench-data" / f"{settings.size // MIB}M-v{VERSION}"
    if not (folder / "made.json").exists():
        making = folder.with_name(folder.name + ".new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        print(f"bench: making {settings.size // MIB} MiB of data in {folder} (once)", flush=True)
        _make(making / "data", settings.size)
        (making / "made.json").write_text(json.dumps({"bytes": tree_size(making / "data")}))
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    return folder / "data"


def tree_size(folder: pathlib.Path) -> int:
    """The sum of the sizes of all files, in bytes, without those deleted meanwhile."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(base, name)).st_size
            except FileNotFoundError:
                pass
    return total


def _make(data: pathlib.Path, size: int) -> None:
    data.mkdir()
    shutil.chown(data, "mysql", "mysql")
    MariaDb.initialise(data)
    rows = int(size * SYSBENCH / TABLES / BYTES_PER_ROW)
    with MariaDb(data, size, binlogs=False) as server:
        server.execute("CREATE DATABASE sbtest")
        server.sysbench("oltp_read_write", "prepare", tables=TABLES, table_size=rows, threads=2)
    with MariaDb(data, size, binlogs=True) as server:
        server.sysbench("oltp_write_only", "run", tables=TABLES, table_size=rows, threads=4, time=600,
                        events=int(size * BINLOGS / BYTES_PER_TRANSACTION))
        _fill(server, data, size)


def _fill(server: MariaDb, data: pathlib.Path, size: int) -> None:
    server.execute(
        "CREATE TABLE sbtest.events (id BIGINT PRIMARY KEY AUTO_INCREMENT, at DATETIME(6), actor VARCHAR(64), "
        "kind VARCHAR(32), body TEXT, KEY (actor))")
    batch = min(32 * MIB, size // 50)
    rows = prose.rows(seed=1)
    while tree_size(data) < size:
        load = subprocess.Popen(
            server.client("-e", "SET sql_log_bin=0; LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE sbtest.events (at, actor, kind, body)"),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        written = 0
        while written < batch:
            line = next(rows)
            load.stdin.write(line)
            written += len(line)
        load.stdin.close()
        if load.wait(600) != 0:
            raise BenchError("LOAD DATA of the text rows failed, see above")
