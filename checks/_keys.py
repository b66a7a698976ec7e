"""The key that encrypts what a queue, topic or stream holds, and whom its policy lets use it."""

from __future__ import annotations

from auditor.graph import Graph
from auditor.policy import Answer, Request, may, statements_of
from auditor.resources import Key, KeyAlias, Queue, Resource, Stream, Topic
from auditor.values import UndeterminedError, Unknown
from checks._shared import unread_end, uses_key

# Managed by AWS; their policies cannot be changed.
_OF_AWS = ("alias/aws/sqs", "alias/aws/sns", "alias/aws/kinesis")
# What encrypting a message needs (SQS developer guide, "Key management"), and a record (Kinesis
# developer guide, "Permissions to use user-generated KMS keys").
ENCRYPTING = ("kms:GenerateDataKey", "kms:Decrypt")
ENCRYPTING_RECORDS = ("kms:GenerateDataKey",)
DECRYPTING = ("kms:Decrypt",)


def own_key(owner: object, graph: Graph) -> Key | None:
    """The customer key of a queue, topic or stream, `None` where AWS manages it or there is none.

    Raises `UndeterminedError` when it has one that was not read.
    """
    if not isinstance(owner, Queue | Topic | Stream):
        return None
    reference = _reference(owner)
    if not reference or any(uses_key(reference, alias) for alias in _OF_AWS):
        return None
    key = _key(reference, owner, graph)
    if isinstance(key, KeyAlias):
        key = _key(key.target_key, key, graph)
    if not isinstance(key, Key):
        raise UndeterminedError(unread_end(key))
    return key


def _reference(owner: Queue | Topic | Stream) -> str:
    if isinstance(owner, Stream):
        return owner.encryption.key_id if owner.encryption else ""
    return owner.kms_key


def _key(reference: str, near: Resource, graph: Graph) -> object:
    found = graph.index.resolve(reference)
    for cls in (Key, KeyAlias):
        if not isinstance(found, Resource):
            found = graph.index.named(cls, reference, near)
    return found


def closed_to(key: Key, service: str) -> list[str]:
    """What a service may not do with a key of all that encrypting a message needs.

    Raises `UndeterminedError` when it cannot be told.
    """
    answers = {action: _answer(key, service, action) for action in ENCRYPTING}
    if Answer.UNDETERMINED in answers.values():
        raise UndeterminedError(f"whether {key.label} lets {service} use it is not known")
    return [action for action, answer in answers.items() if answer is Answer.NO]


def _answer(key: Key, service: str, action: str) -> Answer:
    """The policy of a key means the key by `*`; which keys of the source services send is open."""
    context: dict[str, object] = {"kms:viaservice": None, "aws:principalisawsservice": "true"}
    request = Request(service, action, key.arn or Unknown("a key without ARN"), context)
    return may(statements_of(key), request).answer
