"""make bench: backup-sidecar beside restic and tar, measured in one run.

SIZE    size of the data, such as 200M or 5G (default 4400M)
ROUNDS  how often everything is measured (default 3)
SIDECAR a backup-sidecar to measure instead of one that is published from this folder
"""

import json
import pathlib
import shutil
import signal
import sys
import tempfile

import machine
import report
from comparison import Comparison
from dataset import dataset, tree_size
from page import put, section
from results import Results
from servers import MariaDbPod, MySqlPod
from settings import BenchError, Settings, check_machine
from tools.ours import publish


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folders are taken down
    settings = Settings.read()
    check_machine(settings)
    data = dataset(settings)
    binary = settings.sidecar or publish()
    size = tree_size(data)
    direct_speed = machine.direct_read_speed(data)
    results = Results(size, settings.rounds, machine.describe_machine(machine.read_speed(data, size), direct_speed), machine.versions(), direct_speed)

    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=settings.cache))
    try:
        Comparison(data, work, binary, results).run()
    finally:
        shutil.rmtree(work, ignore_errors=True)

    text = report.markdown(results)
    settings.raw.parent.mkdir(parents=True, exist_ok=True)
    settings.raw.write_text(json.dumps([place.as_json() for place in results.places], indent=1))
    page = settings.report if not results.faults else settings.raw.with_name("benchmarks.md")
    page.parent.mkdir(parents=True, exist_ok=True)
    kept = {title: page_section for title in (MariaDbPod.section, MySqlPod.section) if (page_section := section(page, title))}
    page.write_text(text)
    for title, page_section in kept.items():
        put(page, title, page_section)
    print(f"\n{text}\nbench: written to {page}")
    return 1 if results.faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as e:
        sys.exit(f"bench: {e}")
