"""Deliveries and readings that happen under a role, and what that role may not do."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from auditor.arns import Arn
from auditor.data.calls import READS, WRITES, Needs
from auditor.findings import Match
from auditor.graph import Edge, EdgeKind, Graph
from auditor.index import External
from auditor.policy import Doubts
from auditor.resources import Queue, Resource, Role, StateMachine, Stream, Table, Topic
from auditor.values import UndeterminedError, Unknown
from checks._identity import denier, lacks, role_of
from checks._keys import DECRYPTING, ENCRYPTING, ENCRYPTING_RECORDS, own_key
from checks.delivery._access import name_of
from checks.delivery._edges import value_at

_OUTSIDE = "it is named from outside of the stack"


def refused_to_role(
    owner: Resource, edge: Edge, role: object, graph: Graph, needs: Needs = ()
) -> Iterator[Match]:
    """A match where the role under which something is read or delivered lacks a permission.

    `role` is the reference to it; `needs` is told from the two ends where it is not given. Raises
    `UndeterminedError` when it cannot tell.
    """
    end = edge.source if edge.kind is EdgeKind.CONSUMES else edge.target
    if isinstance(end, Unknown) and not end.text:
        raise UndeterminedError(end.reason, edge.path)
    names = _names(end, value_at(edge.via, edge.path))
    needs = needs or _needs(edge.kind, names)
    if not needs:
        graph.settle_end(edge, end)
        return
    actor = role_of(role, graph)
    doubts, missing = Doubts(), list[str]()
    for choice in needs:
        with doubts:
            if lacks(actor, choice, names, end, graph):
                if isinstance(end, External):
                    graph.settle_end(edge, end)  # its own policy may let the role in
                missing.append(choice[0])
    if missing:
        read = end if isinstance(end, Resource) else None
        label = read.label if read else _text(names[0]) or _text(getattr(end, "reference", ""))
        related = ((actor, "the role"), *(((read, "what it needs to reach"),) if read else ()))
        said, policy = _withheld(actor, missing, names, end, graph)
        evidence = (f"role {actor.label}",)
        yield Match(owner, f"{said} on {label}", edge.path, evidence, (*related, *policy))
    with doubts:
        yield from _key(owner, edge, end, actor, graph)
    doubts.settle()


def _key(owner: Resource, edge: Edge, end: object, actor: Role, graph: Graph) -> Iterator[Match]:
    """A match where the role may not use the key of what it reads or delivers to."""
    if not isinstance(end, Resource):
        outside = end if isinstance(end, External) else External(_text(end))
        graph.settle_end(edge, outside, Queue, Topic, Stream)
    key = own_key(end, graph)
    if key is None:
        return
    writing = ENCRYPTING_RECORDS if isinstance(end, Stream) else ENCRYPTING
    actions = DECRYPTING if edge.kind is EdgeKind.CONSUMES else writing
    names = [name_of(key)]
    missing = [each for each in actions if lacks(actor, (each,), names, key, graph)]
    if missing:
        said, _ = _withheld(actor, missing, names, key, graph)
        message = f"{said} on the key {key.label}"
        related = ((actor, "the role"), (key, "the key of what it needs to reach"))
        yield Match(
            owner, message, edge.path, (f"role {actor.label}",), related, discriminator="key"
        )


def _withheld(
    actor: Role, actions: list[str], names: list[object], end: object, graph: Graph
) -> tuple[str, tuple[tuple[Resource, str], ...]]:
    """That a role lacks some actions, or which policy of what it needs to reach denies them."""
    denied = {it: policy for it in actions if (policy := denier(actor, it, names, end, graph))}
    if not denied:
        return f"{actor.label} does not allow {', '.join(actions)}", ()
    policy = next(iter(denied.values()))
    said = f"{policy.label} denies {actor.label} {', '.join(denied)}"
    return said, ((policy, "the policy that denies it"),)


def _names(end: object, reference: object) -> list[object]:
    """The ARNs by which policies may name the end: its own, and the one it was referred to by.

    For versions and aliases of state machines, only that of the machine:
    https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
    """
    arn = Arn.parse(_text(reference))
    if isinstance(end, StateMachine):
        return [name_of(end)]
    if arn and arn.service == "states":
        text = str(replace(arn, resource=arn.owners()[-1]))
        return [replace(reference, text=text) if isinstance(reference, Unknown) else text]
    # The URI of an integration is an ARN of API Gateway itself.
    given = [] if arn is None or arn.service == "apigateway" else [reference]
    if isinstance(end, Table) and given:  # only its stream is read
        return given
    if isinstance(end, Resource):
        own = name_of(end)
        return [own, *given] if given != [own] else given
    return given or [_outside(end)]


def _outside(end: object) -> object:
    """What is named from outside of the stack: its symbols are no names of resources here."""
    if not isinstance(end, External):
        return replace(end, text=_as_arn(_text(end))) if isinstance(end, Unknown) else end
    text = _as_arn(end.reference)
    if "${" in text:
        return Unknown(_OUTSIDE, text)
    return text if Arn.parse(text) and "{{" not in text else Unknown(_OUTSIDE)


def _as_arn(text: str) -> str:
    """What policies call a queue that a URL names, also one of which little is known."""
    if not text.startswith("https://"):
        return text
    arn = Arn.of_queue_url(text)
    return str(arn) if arn else "arn:${?}:sqs:${?}"


def _text(value: object) -> str:
    return (value.text or "") if isinstance(value, Unknown) else str(value)


def _needs(kind: EdgeKind, names: list[object]) -> Needs:
    arn = Arn.parse(_text(names[0]))
    if arn is None:
        return ()
    if kind is EdgeKind.CONSUMES:
        return READS.get(arn.service, ())
    if arn.service == "events" and not arn.resource.startswith("event-bus/"):
        return ()
    return (WRITES[arn.service],) if arn.service in WRITES else ()
