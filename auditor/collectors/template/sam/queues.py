"""Dead-letter queues of rules and schedules, which SAM makes where only a type is given."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, made, peek
from auditor.collectors.template.sam.policy import sender
from auditor.values import Block, Unknown

QUEUE = "AWS::SQS::Queue"
QUEUE_POLICY = "AWS::SQS::QueuePolicy"


def dead_letter_config(event: Part) -> Block | Unknown | None:
    """The `DeadLetterConfig` in CloudFormation's words."""
    config = event.peek("DeadLetterConfig")
    if config is None or isinstance(config, Unknown):
        return config
    if not isinstance(config, Block):
        return Unknown(f"DeadLetterConfig of {event.id} should be a mapping")
    if peek(config, "Arn") is not None:
        return config
    if not _is_made(config):
        return Unknown(f"the dead-letter queue of {event.id} could not be read")
    arn = event.identify(QUEUE, _queue_id(event)).arn
    return made(config, {"Arn": arn}, {"Arn": "Type"})


def dead_letter_queue(event: Part) -> Iterator[Declared]:
    """The queue that SAM makes for the event, if it makes one."""
    config = event.peek("DeadLetterConfig")
    if isinstance(config, Block) and _is_made(config):
        yield event.make(QUEUE, _queue_id(event), {})


def queue_policy(event: Part, id_: str, queue: Declared, rule_arn: str | None) -> Declared:
    """The policy that lets a rule send to the queue that was made for it."""
    identity = event.identify(QUEUE, queue.id)
    principal = {"Service": "events.amazonaws.com"}
    document = sender("sqs:SendMessage", identity.arn, rule_arn, principal)
    properties = {"Queues": [identity.url], "PolicyDocument": document}
    return event.make(QUEUE_POLICY, f"{id_}QueuePolicy", properties)


def _is_made(config: Block) -> bool:
    return peek(config, "Arn") is None and config.get("Type") == "SQS"


def _queue_id(event: Part) -> str:
    named = event.peek("DeadLetterConfig", "QueueLogicalId")
    return named if isinstance(named, str) else f"{event.id}Queue"
