"""Findings that a person accepted: in a template, in the configuration, or by a tag."""

from __future__ import annotations

from auditor.suppressions.acceptance import Acceptance
from auditor.suppressions.model import Block, Selection, Suppression, Tags
from auditor.suppressions.tags import tags_by_id

__all__ = ["Acceptance", "Block", "Selection", "Suppression", "Tags", "tags_by_id"]
