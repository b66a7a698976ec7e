"""Step Functions state machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import SMALL_NEXT_TOKEN, Reader
from auditor.collectors.live.shapes import pascal, prune
from auditor.resources import StateMachine
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown, document

TYPES = (StateMachine.type,)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All state machines of a region."""
    machines = reader.listing(
        "states:ListStateMachines", "stateMachines", *TYPES,
        token=SMALL_NEXT_TOKEN, maxResults=1000,
    )  # fmt: skip
    return chain.from_iterable(reader.each(lambda item: _machine(reader, item), machines))


def _machine(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, arn = listed["name"], listed["stateMachineArn"]
    answer = reader.detail("states:DescribeStateMachine", name, stateMachineArn=arn)
    if answer is None or (not isinstance(answer, Unknown) and answer.get("status") == "DELETING"):
        return []
    if isinstance(answer, Unknown):
        known = {"StateMachineName": name, "StateMachineType": listed["type"]}
        properties = unread_properties(known, answer)
        return [RawResource(StateMachine.type, arn, properties, name=name, arn=arn)]
    return [transform(answer)]


def transform(answer: Mapping[str, Any]) -> RawResource:
    """A state machine; level OFF without a destination is the answer for no logging at all."""
    name, arn = answer["name"], answer["stateMachineArn"]
    logging = answer.get("loggingConfiguration") or {}
    off = logging.get("level", "OFF") == "OFF" and not logging.get("destinations")
    settings = {
        "StateMachineName": name,
        "StateMachineType": answer["type"],
        "RoleArn": answer.get("roleArn"),
        "LoggingConfiguration": None if off else pascal(logging),
        "TracingConfiguration": pascal(answer.get("tracingConfiguration")),
        "EncryptionConfiguration": pascal(answer.get("encryptionConfiguration")),
    }
    definition = document(answer.get("definition"))
    known = definition if isinstance(definition, dict) else Unknown("the definition is not JSON")
    properties = {**prune(settings), "Definition": known}
    return RawResource(StateMachine.type, arn, properties, name=name, arn=arn)
