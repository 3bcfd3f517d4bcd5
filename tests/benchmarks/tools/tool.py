"""What is measured, and what each program has to say how to do it."""

import enum
import pathlib
from typing import Protocol

from measure import Pipeline
from places import Place

# Why there is no command for an operation.
NOT_YET = "not yet"
AS_FULL = "as full"
HAS_NONE = "has none"


class Operation(enum.Enum):
    FULL = "full backup"
    UNCHANGED = "unchanged"
    RESTORE = "restore"
    VERIFY = "verify"
    CHANGED = "1 % of pages changed"

    @property
    def stores(self) -> bool:
        return self in (Operation.FULL, Operation.UNCHANGED, Operation.CHANGED)


class Tool(Protocol):
    """One program at one place. The operations come in the order above, once each."""

    name: str

    def prepare(self) -> None:
        """What is done once before the first backup, not measured."""

    def command(self, operation: Operation, data: pathlib.Path, restored: pathlib.Path) -> Pipeline | str:
        """The command for it, or a word why there is none."""

    def stored(self) -> int:
        """All bytes that this program holds in the place now."""


class Factory(Protocol):
    def __call__(self, place: Place, work: pathlib.Path) -> Tool: ...
