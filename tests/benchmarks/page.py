"""Sections of docs/benchmarks.md that are measured, and written, each by itself."""

import pathlib
import re

BEFORE = "## Machine and versions\n"


def section(page: pathlib.Path, title: str) -> str:
    """With its title; empty where the page has no such section."""
    found = _pattern(title).search(page.read_text()) if page.exists() else None
    return found[0] if found else ""


def put(page: pathlib.Path, title: str, text: str) -> None:
    """Takes the place of the section of that title, or goes before the description of the machine."""
    old = page.read_text() if page.exists() else "# Speed and cost\n"
    before, rule, after = _pattern(title).sub("", old).partition(BEFORE)
    page.write_text(before.rstrip("\n") + "\n\n" + text.rstrip("\n") + "\n" + ("\n" + rule + after if rule else ""))


def _pattern(title: str) -> re.Pattern:
    return re.compile(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
