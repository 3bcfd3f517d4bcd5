"""Changes a share of the pages of a data directory, as a day of work would."""

import pathlib
import random
import subprocess
from dataclasses import dataclass

PAGE = 16 << 10
BLOCK = 1 << 20


@dataclass(frozen=True)
class Change:
    pages: int
    """Pages that were changed."""

    block_bytes: int
    """The blocks of 1 MiB that hold them, in bytes."""

    block_bytes_compressed: int
    """The same after zstd -1."""


def change_pages(data: pathlib.Path, share: float, seed: int) -> Change:
    """Rewrites part of randomly chosen 16 KiB pages in every InnoDB tablespace: the header's checksum and log sequence
    number, and 200 bytes in the middle, as an update of a row does. The server would refuse such a page; no backup looks."""
    chance = random.Random(seed)
    places = [(path, page) for path in tablespaces(data) for page in range(path.stat().st_size // PAGE)]
    chosen = sorted(chance.sample(places, max(1, round(len(places) * share))))
    for path, page in chosen:
        with open(path, "r+b") as file:
            for offset, length in ((0, 4), (16, 8), (chance.randrange(64, PAGE - 264), 200)):
                file.seek(page * PAGE + offset)
                file.write(chance.randbytes(length))
    return Change(len(chosen), *_blocks({(path, page * PAGE // BLOCK) for path, page in chosen}))


def tablespaces(data: pathlib.Path) -> list[pathlib.Path]:
    found = [*data.glob("*/*.ibd"), *data.glob("ibdata*"), *data.glob("undo*")]
    return sorted(path for path in found if path.is_file())


def _blocks(touched: set[tuple[pathlib.Path, int]]) -> tuple[int, int]:
    """The size of these blocks, plain and after zstd -1."""
    counting = ["bash", "-c", "zstd -1 -q -c -T2 | wc -c"]
    zstd = subprocess.Popen(counting, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    plain = 0
    for path, block in sorted(touched):
        with open(path, "rb") as file:
            file.seek(block * BLOCK)
            content = file.read(BLOCK)
        plain += len(content)
        zstd.stdin.write(content)
    compressed, _ = zstd.communicate()
    return plain, int(compressed)
