"""What a role may do, by all of its policies that were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product

from msgspec.structs import replace

from auditor.arns import Arn
from auditor.data.managed_policies import ALLOWED
from auditor.graph import EdgeKind, Graph
from auditor.index import External, Node
from auditor.policy import Answer, Doubts, Kept, Request, Statement, may, statements_of
from auditor.resources import Key, ManagedPolicy, Policy, Resource, Role, RolePolicy
from auditor.values import UndeterminedError, Unknown
from checks._shared import unread_end

_CONTEXT: dict[str, object] = {"aws:securetransport": "true", "aws:principalisawsservice": "false"}
# Beside it a policy shows only what it denies.
_EVERYTHING = Statement({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


def role_of(reference: object, graph: Graph) -> Role:
    """The role that a reference names; raises `UndeterminedError` when it was not read."""
    role = graph.index.resolve(reference)
    if not isinstance(role, Role):
        raise UndeterminedError(unread_end(role))
    return role


def lacks(
    role: Role, actions: Iterable[str], resources: Sequence[object], target: object, graph: Graph
) -> bool:
    """Whether a role may do none of some actions on a resource.

    `resources` are the ARNs under which policies may name it, `target` is the resource itself where
    it was read: its own policy may let the role in. Policies that another stack attaches cannot be
    seen. Raises `UndeterminedError` when what was not read may allow it.
    """
    answer = Answer.NO
    for action, resource in product(actions, resources):
        answer = max(answer, _answer(role, action, resource, target, graph))
        if answer is Answer.YES:
            return False
    if answer is Answer.UNDETERMINED:
        raise UndeterminedError(f"what {role.label} may do depends on unread values")
    return True


def denier(
    role: Role, action: str, resources: Sequence[object], target: object, graph: Graph
) -> Resource | None:
    """The policy of a resource that denies a role an action, whatever else allows it.

    The arguments are those of `lacks`; `None` where no policy that was read does.
    """
    for policy in _guards(target, graph) if isinstance(target, Resource) else ():
        for resource in resources:
            decision = may(statements_of(policy), _request(role, action, resource))
            if decision.answer is Answer.NO and decision.statement:
                return policy
    return None


def allowing(role: Role, action: str, resource: object, graph: Graph) -> Statement | None:
    """The statement by which a role itself may do an action, `None` where it may not.

    Raises `UndeterminedError` when that cannot be told.
    """
    request = Request("", action, resource, _CONTEXT)
    decision = may(permissions(role, graph), request, identity=True)
    answer = min(decision.answer, _bounds(role, request, graph))
    if answer is Answer.UNDETERMINED:
        raise UndeterminedError(f"what {role.label} may do depends on unread values")
    return decision.statement if answer is Answer.YES else None


def _answer(role: Role, action: str, resource: object, target: object, graph: Graph) -> Answer:
    request = _request(role, action, resource)
    bounds = _bounds(role, request, graph)
    return bounds and min(bounds, _unbounded(role, request, target, graph))


def _request(role: Role, action: str, resource: object) -> Request:
    arn = role.arn or Unknown("a role without ARN")
    return Request("", action, resource, {**_CONTEXT, "aws:principalarn": arn}, arn)


def _unbounded(role: Role, request: Request, target: object, graph: Graph) -> Answer:
    """What the policies of a role and of what it reaches say, its boundary left aside."""
    own = may(permissions(role, graph), request, identity=True)
    # Of what answers no, only a Deny names its statement: nothing overrules it.
    if not isinstance(target, Resource) or (own.answer is Answer.NO and own.statement):
        return own.answer
    undenied = _undenied(target, request, graph)
    return undenied and min(undenied, _granted(own.answer, request, target, graph))


def _granted(own: Answer, request: Request, target: Resource, graph: Graph) -> Answer:
    """What a role may do by its own policies, or by those of what it reaches."""
    if isinstance(target, Key):
        guard = may(_guarding(target, graph), request).answer
        return max(guard, min(own, _leaves_to_account(target, request)))
    return may(_guarding(target, graph), request).answer if own is Answer.NO else own


def _leaves_to_account(key: Key, request: Request) -> Answer:
    """Whether the policy of a key lets the account itself decide, as the default policy does.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    role = Arn.parse(str(request.role))
    if role is None or key.peek("KeyPolicy") is None:
        return Answer.YES
    root = str(replace(role, resource="root"))
    return may(statements_of(key), replace(request, role=root)).answer


def _bounds(role: Role, request: Request, graph: Graph) -> Answer:
    """Whether the permissions boundary of a role, where it has one, lets a request pass."""
    reference = role.peek("PermissionsBoundary")
    if reference is None:
        return Answer.YES
    return may(_attached(graph.index.resolve(reference)), request, identity=True).answer


def _guarding(target: Resource, graph: Graph) -> Iterator[Statement]:
    for policy in _guards(target, graph):
        yield from statements_of(policy)


def _undenied(target: Resource, request: Request, graph: Graph) -> Answer:
    """Whether no policy of a target denies a request.

    A condition on what is not known of the request, such as its network, is met most likely, and
    what comes from outside of the stack names none of its roles.
    """
    answer = Answer.YES
    try:
        for statement in _guarding(target, graph):
            if not _only_allows(statement):
                left = may((_EVERYTHING, statement), request).answer
                if left is not Answer.UNDETERMINED or _is_unread(statement.properties):
                    answer = min(answer, left)
    except UndeterminedError:
        answer = min(answer, Answer.UNDETERMINED)
    return answer


def _only_allows(statement: Statement) -> bool:
    with suppress(UndeterminedError):
        return statement.allows
    return False


def _is_unread(value: object) -> bool:
    """Whether a part of the value could not be read, though it is one of the stack's own."""
    if isinstance(value, Unknown):
        return not value.external
    if isinstance(value, dict):
        return getattr(value, "unread", None) is not None or any(map(_is_unread, value.values()))
    return isinstance(value, list) and any(map(_is_unread, value))


def _guards(target: Resource, graph: Graph) -> list[Resource]:
    """The policies of what a role reaches; a key declares its own."""
    if isinstance(target, Key):
        return [target]
    return [edge.via for edge in graph.incoming(target, EdgeKind.GUARDS)]


def permissions(role: Role, graph: Graph) -> Iterator[Statement]:
    """The statements of all policies of a role.

    Raises `UndeterminedError` after them when there are some that could not be read.
    """
    return iter(role.once("all permissions", lambda: Kept(_permissions(role, graph))))


def _permissions(role: Role, graph: Graph) -> Iterator[Statement]:
    doubts = Doubts()
    with doubts:
        yield from statements_of(role)
    with doubts:
        for edge in graph.incoming(role, EdgeKind.PERMITS):
            with doubts:
                yield from _attached(edge.source)
        graph.settle_incoming(role, EdgeKind.PERMITS)
    doubts.settle()


def _attached(policy: Node) -> Iterator[Statement]:
    if isinstance(policy, Policy | RolePolicy | ManagedPolicy):
        yield from statements_of(policy)
        return
    arn = Arn.parse(policy.reference) if isinstance(policy, External) else None
    name = arn.resource.rpartition("/")[2] if arn and arn.account == "aws" else ""
    if name not in ALLOWED:
        raise UndeterminedError(unread_end(policy))
    if ALLOWED[name]:
        yield Statement({"Effect": "Allow", "Action": list(ALLOWED[name]), "Resource": "*"})
