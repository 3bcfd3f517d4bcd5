"""What the numbers depend on: this machine, and the versions of everything."""

import concurrent.futures
import mmap
import os
import pathlib
import platform
import subprocess
import threading
import time

from measure import drop_page_cache, measure, pipeline
from settings import MIB, ROOT


# As deep as a disk is kept busy.
READERS, BLOCK = 4, MIB


def describe_machine(read_speed: float = 0, direct_speed: float = 0) -> dict[str, str]:
    load = os.getloadavg()[0]
    return {
        "cores": f"{os.cpu_count()} ({_cpu()})",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / (MIB << 10):.0f} GiB",
        "kernel": f"Linux {platform.release()}",
        "disk, read (cat, cold cache)": f"{read_speed / 1e6:.0f} MB/s",
        f"disk, read ({READERS} at a time, past the cache)": f"{direct_speed / 1e6:.0f} MB/s",
        "load before the run": f"{load:.2f}",
    }


def versions() -> dict[str, str]:
    return {
        "this repository": _first("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        ".NET": _first("dotnet", "--version"),
        "MariaDB": _first("/usr/sbin/mariadbd", "--version").removeprefix("/usr/sbin/mariadbd").strip(),
        "Ceph": _first("radosgw", "--version"),
        "sysbench": _first("sysbench", "--version"),
        "tar": _first("tar", "--version"),
        "zstd": _first("zstd", "--version").strip("* "),
        "rclone": _first("rclone", "version"),
        "restic": _first("restic", "version"),
    }


def read_speed(data: pathlib.Path, size: int) -> float:
    """Bytes a second, with a cold cache."""
    read = pipeline(["bash", "-c", f"find '{data}' -type f -exec cat {{}} + > /dev/null"])
    return size / measure(read).seconds


def direct_read_speed(data: pathlib.Path) -> float:
    """Bytes a second of whoever does nothing but read, past the page cache."""
    own = threading.local()

    def read(path: pathlib.Path, at: int) -> int:
        if not hasattr(own, "buffer"):
            own.buffer = mmap.mmap(-1, BLOCK)  # at the beginning of a page, as O_DIRECT wants it
        file = os.open(path, os.O_RDONLY | os.O_DIRECT)
        try:
            return os.preadv(file, [own.buffer], at)
        finally:
            os.close(file)

    blocks = [(path, at) for path in data.rglob("*") if path.is_file() for at in range(0, path.stat().st_size, BLOCK)]
    drop_page_cache()
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(READERS) as readers:
        total = sum(readers.map(lambda block: read(*block), blocks))
    return total / (time.monotonic() - started)


def _cpu() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _first(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except OSError:
        return "?"
    return ((done.stdout or done.stderr).strip().splitlines() or ["?"])[0]
