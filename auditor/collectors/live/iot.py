"""IoT topic rules: they send to queues, topics, functions and streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import SMALL_NEXT_TOKEN, Reader
from auditor.collectors.live.shapes import pascal, prune
from auditor.resources import IotRule
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (IotRule.type,)

# HTTP headers and Kafka client properties may hold secrets.
_SILENT_ACTIONS = ("http", "kafka")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All topic rules of a region."""
    rules = reader.listing("iot:ListTopicRules", "rules", *TYPES, token=SMALL_NEXT_TOKEN)
    return chain.from_iterable(reader.each(lambda rule: _rule(reader, rule), rules))


def _rule(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, arn = listed["ruleName"], listed["ruleArn"]
    answer = reader.detail("iot:GetTopicRule", name, ruleName=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        properties = unread_properties({"RuleName": name}, answer)
        return [RawResource(IotRule.type, arn, properties, name=name, arn=arn)]
    return [transform(arn, answer["rule"])]


def transform(arn: str, rule: Mapping[str, Any]) -> RawResource:
    """A topic rule."""
    payload = {
        "Sql": rule.get("sql"),
        "Description": rule.get("description"),
        "AwsIotSqlVersion": rule.get("awsIotSqlVersion"),
        "RuleDisabled": rule.get("ruleDisabled"),
        "Actions": [_action(action) for action in rule.get("actions", ())],
        "ErrorAction": _action(rule.get("errorAction") or {}),
    }
    properties = {"RuleName": rule["ruleName"], "TopicRulePayload": prune(payload)}
    return RawResource(IotRule.type, arn, properties, name=rule["ruleName"], arn=arn)


def _action(action: Mapping[str, Any]) -> object:
    kept = {name: {} if name in _SILENT_ACTIONS else value for name, value in action.items()}
    return pascal(kept)
