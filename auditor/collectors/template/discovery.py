"""Finds templates among the given paths, by content."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from auditor.collectors.template.files import STANDARD_INPUT
from auditor.errors import UsageError

_SUFFIXES = (".yaml", ".yml", ".json", ".template")
_MAX_STAGES = 5  # assemblies in assemblies; a hostile one may contain itself
_IGNORED_FOLDERS = ("node_modules", "__pycache__", "venv", "site-packages")


class Candidate(Struct, frozen=True):
    """A file that may be a template; `named` when the user gave its very path."""

    path: str
    named: bool


def candidates(paths: Iterable[str], named: bool = True) -> Iterator[Candidate]:
    """The files to look at, once each and in order; raises `UsageError` for a missing path.

    Without `named`, files that are given by their very path are treated like any in a folder.
    """
    seen = set[str]()
    for path in paths:
        for candidate in _candidates(path, named):
            real = os.path.realpath(candidate.path)
            if real not in seen:
                seen.add(real)
                yield candidate


def _candidates(path: str, named: bool) -> Iterator[Candidate]:
    if path == STANDARD_INPUT:
        yield Candidate(path, named=True)
    elif os.path.isdir(path):
        yield from (Candidate(found, named=False) for found in _walk(path))
    elif os.path.exists(path):
        yield Candidate(path, named)
    else:
        raise UsageError(f"{path}: no such file or folder")


def _walk(folder: str) -> Iterator[str]:
    try:
        items = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError:
        yield folder  # which then cannot be read as a file either: a gap, not an empty folder
        return
    assembly = _assembly(folder) if any(item.name == "manifest.json" for item in items) else None
    if assembly is not None:
        yield from assembly
        return
    for item in items:
        if item.is_dir(follow_symlinks=False):
            if not item.name.startswith(".") and item.name not in _IGNORED_FOLDERS:
                yield from _walk(item.path)
        elif item.name.endswith(_SUFFIXES) and not _may_block(item):
            yield item.path


def _may_block(item: os.DirEntry[str]) -> bool:
    """Whether it is a pipe, a socket or a device; a dangling link is none, it gives a gap."""
    return not item.is_file() and os.path.exists(item.path)


def _assembly(folder: str, depth: int = 0) -> list[str] | None:
    """The stack templates of a CDK cloud assembly (`cdk.out`), or `None` for any other folder."""
    try:
        content = json.loads(Path(folder, "manifest.json").read_text("utf-8"))
        artifacts = content["artifacts"].values()
        found = []
        for artifact in artifacts:
            properties = artifact.get("properties", {})
            if artifact.get("type") == "aws:cloudformation:stack":
                found.append(os.path.join(folder, properties["templateFile"]))
            elif artifact.get("type") == "cdk:cloud-assembly" and depth < _MAX_STAGES:
                nested = os.path.join(folder, properties["directoryName"])
                found += _assembly(nested, depth + 1) or []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return sorted(found)
