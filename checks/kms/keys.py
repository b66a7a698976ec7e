"""Keys that encrypt messages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Key
from auditor.rules import rule

GUIDE = "Encryption and Data Protection (lines 1075-1106)"
_SYMMETRIC = "SYMMETRIC_DEFAULT"
_MADE_BY_AWS = "AWS_KMS"


@rule(
    "KMS004",
    "key-disabled-or-never-rotated",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=Key,
    remediation="""
        OrdersKey:
          Type: AWS::KMS::Key
          Properties:
            Enabled: true
            EnableKeyRotation: true

        Live: aws kms enable-key --key-id ID; aws kms enable-key-rotation --key-id ID
    """,
)
def key_disabled_or_never_rotated(key: Key, _graph: Graph) -> Iterator[Match]:
    """A key is switched off, or never gets new key material.

    With a disabled key nothing can be sent to, or read from, what it encrypts. A key that is never
    rotated protects everything ever encrypted with the same material; rotation keeps the old
    material for reading and changes nothing for clients, so its absence counts as low. Only
    symmetric keys whose material KMS made itself can be rotated so.

    Fine to accept while a key is being retired.
    """
    if not key.enabled:
        message = f"{key.label} is disabled: what it encrypts can be neither written nor read"
        yield Match(key, message, ("Enabled",), ("Enabled false",))
    elif key.spec == _SYMMETRIC and key.origin == _MADE_BY_AWS and not key.rotated:
        message = f"{key.label} is never rotated"
        yield Match(
            key, message, ("EnableKeyRotation",), ("EnableKeyRotation false",),
            severity=Severity.LOW,
        )  # fmt: skip
