"""All generated documents, by their path from the root of the checkout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from auditor.data.peers import peers
from auditor.loading import BUILTIN, rules_of
from tools.docs import coverage, dialects, overlap, pages, paths, services

Documents = Mapping[PurePosixPath, str]
DOCS = PurePosixPath("docs")


def generate(root: Path) -> Documents:
    """The documents; plug-ins that happen to be installed are left out."""
    rules = sorted(rules_of(BUILTIN), key=lambda rule: rule.id)
    rows = coverage.read()
    by_id = {rule.id: rule for rule in rules}
    return {
        DOCS / "guide-coverage.md": coverage.document(rows, by_id),
        DOCS / "patterns.md": dialects.document(),
        DOCS / "paths.md": paths.document(paths.read(), by_id),
        DOCS / "peers.md": overlap.document(peers(), by_id),
        DOCS / "source-keys.md": services.document(),
        DOCS / "rules/README.md": pages.index(rules),
        **{DOCS / f"rules/{rule.id}.md": pages.page(rule, rows, root) for rule in rules},
    }


def write(root: Path, documents: Documents) -> None:
    """Write them, and remove the pages of rules that are gone."""
    for path in _gone(root, documents):
        (root / path).unlink()
    for path, text in documents.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def differences(root: Path, documents: Documents) -> list[PurePosixPath]:
    """The documents that are missing, differ or should not be there."""
    stale = [
        path
        for path, text in documents.items()
        if not (root / path).is_file() or (root / path).read_bytes() != text.encode()
    ]
    return sorted([*stale, *_gone(root, documents)])


def _gone(root: Path, documents: Documents) -> list[PurePosixPath]:
    there = {
        PurePosixPath(path.relative_to(root).as_posix())
        for path in (root / DOCS / "rules").glob("*.md")
    }
    return sorted(there - documents.keys())
