"""Evaluates a node of a template: scalars, collections, loops, the functions of `intrinsics`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import proxy

from yaml.nodes import Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import entries, text_of
from auditor.collectors.template.intrinsics import FUNCTIONS, SHORT, as_text
from auditor.values import Block, Listing, Unknown

NO_VALUE: Any = object()
_TAG = "tag:yaml.org,2002:"
_TEXT = f"{_TAG}str"
# Far beyond the 500 resources of a stack; nested loops multiply.
MAX_TURNS = 10_000
FOR_EACH = "Fn::ForEach::"


class Environment(Protocol):
    """What evaluation needs of the stack it happens in."""

    def ref(self, name: str) -> object:
        """What `Ref` gives for a parameter, pseudo parameter or resource."""

    def attribute(self, logical_id: str, name: str) -> object:
        """What `Fn::GetAtt` gives."""

    def condition(self, name: str) -> bool | Unknown:
        """Whether a condition holds."""

    def lookup(self, name: object, first: object, second: object) -> object:
        """The entry of a mapping; `None` when there is none."""

    def imported(self, name: object) -> object:
        """What `Fn::ImportValue` gives."""

    def included(self, location: object) -> object:
        """What the macro `AWS::Include` puts in its own place."""


class Evaluator:
    """Evaluates nodes in an environment; `variables` are those of the enclosing `Fn::ForEach`."""

    def __init__(self, environment: Environment, *, dynamic: bool = True) -> None:
        # The stack that it is a part of: in a circle, only a look for garbage would free them.
        self.environment: Environment = proxy(environment)
        self.variables: Mapping[str, object] = {}
        self._turns = 0
        self._dynamic = dynamic

    def value(self, node: Node) -> object:
        """The node's value; `NO_VALUE` for `AWS::NoValue`."""
        if node.tag == _TEXT and isinstance(node, ScalarNode) and not self._dynamic:
            return node.value  # as nearly all
        if node.tag[0] == "!":
            function = SHORT.get(node.tag)
            if function is None:
                return Unknown(f"the tag {node.tag} is unknown")
            return function(self, node, self.bare)
        return self.bare(node)

    def bare(self, node: Node) -> object:
        """The node's value without regard to its tag, for the argument of a short form."""
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, SequenceNode):
            return self._sequence(node)
        return self._mapping(node)

    @contextmanager
    def bound(self, name: str, value: object) -> Iterator[None]:
        """Evaluate with a loop variable."""
        before = self.variables
        self.variables = {**before, name: value}
        yield
        self.variables = before

    def name(self, text: str) -> str:
        """A key or logical id with loop variables filled in."""
        if not self.variables or ("${" not in text and "&{" not in text):
            return text
        return re.sub(r"[$&]\{([^}]*)\}", self._variable, text)

    def _variable(self, match: re.Match[str]) -> str:
        value = as_text(self.variables.get(match[1]))
        if isinstance(value, str):
            return re.sub(r"[^A-Za-z0-9]", "", value) if match[0][0] == "&" else value
        return match[0]

    def _scalar(self, node: ScalarNode) -> object:
        value = scalar(node)
        if self._dynamic and isinstance(value, str) and "{{resolve:" in value:
            reason = "a dynamic reference is resolved only when deployed"
            return Unknown(reason, value, external=True)
        return value

    def _sequence(self, node: SequenceNode) -> Listing:
        result = Listing(origin=node)
        for item in node.value:
            value = self.value(item)
            if value is not NO_VALUE:
                result.append(value)
        return result

    def _mapping(self, node: Node) -> object:
        pairs = node.value
        if len(pairs) == 1:
            function = FUNCTIONS.get(pairs[0][0].value) if pairs[0][0].id == "scalar" else None
            if function is not None:
                return function(self, pairs[0][1], self.value)
        result = Block(origin=node)
        for key, child in pairs:
            if key.id == "scalar":
                self._entry(result, key.value, child)
        return result

    def _entry(self, result: Block, key: str, child: Node) -> None:
        if key[:4] == "Fn::" or key == "<<":
            self._special(result, key, child)
            return
        value = self.value(child)
        if value is not NO_VALUE:
            result[self.name(key) if self.variables else key] = value

    def _special(self, result: Block, key: str, child: Node) -> None:
        if key.startswith(FOR_EACH) and is_loop(child):
            for _, body in self.loop(child):
                for name, _, inner in entries(body):
                    self._entry(result, name, inner)
        else:
            result.unread = Unknown(f"what {key} adds to it is known only when deployed")

    def loop(self, node: Node) -> Iterator[tuple[object, Node]]:
        """The body of `Fn::ForEach` once for each element, with the variable bound meanwhile.

        A collection that is not known gives the body once, with the variable unknown. The node
        must be a loop (see `is_loop`).
        """
        variable, collection, body = node.value
        name, values = text_of(variable), self.value(collection)
        if not isinstance(values, list):
            reason = values.reason if isinstance(values, Unknown) else "it is not a list"
            values = [
                Unknown(f"the collection of Fn::ForEach is not known: {reason}", f"${{{name}}}")
            ]
        for value in itertools.islice(values, max(1, MAX_TURNS - self._turns)):
            self._turns += 1
            many = Unknown(f"Fn::ForEach repeats more than {MAX_TURNS:,} times", f"${{{name}}}")
            with self.bound(name, value if self._turns < MAX_TURNS else many):
                yield value, body


def is_loop(node: Node) -> bool:
    """Whether the argument of `Fn::ForEach` has its three parts: variable, collection, body."""
    return isinstance(node, SequenceNode) and len(node.value) == 3


def scalar(node: ScalarNode) -> object:
    """The value that YAML gives a scalar; dates and numbers with leading zeros stay texts."""
    value: str = node.value
    if node.tag != _TEXT and node.tag[0] != "!" and not node.style:
        return _plain(node.tag, value)
    return value


def _plain(tag: str, value: str) -> object:
    kind = tag.removeprefix(_TAG)
    if kind == "bool":
        return value.lower() in ("yes", "true", "on")
    if kind == "null":
        return None
    try:
        if kind == "int" and not re.match(r"[-+]?0\d", value):
            return int(value, 0)
        if kind == "float":
            return float(value)
    except ValueError:
        pass
    return value
