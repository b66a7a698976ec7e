"""From the words of AWS Config to those of the APIs and of CloudFormation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditor.collectors.aggregator.items import Item
from auditor.collectors.live.shapes import pascal, pick

# AWS Config spells older types as the AWS SDK for Java does, whose bean names treat a row of
# capitals as one word.
_SPELT = {"KmskeyArn": "KMSKeyArn", "Okactions": "OKActions", "AwsaccountId": "AWSAccountId"}


def as_answered(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as the API of its service would answer it, without what is not set."""
    spelt: Any = pascal(configuration)
    return {_SPELT.get(name, name): it for name, it in spelt.items() if it is not None}


def as_declared(item: Item, names: Iterable[str]) -> dict[str, Any]:
    """The named properties of a type that AWS Config has in CloudFormation's words."""
    return pick(item.configuration or {}, names)
