"""A Ceph S3 gateway of its own, on free ports of loopback."""

import os
import pathlib
import select
import shutil
import socket
import subprocess
import tempfile

from settings import ROOT, BenchError

SCRIPT = ROOT / "tests" / "TestSupport" / "Servers" / "ceph-rgw.sh"
BUCKET = "bench"
ACCESS_KEY, SECRET_KEY = "testkey", "testsecret"


class Gateway:
    """Empty at first; gone, with all that it stored, at the end of the with block."""

    def __enter__(self) -> "Gateway":
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-rgw-"))
        self._log = open(self._folder / "start.log", "wb")
        rgw, mon, mon_v1 = free_ports(3)
        self.endpoint = f"http://127.0.0.1:{rgw}"
        self._process = subprocess.Popen(
            ["bash", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "RGW_DIR": str(self._folder), "RGW_PORT": str(rgw),
                 "MON_PORT": str(mon), "MON_PORT_V1": str(mon_v1)})
        try:
            if not self._ready(120):
                self._log.flush()
                said = (self._folder / "start.log").read_text(errors="replace")[-2000:]
                raise BenchError(f"the S3 gateway did not start: {said}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def create_bucket(self, name: str) -> None:
        done = subprocess.run(
            ["rclone", "mkdir", f":s3:{name}", "--s3-provider=Ceph", f"--s3-endpoint={self.endpoint}", f"--s3-access-key-id={ACCESS_KEY}",
             f"--s3-secret-access-key={SECRET_KEY}"],
            capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"], "RCLONE_CONFIG": "/dev/null"})
        if done.returncode != 0:
            raise BenchError(f"the bucket {name} cannot be made: {done.stderr[-1000:]}")

    def cpu_seconds(self) -> float:
        """User and system time so far of all that the gateway consists of, storage and monitor too."""
        total = 0
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self._folder / "ceph.conf") in (process / "cmdline").read_text().split("\0"):
                    user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
                    total += int(user) + int(system)
            except OSError:
                pass  # ended meanwhile
        return total / os.sysconf("SC_CLK_TCK")

    def _ready(self, timeout: float) -> bool:
        readable, _, _ = select.select([self._process.stdout], [], [], timeout)
        return bool(readable) and self._process.stdout.readline().strip() == b"ready"

    def __exit__(self, *_) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()
