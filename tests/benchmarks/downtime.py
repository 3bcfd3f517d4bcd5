"""make bench-downtime: for how long a backup stops MySQL, with pre-copy and without, under a steady load of writes.

SIZE    size of the data, such as 200M or 5G (default 4400M)
ROUNDS  how often both are measured (default 3)
RATE    transactions of sysbench a second (default 100)
SERVER  mariadb (default) or mysql
SIDECAR a backup-sidecar to measure instead of one that is published from this folder
"""

import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import machine
from dataset import TABLES, tree_size
from fleet import built, started, wait
from gateway import ACCESS_KEY, SECRET_KEY, Gateway, free_ports
from kube import Kube
from load import THREADS, Load
from page import put
from poll import Poll
from report import table
from servers import USER, Server, server
from settings import BenchError, ROOT, Settings, check_machine
from tools.ours import publish

RATE = int(os.environ.get("RATE") or 100)
NAMESPACE, BUCKET = "bench", "downtime"
SIDECAR = "mysql-backup-sidecar:bench"
BACKUPS = f"/apis/mysqlbackup.io/v1alpha1/namespaces/{NAMESPACE}/mysqlbackups"

# What status.downtimeSeconds may be wrong by.
AGREES = 1.0
WARM_UP = 10
LONGEST = 1200.0


@dataclass(frozen=True)
class Outage:
    """What one backup cost, in seconds."""

    seen: float
    """Between two answers to a client that asks every 50 ms."""

    told: float
    """status.downtimeSeconds."""

    stop: float
    read: float
    start: float
    whole: float
    passes: int
    rate: float
    """Transactions of sysbench a second, while the server was there."""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    settings = Settings.read()
    check_machine(settings)
    for project in ("operator/BackupOperator", "tests/LocalCluster"):
        subprocess.run(["dotnet", "build", str(ROOT / project), "-c", "Release", "-v", "quiet", "--nologo"], check=True, stdout=subprocess.DEVNULL)
    target = server(os.environ.get("SERVER", ""))
    binary = settings.sidecar or publish()
    load_before = os.getloadavg()[0]
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-downtime-", dir=settings.cache))
    work.chmod(0o755)
    try:
        outages, size = run(target, settings, work, binary)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    text = section(target, outages, size, load_before)
    print(f"\n{text}")
    wrong = [outage for kind in outages.values() for outage in kind if abs(outage.seen - outage.told) > AGREES]
    if wrong:
        print(f"downtime: status.downtimeSeconds is off by more than {AGREES:.0f} s: {wrong}", file=sys.stderr)
        return 1
    settings.report.parent.mkdir(parents=True, exist_ok=True)
    put(settings.report, target.section, text)
    print(f"downtime: written to {settings.report}")
    return 0


