"""What was measured, and what is made of it: medians and ratios."""

import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from measure import Cost
from pages import Change
from tools.tool import AS_FULL, Operation


@dataclass
class Series:
    """One command, once in each round."""

    command: str = ""
    word: str = ""
    """Why there are no numbers, if there are none."""

    costs: list[Cost] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    """Bytes by which the program's part of the place grew."""

    place_cpu_seconds: list[float] = field(default_factory=list)
    """What the place itself, which shares the cores, spent meanwhile; empty where nobody can tell."""

    def median(self, what: str) -> float | None:
        values = getattr(self, what) if what in ("stored", "place_cpu_seconds") else [getattr(cost, what) for cost in self.costs]
        return statistics.median(values) if values and not self.word else None


@dataclass
class PlaceResults:
    title: str
    tools: list[str]
    series: dict[tuple[Operation, str], Series] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def of(self, operation: Operation, tool: str) -> Series:
        return self.series.setdefault((operation, tool), Series())

    def ratio(self, operation: Operation, ours: str, theirs: str, what: str) -> float | None:
        """How many times as much of it theirs takes; a full backup again, if it has nothing else."""
        instead = Operation.FULL if self.of(operation, theirs).word == AS_FULL else operation
        mine, other = self.of(operation, ours).median(what), self.of(instead, theirs).median(what)
        return other / mine if mine and other is not None else None

    def share_of_full(self, operation: Operation, tool: str, what: str = "seconds") -> float | None:
        part, full = self.of(operation, tool).median(what), self.of(Operation.FULL, tool).median(what)
        return part / full if part is not None and full else None

    def changed_bytes(self, what: str) -> float | None:
        return statistics.median(getattr(change, what) for change in self.changes) if self.changes else None

    def as_json(self) -> dict:
        return {
            "place": self.title,
            "changes": [asdict(change) for change in self.changes],
            "measured": [
                {"operation": operation.value, "tool": tool, "command": s.command, "word": s.word,
                 "costs": [asdict(cost) for cost in s.costs], "stored": s.stored, "place_cpu_seconds": s.place_cpu_seconds}
                for (operation, tool), s in self.series.items()],
        }


@dataclass
class Results:
    bytes: int
    rounds: int
    machine: dict[str, str]
    versions: dict[str, str]
    read_speed: float
    """Bytes a second of whoever does nothing but read all of the data."""

    compression: Series = field(default_factory=Series)
    """zstd -1 of the whole data by one thread, and nothing else."""

    places: list[PlaceResults] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def place(self, title: str, tools: list[str]) -> PlaceResults:
        for place in self.places:
            if place.title == title:
                return place
        self.places.append(PlaceResults(title, tools))
        return self.places[-1]

    def commands(self) -> Iterator[tuple[str, str, str, str]]:
        for place in self.places:
            for (operation, tool), series in place.series.items():
                if series.command:
                    yield place.title, operation.value, tool, series.command
