"""make bench-operator: what the operator costs where there are many targets and years of finished backups.

BACKUPS  finished MySqlBackups (default 10000)
TARGETS  StatefulSets (default 1000)
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

import machine
from kube import Kube
from settings import MIB, ROOT, BenchError

BACKUPS = int(os.environ.get("BACKUPS") or 10_000)
TARGETS = int(os.environ.get("TARGETS") or 1_000)
IDLE_SECONDS = 60
LONGEST = 300
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    for project in ("operator/BackupOperator", "tests/LocalCluster"):
        subprocess.run(["dotnet", "build", str(ROOT / project), "-c", "Release", "-v", "quiet", "--nologo"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        work = pathlib.Path(folder)
        with started(work / "cluster.log", built("tests/LocalCluster", "localcluster"), "--kubeconfig", str(work / "kubeconfig"), "--nodes", "1"):
            wait(lambda: (work / "kubeconfig").exists(), "LocalCluster")
            kube = Kube(work / "kubeconfig")
            for file in sorted((ROOT / "crds").glob("*.yaml")):
                kube.apply("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name_of(file.read_text()), file.read_text())
            wait(lambda: kube.exists("/apis/mysqlbackup.io/v1alpha1/mysqlbackups?limit=1"), "the definition of MySqlBackup")
            print(f"fleet: making {TARGETS} StatefulSets and {BACKUPS} finished MySqlBackups", flush=True)
            populate(kube)
            table = measure(work)
    print(table)
    page = (ROOT / "docs" if (BACKUPS, TARGETS) == (10_000, 1_000) else ROOT / "artifacts" / "bench") / "benchmarks-operator.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(table)
    print(f"fleet: written to {page}")
    return 0


def measure(work: pathlib.Path) -> str:
    port = 18_080
    began = time.monotonic()
    with started(
        work / "operator.log", built("operator/BackupOperator", "backup-operator"), "run", "--leader-election-namespace", "default",
        f"--metrics-bind-address=127.0.0.1:{port}", "--log-format=Json", environment={"KUBECONFIG": str(work / "kubeconfig")}) as operator:
        wait(lambda: operator.poll() is None and ready(port), "the operator")
        synced = time.monotonic() - began
        start_peak = peak_memory(operator.pid)
        time.sleep(5)  # what the start left over
        requests, cpu, since = api_requests(port), cpu_seconds(operator.pid), time.monotonic()
        time.sleep(IDLE_SECONDS)
        passed = time.monotonic() - since
        asked = api_requests(port) - requests
        busy = cpu_seconds(operator.pid) - cpu
        rows = [
            ("start to synced", f"{synced:.1f} s"),
            ("largest resident memory, start", f"{start_peak / MIB:.0f} MiB"),
            ("largest resident memory, with a scrape of /metrics and an idle minute", f"{peak_memory(operator.pid) / MIB:.0f} MiB"),
            ("API requests, idle", f"{asked / passed:.2f} a second"),
            ("processor, idle", f"{100 * busy / passed:.2f} % of a core"),
        ]
    facts = machine.describe_machine()
    lines = [
        "# What the operator costs", "",
        f"`make bench-operator` writes this page: {BACKUPS:,} finished MySqlBackups, {TARGETS:,} StatefulSets, one operator that leads, "
        f"LocalCluster on the same machine. {time.strftime('%Y-%m-%d')}, {facts['cores']}, {facts['kernel']}.", "",
        "|  |  |", "| --- | ---: |", *(f"| {name} | {value} |" for name, value in rows), "",
    ]
    return "\n".join(lines)


def populate(kube: Kube) -> None:
    for i in range(TARGETS):
        kube.create("/apis/apps/v1/namespaces/default/statefulsets", statefulset(f"mysql-{i}"))
    for i in range(BACKUPS):
        name, target = f"backup-{i}", f"mysql-{i % TARGETS}"
        made = kube.create("/apis/mysqlbackup.io/v1alpha1/namespaces/default/mysqlbackups", backup(name, target))
        kube.merge(f"/apis/mysqlbackup.io/v1alpha1/namespaces/default/mysqlbackups/{name}/status", {"status": finished(target, made["metadata"]["uid"])})


def statefulset(name: str) -> dict:
    # Scaled to nothing: what costs is that they are there.
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name},
        "spec": {
            "replicas": 0, "serviceName": name, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{
                "name": "mysql", "image": "mysql:9", "ports": [{"containerPort": 3306}],
                "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql"}]}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}],
        },
    }


def backup(name: str, target: str) -> dict:
    return {
        "apiVersion": "mysqlbackup.io/v1alpha1", "kind": "MySqlBackup", "metadata": {"name": name},
        "spec": {
            "target": {"statefulSet": target},
            "storage": {"s3": {"bucket": "backups", "endpoint": "https://s3.example.org", "region": "eu-central-1", "credentialsSecretRef": {"name": "s3"}}},
        },
    }


def finished(target: str, uid: str) -> dict:
    at = "2026-01-01T00:00:00Z"
    phases = ["Pending", "Queued", "Preparing", "Precopying", "Quiescing", "Archiving", "Resuming", "Uploading", "Verifying", "Completed"]
    return {
        "phase": "Completed", "observedGeneration": 1, "startTime": at, "completionTime": at, "duration": "42s", "downtimeSeconds": 4.2, "attempt": 1,
        "phaseTimes": {phase: at for phase in phases},
        "conditions": [
            {"type": kind, "status": status, "reason": "Reported", "message": "as it was reported", "lastTransitionTime": at}
            for kind, status in (("Accepted", "True"), ("LockHeld", "False"), ("DatabaseStopped", "False"), ("DatabaseRestored", "True"),
                                 ("Uploaded", "True"), ("Verified", "True"), ("Complete", "True"))],
        "size": {"logical": "100Gi", "stored": "31Gi", "ratio": 3.2}, "blocks": {"total": 102400, "reused": 90000},
        "location": f"s3://backups/default/{target}/20260101T000000Z-full-{uid}", "path": f"default/{target}/20260101T000000Z-full-{uid}",
        "backupId": uid, "manifestDigest": "0" * 64, "server": {"flavour": "MySQL", "version": "9.7.0"},
        "target": {"replicas": 1, "pod": f"{target}-0", "claim": f"data-{target}-0", "node": "node-1"},
    }


def name_of(manifest: str) -> str:
    return re.search(r"^  name: (\S+)$", manifest, re.MULTILINE)[1]


def built(project: str, name: str) -> str:
    return str(ROOT / project / "bin" / "Release" / "net10.0" / name)


class started:
    """A process for as long as the with block."""

    def __init__(self, log: pathlib.Path, *command: str, environment: dict[str, str] | None = None):
        self._log, self._command, self._environment = log, command, environment or {}

    def __enter__(self) -> subprocess.Popen:
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self._environment})
        return self._process

    def __exit__(self, *_) -> None:
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def wait(until, what: str) -> None:
    deadline = time.monotonic() + LONGEST
    while not until():
        if time.monotonic() > deadline:
            raise BenchError(f"{what} is not ready after {LONGEST} s")
        time.sleep(0.05)


def scrape(port: int, path: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()
    except OSError:
        return None


def ready(port: int) -> bool:
    """Leading, and with everything read: asked in this order, for an operator in reserve is ready as well."""
    leads = re.search(r"^mysqlbackup_leader(\{[^}]*\})? 1$", scrape(port, "/metrics") or "", re.MULTILINE) is not None
    return leads and scrape(port, "/readyz") is not None


def api_requests(port: int) -> float:
    return sum(float(line.rsplit(" ", 1)[1]) for line in (scrape(port, "/metrics") or "").splitlines() if line.startswith("mysqlbackup_api_requests_total{"))


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_memory(pid: int) -> int:
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as e:
        sys.exit(f"fleet: {e}")