def run(target: Server, settings: Settings, work: pathlib.Path, binary: pathlib.Path) -> tuple[dict[bool, list[Outage]], int]:
    claim = work / "cluster" / "claims" / NAMESPACE / "data-db-0"
    claim.parent.mkdir(parents=True)
    target.place(settings, claim)
    [port] = free_ports(1)
    (work / "images.json").write_text(json.dumps({SIDECAR: str(binary)}))
    kubeconfig = work / "kubeconfig"
    cluster = [built("tests/LocalCluster", "localcluster"), "--kubeconfig", str(kubeconfig), "--images", str(work / "images.json"), "--data", str(work / "cluster")]
    environment = {"KUBECONFIG": str(kubeconfig), "SIDECAR_IMAGE": SIDECAR, "LEADER_ELECTION": "false", "METRICS_BIND_ADDRESS": "0"}
    with Gateway() as gateway, started(work / "cluster.log", *cluster):
        wait(kubeconfig.exists, "LocalCluster")
        kube = Kube(kubeconfig)
        for file in sorted((ROOT / "crds").glob("*.yaml")):
            text = file.read_text()
            kube.apply("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + re.search(r"^  name: (\S+)$", text, re.MULTILINE)[1], text)
        wait(lambda: kube.exists(f"{BACKUPS}?limit=1"), "the definition of MySqlBackup")
        gateway.create_bucket(BUCKET)
        populate(kube, target, port)
        with started(work / "operator.log", built("operator/BackupOperator", "backup-operator"), "run", environment=environment), \
                Poll("127.0.0.1", port, USER) as poll:
            wait(lambda: poll.answers > 0, target.title)
            target.fill(settings, port)
            with Load(port, USER, rows(port), RATE) as load:
                return measure(kube, gateway, port, load, poll, settings.rounds), tree_size(claim)


def measure(kube: Kube, gateway: Gateway, port: int, load: Load, poll: Poll, rounds: int) -> dict[bool, list[Outage]]:
    outages: dict[bool, list[Outage]] = {False: [], True: []}
    for number in range(rounds):
        # Nobody is always first.
        for precopy in (False, True) if number % 2 == 0 else (True, False):
            outage = one(kube, gateway, port, load, poll, f"round-{number + 1}-{'with' if precopy else 'without'}", precopy)
            outages[precopy].append(outage)
            print(f"  round {number + 1}/{rounds}  {'with' if precopy else 'without':<8}pre-copy  seen {outage.seen:6.2f} s  told {outage.told:6.2f} s  "
                  f"stop {outage.stop:5.2f}  read {outage.read:6.2f}  start {outage.start:5.2f}  whole {outage.whole:7.2f} s  "
                  f"{outage.rate:.0f} transactions a second", flush=True)
    return outages


def one(kube: Kube, gateway: Gateway, port: int, load: Load, poll: Poll, name: str, precopy: bool) -> Outage:
    settled = load.seconds + WARM_UP
    wait(lambda: load.seconds >= settled, "sysbench")
    before, written, began = poll.answers, load.seconds, time.monotonic()
    kube.create(BACKUPS, {
        "apiVersion": "mysqlbackup.io/v1alpha1", "kind": "MySqlBackup", "metadata": {"name": name},
        "spec": {
            "target": {"statefulSet": "db", "connection": {"secretRef": {"name": "db"}, "port": port}},
            "storage": {"s3": {"bucket": BUCKET, "endpoint": gateway.endpoint, "region": "us-east-1", "forcePathStyle": True, "credentialsSecretRef": {"name": "s3"}}},
            "cold": {"precopy": precopy},
            "verification": {"level": "Upload"},
        },
    })
    while (status := kube.get(f"{BACKUPS}/{name}").get("status", {})).get("phase") != "Completed":
        if status.get("phase") == "Failed" or time.monotonic() - began > LONGEST:
            raise BenchError(f"backup {name} is {status.get('phase')}: {json.dumps(status.get('conditions'))}")
        time.sleep(0.2)
    whole = time.monotonic() - began
    report = status["report"]
    stopped, locked, resumed, answered = (datetime.datetime.fromisoformat(report[at]).timestamp() for at in ("stoppedAt", "lockedAt", "resumedAt", "answeredAt"))
    log = kube.log(NAMESPACE, report["pod"])
    for line in re.findall(r"(?:Pre-copy pass|Read while)[^\"]*", log):
        print(f"    {line}")
    passes = log.count("Pre-copy pass")
    return Outage(poll.longest_silence(before - 1), status["downtimeSeconds"], locked - stopped, resumed - locked, answered - resumed, whole, passes, load.rate(written))


def rows(port: int) -> int:
    asked = subprocess.run(
        ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{port}", f"-u{USER}", "-N", "-e", "SELECT MAX(id) FROM sbtest.sbtest1"], capture_output=True, text=True, check=True)
    return int(asked.stdout)


def populate(kube: Kube, target: Server, port: int) -> None:
    kube.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name, content in (("db", {"username": USER, "password": ""}), ("s3", {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY})):
        kube.create(f"/api/v1/namespaces/{NAMESPACE}/secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": content})
    labels = {"app": "db"}
    kube.create(f"/apis/apps/v1/namespaces/{NAMESPACE}/statefulsets", {
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {
            "replicas": 1, "serviceName": "db", "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {
                "securityContext": target.security,
                "containers": [{
                    "name": "server", "image": target.image, "command": target.command(port),
                    "env": [{"name": name, "value": value} for name, value in target.environment],
                    "ports": [{"name": "mysql", "containerPort": port}],
                    "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
                    "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql"}]}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}}],
        },
    })


def section(target: Server, outages: dict[bool, list[Outage]], size: int, load_before: float) -> str:
    names = {"seen": "downtime, a client that asks every 50 ms", "told": "downtime, status.downtimeSeconds", "stop": "- until the pod is gone and the lock is taken",
             "read": "- reading under the lock", "start": "- until the server answers", "whole": "the whole backup", "passes": "passes of pre-copy", "rate": "transactions a second meanwhile"}

    def values(kind: bool, what: str) -> list[float]:
        return [getattr(outage, what) for outage in outages[kind]]

    def seconds(kind: bool, what: str) -> str:
        return f"{statistics.median(values(kind, what)):.2f} s ({min(values(kind, what)):.2f}-{max(values(kind, what)):.2f})"

    lines = [["", "without pre-copy", "with pre-copy", "ratio"]]
    for what, name in names.items():
        without, with_ = (statistics.median(values(kind, what)) for kind in (False, True))
        if what == "passes":
            lines.append([name, "", f"{with_:.0f}", ""])
        elif what == "rate":
            lines.append([name, f"{without:.0f}", f"{with_:.0f}", ""])
        else:
            lines.append([name, seconds(False, what), seconds(True, what), f"{100 * with_ / without:.0f} %" if without else ""])
    worst = max(abs(outage.seen - outage.told) for kind in outages.values() for outage in kind)
    facts = machine.describe_machine(0)
    return "\n".join([
        target.section, "",
        f"`make bench-downtime` writes this section: full backups to Ceph RGW of a {target.title} with {size / 1e9:.2f} GB, by the operator and the sidecar on LocalCluster,",
        f"while sysbench (oltp_write_only, {THREADS} threads, {TABLES} tables, {RATE} transactions a second) goes on writing. Everything shares {facts['cores']},",
        f"with a load of {load_before:.1f} before the run. Medians (and extremes) of {len(outages[True])} rounds, taking turns, {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, {machine.versions()['this repository']}.", "",
        table(lines, left=1), "",
        f"The largest difference between what the client saw and the status: {worst:.2f} s. A server that ends writes out the dirty pages of",
        "every table, so all of these tables are read again under the lock; the disk sets the pace of that. See docs/operations.md.", ""])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as e:
        sys.exit(f"downtime: {e}")
