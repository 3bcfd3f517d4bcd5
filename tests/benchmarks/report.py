"""The results as Markdown that is readable in a terminal too."""

import datetime

import bound
from results import PlaceResults, Results
from settings import MIB
from tools.ours import Ours
from tools.tool import Operation

OURS = Ours.name

INTRODUCTION = """\
`make bench` makes the data, measures and writes this page; `make bench SIZE=200M ROUNDS=1` is a quick look that leaves
the page alone. Everything below comes from one run on one machine. The programs take turns, the page cache is dropped
before every command, and each number is the median of the rounds. Compare the ratios; the seconds are this machine's.

The data is the directory of a stopped MariaDB: sysbench tables after a run of writes, a table of text, binary logs.
restic always encrypts; the others do not here. The S3 gateway shares the cores with whoever talks to it, and its CPU and
memory are in nobody's numbers; what of it a full backup takes is told below its table."""

READING = """\
*on disk* is the time until a `sync` after the command has returned too: not every program waits for the disk. *CPU* and
*memory* are those of all commands of the pipeline together (memory: the largest sum of resident sets, looked at a
hundred times a second). *stored* is by how much the storage grew. *as full*: the program has nothing but full backups,
so that is what the ratio is taken from. Verifying reads all that is stored: `verify --level readback`, and
`restic check --read-data`."""


def markdown(results: Results) -> str:
    now = datetime.datetime.now(datetime.timezone.utc)
    parts = ["# Speed and cost", INTRODUCTION, "## Ratios", _ratios(results)]
    for place in results.places:
        parts += [f"## To {place.title}", _changes(place), _costs(results, place), bound.text(results, place)]
    parts += [READING, "## Machine and versions"]
    facts = {"date": f"{now:%Y-%m-%d %H:%M} UTC", "data": f"{results.bytes / 1e9:.2f} GB", "rounds": str(results.rounds)}
    parts.append(table([["", ""], *[[k, v] for k, v in (facts | results.machine | results.versions).items()]], left=2))
    parts += ["## Commands", "`$W` is the working folder; credentials, and rclone's remote `rgw`, are in the environment.", _commands(results)]
    if results.faults:
        parts += ["## Failed", "\n".join(f"```\n{fault}\n```" for fault in results.faults)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ratios(results: Results) -> str:
    """How many times as fast as the others; below it, what is compared with a full backup or with the change."""
    rows = [["", *(f"{OURS} beside {name}" for name in ("tar", "restic"))]]
    for place in results.places:
        _, tar, restic = place.tools
        for operation in Operation:
            rows.append([f"{place.title}: {operation.value}, speed", *(_speed(place, operation, name) for name in (tar, restic))])
        stored = [_inverse(place.ratio(Operation.FULL, OURS, name, "stored")) for name in (tar, restic)]
        rows.append([f"{place.title}: full backup, stored bytes", *map(_times, stored)])
    fast = table(rows, left=1)

    rows = [["", OURS, "restic"]]
    for place in results.places:
        tools = (OURS, place.tools[2])
        for operation in (Operation.UNCHANGED, Operation.CHANGED):
            rows.append([f"{place.title}: {operation.value}, time beside a full backup",
                         *(_times(place.share_of_full(operation, tool)) for tool in tools)])
        touched = place.changed_bytes("block_bytes_compressed")
        sent = [place.of(Operation.CHANGED, tool).median("stored") for tool in tools]
        rows.append([f"{place.title}: {Operation.CHANGED.value}, stored beside the touched 1 MiB blocks (zstd -1)",
                     *(_times(bytes / touched if bytes is not None and touched else None) for bytes in sent)])
    reading = (f"A backup after a change reads every file that has changed, here nearly all. Whoever does nothing but read "
               f"takes {results.bytes / results.read_speed:.2f} s for that.")
    return "\n\n".join([fast, table(rows, left=1), reading])


def _changes(place: PlaceResults) -> str:
    if not place.changes:
        return ""
    pages, plain, compressed = (place.changed_bytes(name) for name in ("pages", "block_bytes", "block_bytes_compressed"))
    return (f"The change: {pages:.0f} pages of 16 KiB at random ({pages * 16384 / 1e6:.1f} MB). They lie in {plain / MIB:.0f} blocks of 1 MiB, "
            f"which are {compressed / 1e6:.0f} MB after zstd -1.")


def _costs(results: Results, place: PlaceResults) -> str:
    rows = [["operation", "program", "s", "min-max", "on disk, s", "MB/s", "CPU, s", "memory, MiB", "stored, MB"]]
    for operation in Operation:
        for tool in place.tools:
            series = place.of(operation, tool)
            seconds = series.median("seconds")
            if seconds is None:
                rows.append([operation.value, tool, series.word or "-", *[""] * 6])
                continue
            all_seconds = [cost.seconds for cost in series.costs]
            stored = series.median("stored")
            rows.append([
                operation.value, tool, f"{seconds:.2f}", f"{min(all_seconds):.2f}-{max(all_seconds):.2f}",
                f"{series.median('durable_seconds'):.2f}", f"{results.bytes / seconds / 1e6:.0f}", f"{series.median('cpu_seconds'):.2f}",
                f"{series.median('peak_memory') / MIB:.0f}", f"{stored / 1e6:.1f}" if stored is not None else ""])
    return table(rows, left=2)


def _commands(results: Results) -> str:
    lines = []
    for place, operation, tool, command in results.commands():
        lines += [f"# {place}: {operation}, {tool}", command]
    return "```sh\n" + "\n".join(lines) + "\n```"


def _speed(place: PlaceResults, operation: Operation, theirs: str) -> str:
    why = place.of(operation, OURS).word or place.of(operation, theirs).word or "-"
    ratio = place.ratio(operation, OURS, theirs, "seconds")
    return why if ratio is None else _times(ratio)


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}x"


def _inverse(ratio: float | None) -> float | None:
    return 1 / ratio if ratio else None


def table(rows: list[list[str]], left: int) -> str:
    """Padded, so that it reads as a table without being rendered; the first columns are flush left."""
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    rule = ["-" * width if i < left else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    lines = [[cell.ljust(width) if i < left else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])
