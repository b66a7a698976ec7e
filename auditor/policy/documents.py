"""Policy documents as they are written: single values or lists, JSON text, parts that are unknown.

Everything here yields what can be read first and raises `UndeterminedError` after it for the rest.
Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from auditor.findings import Match
from auditor.policy.doubts import Doubts, Kept
from auditor.resources import EventBusPolicy, Group, Key, Permission, Role, User
from auditor.resources.base import Resource
from auditor.values import (
    PropertyPath,
    Readable,
    UndeterminedError,
    Unknown,
    View,
    document,
    mapping,
    read,
    text,
)

_SYMBOL = re.compile(r"\$\{[^}]*\}")
NO_CONDITION: Mapping[str, Any] = {}
# What Lambda makes of the properties of a permission (AddPermission, Lambda API reference).
_PERMISSION_CONDITIONS = (
    ("ArnLike", "aws:SourceArn", "SourceArn"),
    ("StringEquals", "aws:SourceAccount", "SourceAccount"),
    ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
    ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
    ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
    ("Bool", "lambda:InvokedViaFunctionUrl", "InvokedViaFunctionUrl"),
)


class Entry(Struct, frozen=True):
    """One element of an action, resource or principal list, and where it stands."""

    text: str
    path: PropertyPath


class Statement(View):
    """One statement of a policy document."""

    effect = Readable("Effect", text)
    conditions = Readable("Condition", mapping, NO_CONDITION)

    def entries(self, name: str) -> Iterator[Entry]:
        """The texts of an element such as `Action`, those that can be read first.

        A symbol inside an ARN stands for some name, and a resource from outside of the stack is
        some resource. Elsewhere a symbol alone may be anything, `*` as well, and in an action so
        may a part.
        """
        return iter(self.once(f"entries of {name}", lambda: Kept(self._entries(name))))

    def _entries(self, name: str) -> Iterator[Entry]:
        readable = _READABLE.get(name.removeprefix("Not"), named_part)
        return entries(self.peek(name), (*self.path, name), readable)

    def texts(self, name: str) -> tuple[str, ...]:
        """All texts of an element; raises `UndeterminedError` when one cannot be read."""
        return tuple(entry.text for entry in self.entries(name))

    @property
    def allows(self) -> bool:
        """Whether the effect is Allow; raises `UndeterminedError` when it cannot be read."""
        return self.effect == "Allow"


def named_part(value: object) -> object:
    """The text of a value that is unknown only in parts, with symbols; other values as they are."""
    if not isinstance(value, Unknown) or not value.text or _SYMBOL.fullmatch(value.text):
        return value
    return value.text


def reference_part(value: object) -> object:
    """The same, and a symbol for what is named from outside of the stack."""
    part = named_part(value)
    return "${outside}" if isinstance(part, Unknown) and part.external else part


_READABLE: Mapping[str, Callable[[object], object]] = {
    "Action": lambda value: value,
    "Resource": reference_part,
}


def entries(
    value: object, path: PropertyPath, readable: Callable[[object], object] = named_part
) -> Iterator[Entry]:
    """The texts of a single value or a list; `readable` gives what is known of an unknown one."""
    doubts = Doubts()
    for item, where in _items(readable(value), path):
        with doubts:
            yield Entry(read(readable(item), text, where), where)
    doubts.settle()


def statements(value: object, path: PropertyPath) -> Iterator[Statement]:
    """The statements of a whole document, also written as JSON text."""
    body = View(mapping(value, path), path)
    return _statement_list(body.peek("Statement"), (*path, "Statement"))


def statements_of(resource: Resource) -> Iterator[Statement]:
    """The statements of an identity, a policy of its own, a resource policy, a permission, a key.

    Not those of a role's trust policy.
    """
    return iter(resource.once("all statements", lambda: Kept(_statements_of(resource))))


def _statements_of(resource: Resource) -> Iterator[Statement]:
    if isinstance(resource, EventBusPolicy):
        return _of_bus(resource)
    if isinstance(resource, Permission):
        return iter((_of_permission(resource),))
    if isinstance(resource, Role | User | Group):
        return _inline(resource)
    name = "KeyPolicy" if isinstance(resource, Key) else "PolicyDocument"
    return _document(resource, name)


def judge_each(
    found: Iterator[Statement], judge: Callable[[Statement], Iterator[Match]]
) -> Iterator[Match]:
    """The matches of all statements; one that cannot be judged does not hide the others."""
    doubts = Doubts()
    with doubts:
        for statement in found:
            with doubts:
                yield from judge(statement)
    doubts.settle()


def _document(owner: View, name: str) -> Iterator[Statement]:
    path = (*owner.path, name)
    value = owner.peek(name)
    if isinstance(value, Unknown):
        raise UndeterminedError(value.reason, path)
    if value is not None:
        yield from statements(value, path)


def _inline(resource: Role | User | Group) -> Iterator[Statement]:
    doubts = Doubts()
    for item, where in _items(resource.peek("Policies"), ("Policies",)):
        with doubts:
            yield from _document(View(read(item, mapping, where), where), "PolicyDocument")
    doubts.settle()


def _of_bus(resource: EventBusPolicy) -> Iterator[Statement]:
    """A bus policy holds one statement, or its older spelling as properties of the resource."""
    if resource.has("Statement"):
        yield from _statement_list(resource.peek("Statement"), ("Statement",))
        return
    older = {"Effect": "Allow", **resource.properties}
    condition = resource.peek("Condition")
    if isinstance(condition, dict):
        older["Condition"] = {condition.get("Type"): {condition.get("Key"): condition.get("Value")}}
    yield Statement(older)


def _of_permission(resource: Permission) -> Statement:
    """The statement that Lambda makes of a permission: which function is known from elsewhere.

    Of one that was not read, nothing tells whether it has a condition.
    """
    principal = resource.peek("Principal")
    service = isinstance(principal, str) and "amazonaws" in principal
    conditions: dict[str, dict[str, object]] = {}
    for operator, key, name in _PERMISSION_CONDITIONS:
        if (value := resource.peek(name)) is not None:
            conditions.setdefault(operator, {})[key] = value
    return Statement(
        {
            "Effect": "Allow",
            "Principal": {"Service": principal} if service else principal,
            "Action": resource.peek("Action"),
            "Resource": "*",
            "Condition": getattr(resource.properties, "unread", None) or conditions,
        }
    )


def _statement_list(value: object, path: PropertyPath) -> Iterator[Statement]:
    doubts = Doubts()
    for item, where in _items(document(value), path):
        with doubts:
            yield Statement(read(item, mapping, where), where)
    doubts.settle()


def _items(value: object, path: PropertyPath) -> Iterator[tuple[object, PropertyPath]]:
    if isinstance(value, Unknown):
        raise UndeterminedError(value.reason, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield item, (*path, index)
    elif value is not None:
        yield value, path
