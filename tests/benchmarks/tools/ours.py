"""backup-sidecar, as it runs in the Job pod, by its command line."""

import functools
import pathlib
import subprocess

from gateway import BUCKET
from measure import Pipeline, clean_environment, pipeline
from places import S3_CREDENTIALS, Bucket, Place
from settings import ROOT, BenchError
from tools.tool import NOT_YET, Operation


class Ours:
    name = "backup-sidecar"

    def __init__(self, binary: pathlib.Path, place: Place, work: pathlib.Path):
        self._binary = binary
        self._place = place

    def prepare(self) -> None:
        if not isinstance(self._place, Bucket):
            (self._place.path / "ours").mkdir()

    def command(self, operation: Operation, data: pathlib.Path, restored: pathlib.Path) -> Pipeline | str:
        match operation:
            case Operation.FULL:
                return self._run("backup", "--data-dir", data, "--to", self._location, "--path", "full")
            case Operation.UNCHANGED:
                return self._run("backup", "--data-dir", data, "--to", self._location, "--path", "unchanged", "--parent", "full")
            case Operation.CHANGED:
                return self._run("backup", "--data-dir", data, "--to", self._location, "--path", "changed", "--parent", "full")
            case Operation.RESTORE:
                return self._run("restore", "--from", self._location, "--path", "full", "--to", restored)
            case Operation.VERIFY:
                return self._run("verify", "--from", self._location, "--path", "full", "--level", "readback")

    def stored(self) -> int:
        return self._place.stored("ours")

    @property
    def _location(self) -> str:
        return f"s3://{BUCKET}/ours" if isinstance(self._place, Bucket) else str(self._place.path / "ours")

    def _run(self, verb: str, *arguments: object) -> Pipeline | str:
        switches = [a for a in arguments if isinstance(a, str) and a.startswith("--")]
        if not all(switch in _help(self._binary, verb) for switch in switches):
            return NOT_YET
        s3 = ["--endpoint", self._place.gateway.endpoint, "--path-style"] if isinstance(self._place, Bucket) else []
        return pipeline([self._binary, verb, *arguments, *s3], environment={**S3_CREDENTIALS, "DOTNET_SYSTEM_IO_DISABLEFILELOCKING": "1"})


def publish() -> pathlib.Path:
    """Publishes the sidecar as the image holds it: self-contained, in one file."""
    folder = ROOT / "artifacts" / "bench" / "sidecar"
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()
    runtime = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}[machine]
    print("bench: publishing the sidecar", flush=True)
    done = subprocess.run(
        ["dotnet", "publish", str(ROOT / "sidecar" / "BackupOperator.Sidecar"), "-c", "Release", "-r", runtime,
         "--self-contained", "-p:PublishSingleFile=true", "-o", str(folder), "--nologo", "-v", "quiet",
         # Restoring for one runtime would change the committed lock files.
         "-p:RestorePackagesWithLockFile=false", "-p:NuGetLockFilePath=obj/publish.lock.json"],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"the sidecar does not build:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    return folder / "backup-sidecar"


@functools.cache
def _help(binary: pathlib.Path, verb: str) -> str:
    """What the program says about a verb; nothing if it does not know it."""
    asked = subprocess.run([str(binary), verb, "--help"], capture_output=True, text=True, env=clean_environment({}), timeout=60)
    return asked.stdout if asked.returncode == 0 else ""
