"""Tags of resources, and what CloudFormation itself writes into them."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.resources.base import RawResource

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
STACK = "aws:cloudformation:stack-name"
LOGICAL_ID = "aws:cloudformation:logical-id"


def tags_of(raw: RawResource) -> dict[str, str]:
    """The tags that are known: CloudFormation has a mapping, or a list with Key and Value."""
    value = raw.properties.get("Tags")
    if isinstance(value, Mapping):
        return {str(key): text for key, text in value.items() if isinstance(text, str)}
    if not isinstance(value, list):
        return {}
    pairs = ((item.get("Key"), item.get("Value")) for item in value if isinstance(item, Mapping))
    return {key: text for key, text in pairs if isinstance(key, str) and isinstance(text, str)}
