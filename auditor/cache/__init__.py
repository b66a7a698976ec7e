"""What was judged before, kept for the next scan of the same templates by the same rules."""

from __future__ import annotations

from auditor.cache.answers import Answers, remembering
from auditor.cache.store import Store, folder

__all__ = ["Answers", "Store", "folder", "remembering"]
