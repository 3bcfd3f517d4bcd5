"""What a run is told through the environment, and the folders that it uses."""

import os
import pathlib
import re
import shutil
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20

# Results of less data than this are for trying out; they do not replace docs/benchmarks.md.
PUBLISHABLE = 4_000_000_000
LARGEST = 8 << 30


class BenchError(Exception):
    """Something that the reader of the message can put right."""


@dataclass(frozen=True)
class Settings:
    size: int
    rounds: int
    cache: pathlib.Path
    sidecar: pathlib.Path | None

    @property
    def report(self) -> pathlib.Path:
        if self.size >= PUBLISHABLE:
            return ROOT / "docs" / "benchmarks.md"
        return ROOT / "artifacts" / "bench" / "benchmarks.md"

    @property
    def raw(self) -> pathlib.Path:
        return ROOT / "artifacts" / "bench" / "results.json"

    @staticmethod
    def read() -> "Settings":
        sidecar = os.environ.get("SIDECAR", "")
        rounds = os.environ.get("ROUNDS") or "3"
        if not rounds.isdigit() or int(rounds) == 0:
            raise BenchError(f"ROUNDS={rounds}: a number from 1")
        return Settings(
            size=parse_size(os.environ.get("SIZE") or "4400M"),
            rounds=int(rounds),
            cache=pathlib.Path(os.environ.get("MYSQL_BACKUP_OPERATOR_CACHE") or "/var/cache/mysql-backup-operator"),
            sidecar=pathlib.Path(sidecar).resolve() if sidecar else None,
        )


def parse_size(text: str) -> int:
    found = re.fullmatch(r"(\d+)([MG])i?B?", text.strip(), re.IGNORECASE)
    if not found or int(found[1]) * (1 if found[2] in "mM" else 1024) < 100:
        raise BenchError(f"SIZE={text}: a number of MiB or GiB, such as 200M or 5G, and at least 100M")
    return int(found[1]) * (MIB if found[2] in "mM" else MIB << 10)


def check_machine(settings: Settings) -> None:
    """Refuses to start what would fail half-way: no root, too little disk or memory."""
    if os.geteuid() != 0:
        raise BenchError("run this as root: it drops the page cache and runs servers")
    settings.cache.mkdir(parents=True, exist_ok=True)
    # The cached data, its working copy, one restored copy, and what three tools store of it.
    need = 5 * settings.size
    free = shutil.disk_usage(settings.cache).free
    if free < need:
        raise BenchError(f"{settings.cache} has {free // MIB} MiB free, this needs {need // MIB}; choose a smaller SIZE")
    # The gateway keeps its objects in memory, and is told to have 16 GiB of it.
    if settings.size > LARGEST:
        raise BenchError(f"SIZE: at most {LARGEST >> 30}G, because the S3 gateway keeps its objects in memory")
    memory = 2 * settings.size + (1 << 30)
    available = available_memory()
    if available < memory:
        raise BenchError(f"{available // MIB} MiB of memory are available, the S3 gateway needs up to {memory // MIB}; choose a smaller SIZE")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 4:
        print(f"bench: this machine is busy (load {load:.1f}, {cores} cores): the numbers will be too", file=sys.stderr)


def available_memory() -> int:
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0
