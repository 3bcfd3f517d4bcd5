"""What the numbers depend on: this machine, and the versions of everything."""

import os
import pathlib
import platform
import subprocess

from measure import measure, pipeline
from settings import MIB, ROOT


def describe_machine(read_speed: float) -> dict[str, str]:
    load = os.getloadavg()[0]
    return {
        "cores": f"{os.cpu_count()} ({_cpu()})",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / (MIB << 10):.0f} GiB",
        "kernel": f"Linux {platform.release()}",
        "disk, read (cat, cold cache)": f"{read_speed / 1e6:.0f} MB/s",
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
