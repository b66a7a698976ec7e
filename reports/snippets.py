"""What to paste in order to accept a finding."""

from __future__ import annotations

from auditor.findings import Finding
from reports.wording import deployed


def suppression(finding: Finding) -> str:
    """The metadata of a template's resource, or the tags of a live one."""
    return tags(finding.rule) if deployed(finding.resource) else metadata(finding.rule)


def metadata(rule: str) -> str:
    """What accepts the findings of a rule in the template's declaration of a resource."""
    return (
        "Metadata:\n  msgaudit:\n    ignore:\n"
        f"      - id: {rule}\n        reason: say why this is fine\n"
    )


def tags(rule: str) -> str:
    """The tags that accept the findings of a rule about a resource of an account."""
    return f"msgaudit:ignore = {rule}\nmsgaudit:ignore-reason = say why this is fine\n"
