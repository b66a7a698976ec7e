"""What to paste in order to accept a finding."""

from __future__ import annotations

from auditor.findings import Finding
from reports.wording import deployed


def suppression(finding: Finding) -> str:
    """The metadata of a template's resource, or the tags of a live one."""
    if not deployed(finding.resource):
        return (
            "Metadata:\n  msgaudit:\n    ignore:\n"
            f"      - id: {finding.rule}\n        reason: say why this is fine\n"
        )
    return f"msgaudit:ignore = {finding.rule}\nmsgaudit:ignore-reason = say why this is fine\n"
