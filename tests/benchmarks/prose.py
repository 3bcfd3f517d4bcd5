"""Rows of text that compress about as well as what applications store."""

import datetime
import itertools
import random
from collections.abc import Iterator

EPOCH = datetime.datetime(2025, 1, 1)
KINDS = ["login", "order.created", "order.paid", "order.shipped", "mail.sent", "page.viewed", "export.finished"]


def rows(seed: int) -> Iterator[bytes]:
    """Tab-separated (at, actor, kind, body) lines without end; the same ones for the same seed."""
    chance = random.Random(seed)
    words = _vocabulary(chance, 5000)
    # Few words are frequent and many are rare, as in any language.
    cumulative = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    second = 0
    while True:
        second += 1
        text = " ".join(chance.choices(words, cum_weights=cumulative, k=chance.randrange(20, 120)))
        at = (EPOCH + datetime.timedelta(seconds=second, microseconds=chance.randrange(10**6))).isoformat(sep=" ")
        actor = f"user{chance.randrange(200000)}@example.com"
        ip = ".".join(str(chance.randrange(256)) for _ in range(4))
        body = f'{{"session":"{chance.getrandbits(256):064x}","ip":"{ip}","text":"{text}"}}'
        yield f"{at}\t{actor}\t{chance.choice(KINDS)}\t{body}\n".encode()


def _vocabulary(chance: random.Random, count: int) -> list[str]:
    syllables = [c + v for c in "bcdfghklmnprstvw" for v in ("a", "e", "i", "o", "u", "an", "er", "in", "or")]
    return ["".join(chance.choices(syllables, k=chance.randrange(1, 5))) for _ in range(count)]

