"""Who denied a call, as AWS's messages tell: each kind of policy is mended by somebody else.

The messages say "because no ... allows the ... action" or "with an explicit deny in a ...", some
followed by the ARN of the policy or by another kind of policy that it works through. (IAM User
Guide, "Troubleshoot access denied error messages"; messages in public reports, read 2026-11-29.)
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LAYERS = {
    "identity-based policy": "the caller's own policies have to allow it",
    "permissions boundary": "the caller's boundary has to allow it",
    "service control policy": "the administrators of the organization have to allow it",
    "resource control policy": "the administrators of the organization have to allow it",
    "session policy": "the policy given when the role was assumed has to allow it",
    "resource-based policy": "the policy of the resource has to allow it for the caller",
    "vpc endpoint policy": "the policy of the VPC endpoint has to allow it",
    "role trust policy": "the trust policy of the role has to allow it for the caller",
}
_LAYER = re.compile(
    rf"(because|explicit deny in) (no|an?|the) ({'|'.join(_LAYERS)})", re.IGNORECASE
)
_KEY_ACTION = re.compile(r"to perform:?\s+(kms:[A-Za-z]+)")


class Denial(NamedTuple):
    """What to tell the user; `permission` only where it is another than that of the call."""

    reason: str
    permission: str | None = None


def explain(code: str, message: str) -> Denial:
    """A denial in short words, without what the message says about callers and resources."""
    key = _KEY_ACTION.search(message)
    permission = key[1] if key else "kms:Decrypt" if "kms" in code.lower() else None
    subject = "AccessDenied to a KMS key" if permission else "AccessDenied"
    layer = _LAYER.search(message)
    if layer is None:
        return Denial(subject, permission)
    how, article, name = layer.groups()
    verb = "allows" if how.lower() == "because" else "forbids"
    return Denial(f"{subject}: {article} {name} {verb} it; {_LAYERS[name.lower()]}", permission)
