"""`AWS::Serverless::Connector`, or one embedded: the policy or permission between two resources.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
reference-sam-connector.html
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from yaml.nodes import Node

from auditor.collectors.template.declared import Declared, Scope
from auditor.collectors.template.identity import Identity
from auditor.collectors.template.sam.connector_profiles import (
    ACCESS,
    SENDERS,
    Access,
    plain_type,
    role_property,
)
from auditor.collectors.template.sam.making import Part, listed, peek, whole
from auditor.collectors.template.sam.permissions import PERMISSION
from auditor.collectors.template.sam.policies import ROLE
from auditor.collectors.template.sam.policy import sender
from auditor.values import Block, Unknown

CONNECTOR = "AWS::Serverless::Connector"
_POLICIES = {
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "QueuePolicy", "Queues", "sqs:SendMessage"),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "TopicPolicy", "Topics", "sns:Publish"),
}


class _End(Struct, frozen=True):
    """Source or destination of a connector: of this template by its id, or by its attributes."""

    type: str
    arn: object
    url: object
    role: object


class _Link(Struct, frozen=True):
    """One source and one destination; `suffix` tells the destinations of a list apart."""

    part: Part
    source: _End
    destination: _End
    suffix: str


def connector(declared: Declared, scope: Scope) -> Iterator[Declared]:
    """What SAM makes for each destination; nothing for pairs without messages."""
    part = whole(declared, scope)
    destinations = part.required("Destination")
    for index, item in enumerate(listed(destinations)):
        suffix = f"Destination{index}" if isinstance(destinations, list) else ""
        ends = _end(part, part.required("Source"), item), _end(part, item, part.peek("Source"))
        yield from _link(_Link(part, *ends, suffix))


def embedded_connector(source: str, name: str, written: object, anchor: Node) -> Declared:
    """A connector that stands among the attributes of its source.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
    managing-permissions-connectors-reference.html
    """
    given = peek(written, "Properties")
    unread = given if isinstance(given, Unknown) else None
    properties = Block(given if isinstance(given, Block) else (), None, unread)
    properties["Source"] = {"Id": source}
    return Declared(CONNECTOR, f"{source}{name}", properties, anchor)


def _end(part: Part, value: object, other: object) -> _End:
    id_ = peek(value, "Id")
    if id_ is None:
        type_ = peek(value, "Type")
        return _End(
            plain_type(type_) if isinstance(type_, str) else "",
            peek(value, "Arn"), peek(value, "QueueUrl"), peek(value, "RoleName"),
        )  # fmt: skip
    identity = part.scope.identity_of(id_) if isinstance(id_, str) else None
    if identity is None:
        why = id_ if isinstance(id_, Unknown) else Unknown(f"{part.id} connects nothing known")
        return _End("", why, why, why)
    role = _role(part, identity, str(id_), other)
    return _End(plain_type(identity.type), identity.arn, identity.url, role)


def _role(part: Part, identity: Identity, id_: str, other: object) -> object:
    found = part.scope.properties_of(id_)
    properties = found[1] if found else None
    name = role_property(identity.type)
    arn = peek(properties, name) if name else _target_role(part, properties, other)
    if arn is None and identity.type.startswith("AWS::Serverless::"):
        return part.identify(ROLE, f"{id_}Role").ref
    return arn.rpartition("/")[2] if isinstance(arn, str) else arn


def _target_role(part: Part, rule: object, other: object) -> object:
    id_ = peek(other, "Id")
    target = part.scope.identity_of(id_) if isinstance(id_, str) else None
    arn = target.arn if target else peek(other, "Arn")
    for item in listed(peek(rule, "Targets")):
        if peek(item, "Arn") == arn:
            return peek(item, "RoleArn")
    return None


def _link(link: _Link) -> Iterator[Declared]:
    source, destination = link.source.type, link.destination.type
    if (source, destination) in ACCESS:
        yield _managed_policy(link)
    elif source in SENDERS and destination in _POLICIES:
        yield _resource_policy(link)
    elif source in SENDERS and destination == "AWS::Lambda::Function":
        yield _permission(link)


def _managed_policy(link: _Link) -> Declared:
    policy = ACCESS[link.source.type, link.destination.type]
    holder, subject = link.source, link.destination
    if policy.of_destination:
        holder, subject = subject, holder
    missing = Unknown(f"the role that {link.part.id} extends could not be read")
    properties = {
        "Roles": [holder.role or missing],
        "PolicyDocument": _document(link, policy, subject.arn),
    }
    id_ = f"{link.part.id}Policy{link.suffix}"
    return link.part.make("AWS::IAM::ManagedPolicy", id_, properties)


def _document(link: _Link, policy: Access, arn: object) -> object:
    given = listed(link.part.required("Permissions"))
    if unread := next((access for access in given if isinstance(access, Unknown)), None):
        return unread
    statements = [
        {"Effect": "Allow", "Action": list(actions), "Resource": _resource(arn, pattern)}
        for access, allowed in policy.statements.items()
        if access in given
        for actions, pattern in allowed
    ]
    return {"Statement": statements}


def _resource(arn: object, pattern: str) -> object:
    return pattern.replace("{}", arn) if isinstance(arn, str) else arn


def _resource_policy(link: _Link) -> Declared:
    type_, suffix, name, action = _POLICIES[link.destination.type]
    subject = link.destination.url if name == "Queues" else link.destination.arn
    principal = {"Service": SENDERS[link.source.type]}
    document = sender(action, link.destination.arn, link.source.arn, principal)
    properties = {name: [subject], "PolicyDocument": document}
    return link.part.make(type_, f"{link.part.id}{suffix}{link.suffix}", properties)


def _permission(link: _Link) -> Declared:
    properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": link.destination.arn,
        "Principal": SENDERS[link.source.type],
        "SourceArn": link.source.arn,
    }
    id_ = f"{link.part.id}WriteLambdaPermission{link.suffix}"
    return link.part.make(PERMISSION, id_, properties)
