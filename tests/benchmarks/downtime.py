"""make bench-downtime: for how long a backup stops MySQL, with pre-copy and without, under a steady load of writes.

SIZE    size of the data, such as 200M or 5G (default 4400M)
ROUNDS  how often both are measured (default 3)
RATE    transactions of sysbench a second (default 100)
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
from dataset import TABLES, dataset, tree_size
from fleet import built, started, wait
from gateway import ACCESS_KEY, SECRET_KEY, Gateway, free_ports
from kube import Kube
from load import THREADS, Load
from poll import Poll
from report import table
from server import MariaDb
from settings import BenchError, ROOT, Settings, check_machine
from tools.ours import publish

RATE = int(os.environ.get("RATE") or 100)
TITLE = "## Downtime"
NAMESPACE, USER, BUCKET = "bench", "bench", "downtime"
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
    data = dataset(settings)
    binary = settings.sidecar or publish()
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-downtime-", dir=settings.cache))
    work.chmod(0o755)
    try:
        outages = run(data, settings.size, work, binary, settings.rounds)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    text = section(outages, tree_size(data))
    print(f"\n{text}")
    wrong = [outage for kind in outages.values() for outage in kind if abs(outage.seen - outage.told) > AGREES]
    if wrong:
        print(f"downtime: status.downtimeSeconds is off by more than {AGREES:.0f} s: {wrong}", file=sys.stderr)
        return 1
    settings.report.parent.mkdir(parents=True, exist_ok=True)
    put(settings.report, text)
    print(f"downtime: written to {settings.report}")
    return 0


def run(data: pathlib.Path, size: int, work: pathlib.Path, binary: pathlib.Path, rounds: int) -> dict[bool, list[Outage]]:
    claim = work / "cluster" / "claims" / NAMESPACE / "data-db-0"
    claim.parent.mkdir(parents=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(data), str(claim)], check=True)
    with MariaDb(claim, size, binlogs=False) as server:
        server.execute(f"CREATE USER {USER}@'%'; GRANT ALL ON *.* TO {USER}@'%'")
    subprocess.run(["chown", "-R", "999:999", str(claim)], check=True)

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
        populate(kube, port)
        with started(work / "operator.log", built("operator/BackupOperator", "backup-operator"), "run", environment=environment), \
                Poll("127.0.0.1", port, USER) as poll:
            wait(lambda: poll.answers > 0, "MariaDB")
            with Load(port, USER, rows(port), RATE) as load:
                return measure(kube, gateway, port, load, poll, rounds)


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


def populate(kube: Kube, port: int) -> None:
    kube.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name, content in (("db", {"username": USER, "password": ""}), ("s3", {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY})):
        kube.create(f"/api/v1/namespaces/{NAMESPACE}/secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": content})
    labels = {"app": "db"}
    kube.create(f"/apis/apps/v1/namespaces/{NAMESPACE}/statefulsets", {
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {
            "replicas": 1, "serviceName": "db", "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {
                "securityContext": {"runAsUser": 999, "runAsGroup": 999},
                "containers": [{
                    "name": "mariadb", "image": "mariadb:10.11",
                    # On every address: that of the pod is another one after each start.
                    "command": ["mariadbd", "--no-defaults", "--datadir=/var/lib/mysql", "--bind-address=0.0.0.0", f"--port={port}", "--socket=/tmp/mysqld.sock",
                                "--skip-name-resolve", "--innodb-buffer-pool-size=512M", "--innodb-log-file-size=96M", "--innodb-undo-tablespaces=3",
                                "--log-bin=binlog", "--binlog-format=ROW", "--server-id=1", "--max-binlog-size=64M"],
                    "ports": [{"name": "mysql", "containerPort": port}],
                    "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
                    "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql"}]}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}}],
        },
    })


def section(outages: dict[bool, list[Outage]], size: int) -> str:
    names = {"seen": "downtime, a client that asks every 50 ms", "told": "downtime, status.downtimeSeconds", "stop": "- until the pod is gone and the lock is taken",
             "read": "- reading under the lock", "start": "- until MariaDB answers", "whole": "the whole backup", "passes": "passes of pre-copy", "rate": "transactions a second meanwhile"}

    def median(kind: bool, what: str) -> float:
        return statistics.median(getattr(outage, what) for outage in outages[kind])

    lines = [["", "without pre-copy", "with pre-copy", "ratio"]]
    for what, name in names.items():
        without, with_ = median(False, what), median(True, what)
        if what == "passes":
            lines.append([name, "", f"{with_:.0f}", ""])
        elif what == "rate":
            lines.append([name, f"{without:.0f}", f"{with_:.0f}", ""])
        else:
            lines.append([name, f"{without:.2f} s", f"{with_:.2f} s", f"{100 * with_ / without:.0f} %" if without else ""])
    worst = max(abs(outage.seen - outage.told) for kind in outages.values() for outage in kind)
    facts = machine.describe_machine(0)
    return "\n".join([
        TITLE, "",
        f"`make bench-downtime` writes this section: full backups to Ceph RGW of a MariaDB with {size / 1e9:.2f} GB, by the operator and the sidecar on LocalCluster,",
        f"while sysbench (oltp_write_only, {THREADS} threads, {TABLES} tables, {RATE} transactions a second) goes on writing. Everything shares {facts['cores']};",
        f"medians of {len(outages[True])} rounds, taking turns, {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, {machine.versions()['this repository']}.", "",
        table(lines, left=1), "",
        f"The largest difference between what the client saw and the status: {worst:.2f} s. A server that ends writes out the dirty pages of",
        "every table, so all of these tables are read again under the lock; the disk sets the pace of that. See docs/operations.md.", ""])


def put(page: pathlib.Path, text: str) -> None:
    """Takes the place of the section of that title, or goes before the description of the machine."""
    old = page.read_text() if page.exists() else "# Speed and cost\n"
    kept = re.sub(rf"^{TITLE}\n.*?(?=^## |\Z)", "", old, flags=re.MULTILINE | re.DOTALL)
    before, rule, after = kept.partition("## Machine and versions\n")
    page.write_text(before.rstrip("\n") + "\n\n" + text.rstrip("\n") + "\n" + ("\n" + rule + after if rule else ""))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as e:
        sys.exit(f"downtime: {e}")
