"""Known findings: those of a file, or of another commit, do not count."""

from __future__ import annotations

from auditor.baseline.comparing import Comparison, compare
from auditor.baseline.entries import Entry, entries_of, wider
from auditor.baseline.files import read, text

__all__ = ["Comparison", "Entry", "compare", "entries_of", "read", "text", "wider"]
