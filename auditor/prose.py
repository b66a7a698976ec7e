"""The documentation of a rule, taken apart: what the command line and the documents show."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from auditor.rules import Rule

_ACCEPT = "Fine to accept"
_LIVE = "Live:"
_YAML = re.compile(r"[\w.$/-]+:(\s|$)|[-{] ?\S")


class Prose(Struct, frozen=True):
    """Text without markup, paragraphs without line breaks.

    `problem` is one sentence. `fix` alternates between paragraphs and YAML to paste, `live` is what
    to do in an account; it may be empty.
    """

    problem: str
    why: tuple[str, ...]
    accept: str
    fix: tuple[Part, ...]
    live: str


class Part(Struct, frozen=True):
    """A paragraph, or YAML with its line breaks."""

    text: str
    yaml: bool


def prose(rule: Rule[Any]) -> Prose:
    """What the docstring and the remediation of a rule say."""
    paragraphs = [_joined(text) for text in rule.documentation.split("\n\n")]
    remedies = rule.remediation.split("\n\n")
    return Prose(
        problem=paragraphs[0],
        why=tuple(text for text in paragraphs[1:] if not text.startswith(_ACCEPT)),
        accept=next((text for text in paragraphs if text.startswith(_ACCEPT)), ""),
        fix=tuple(_merged([text for text in remedies if not text.startswith(_LIVE)])),
        live=next((text for text in remedies if text.startswith(_LIVE)), "").removeprefix(_LIVE),
    )


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())


def _merged(blocks: list[str]) -> list[Part]:
    """The parts, blank lines inside of YAML put back."""
    parts: list[Part] = []
    for block in blocks:
        if not _YAML.match(block) and not (parts and parts[-1].yaml and block.startswith(" ")):
            parts.append(Part(_joined(block), yaml=False))
        elif parts and parts[-1].yaml:
            parts[-1] = Part(f"{parts[-1].text}\n\n{block}", yaml=True)
        else:
            parts.append(Part(block, yaml=True))
    return parts
