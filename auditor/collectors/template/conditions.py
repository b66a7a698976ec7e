"""Conditions as scenarios: one reading of a stack for each truth assignment that can come true.

The parameters that the conditions compare get each value they could have (AllowedValues, the
literals they are compared with, the default, and anything else). Assignments under which the
conditions agree are one scenario. A comparison that stays open (of two parameters, say) may go
either way.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct, field
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import child, children, entries, text_of
from auditor.collectors.template.evaluator import scalar
from auditor.collectors.template.template import Template
from auditor.values import Unknown

MAX_SCENARIOS = 64
_MAX_ASSIGNMENTS = 4096
_FUNCTIONS = ("Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Condition")
UNDECIDED = Unknown(f"the conditions have more than {MAX_SCENARIOS} combinations")


class Other(Unknown, frozen=True):
    """Any value but those that the conditions compare a parameter with."""


_OTHER = Other("any other value", "(other)", external=True)


class Scenario(Struct, frozen=True):
    """Values of compared parameters, and of comparisons that stay open, by node.

    `label` names what tells this scenario from the others. In an `undecided` one no condition is
    known.
    """

    bindings: Mapping[str, object] = field(default_factory=dict)
    choices: Mapping[int, bool] = field(default_factory=dict)
    label: str | None = None
    undecided: bool = False

    @property
    def inside(self) -> Scenario:
        """The same in a nested stack, which has parameters of its own but the same region."""
        pseudo = {name: value for name, value in self.bindings.items() if name[:5] == "AWS::"}
        return Scenario(pseudo, self.choices, undecided=self.undecided)


class Judge(Protocol):
    """Evaluates nodes of the stack under one scenario."""

    def value(self, node: Node) -> object:
        """What the node stands for."""

    def condition(self, name: str) -> bool | Unknown:
        """Whether the condition holds."""

    def is_other(self, name: str) -> bool:
        """Whether a parameter has none of the values that conditions compare it with."""


def function_of(node: Node) -> tuple[str, Node] | None:
    """The condition function that a node calls, and its argument."""
    if node.tag[0] == "!":
        name = node.tag[1:]
        name = name if name == "Condition" else f"Fn::{name}"
        return (name, node) if name in _FUNCTIONS else None
    if isinstance(node, MappingNode) and len(node.value) == 1:
        key, argument = node.value[0]
        return (key.value, argument) if key.value in _FUNCTIONS else None
    return None


def truth(node: Node, judge: Judge, choices: Mapping[int, bool]) -> bool | Unknown:
    """Whether a condition holds; unknown where it depends on a value that is not known."""
    function = function_of(node)
    if function is None:
        return Unknown("the condition is not written as CloudFormation expects it")
    name, argument = function
    if name == "Condition":
        return judge.condition(text_of(argument))
    operands = argument.value if isinstance(argument, SequenceNode) else []
    if name == "Fn::Equals":
        equal = _equal(operands, judge)
        return choices.get(id(node), equal) if isinstance(equal, Unknown) else equal
    if not operands or (name == "Fn::Not" and len(operands) > 1):
        return Unknown(f"{name} is not written as CloudFormation expects it")
    results = [truth(operand, judge, choices) for operand in operands]
    if name == "Fn::Not":
        return results[0] if isinstance(results[0], Unknown) else not results[0]
    decisive = name == "Fn::Or"
    if any(result is decisive for result in results):
        return decisive
    unknown = [result for result in results if isinstance(result, Unknown)]
    return unknown[0] if unknown else not decisive


def _equal(operands: list[Node], judge: Judge) -> bool | Unknown:
    if len(operands) != 2:
        return Unknown("Fn::Equals compares two values")
    left, right = operands
    if _is_other(left, right, judge) or _is_other(right, left, judge):
        return False
    one, other = (judge.value(operand) for operand in operands)
    for side in (one, other):
        if isinstance(side, Unknown):
            text = one.text if isinstance(one, Unknown) else one
            same = text is not None and text == (
                other.text if isinstance(other, Unknown) else other
            )
            return True if same else side
    one, other = _comparable(one), _comparable(other)
    if one != other and ("${" in one or "${" in other):
        return Unknown("it compares a value that is known only when deployed")
    return one == other


def _is_other(reference: Node, literal: Node, judge: Judge) -> bool:
    """Whether a parameter is compared with a literal in the scenario where it is none of them."""
    if not isinstance(literal, ScalarNode) or literal.tag[0] == "!":
        return False
    name = referred(reference)
    return name is not None and judge.is_other(name)


def referred(node: Node | None) -> str | None:
    """The name that a plain `Ref` refers to."""
    if node is None:
        return None
    return text_of(node if node.tag == "!Ref" else child(node, "Ref")) or None


def _comparable(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def mentioned(template: Template, nodes: Iterable[Node]) -> list[str]:
    """The conditions that the nodes mention, directly or through others, in file order."""
    found = set[str]()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        for name in _names(node):
            if name in template.conditions and name not in found:
                found.add(name)
                todo.append(template.conditions[name])
        todo.extend(children(node))
    return [name for name in template.conditions if name in found]


def _names(node: Node) -> Iterator[str]:
    if node.tag == "!Condition":
        yield text_of(node)
    elif node.tag == "!If" and isinstance(node, SequenceNode) and node.value:
        yield text_of(node.value[0])
    for key, _, value in entries(node):
        if key == "Condition":
            yield text_of(value)
        elif key == "Fn::If" and isinstance(value, SequenceNode) and value.value:
            yield text_of(value.value[0])


def comparisons(template: Template, names: Iterable[str]) -> list[Node]:
    """The `Fn::Equals` nodes of conditions."""
    found, todo = [], [template.conditions[name] for name in names]
    while todo:
        node = todo.pop(0)
        function = function_of(node)
        if function and function[0] == "Fn::Equals":
            found.append(node)
        elif function:
            todo.extend(children(function[1]))
    return found


def literals(template: Template, leaves: Iterable[Node]) -> dict[str, list[str]]:
    """The parameters that comparisons refer to, and all that they are compared with."""
    found: dict[str, list[str]] = defaultdict(list)
    for leaf in leaves:
        function = function_of(leaf)
        operands = list(children(function[1])) if function else []
        compared = [
            _comparable(scalar(operand)) for operand in operands
            if isinstance(operand, ScalarNode) and operand.tag[0] != "!"
        ] + _map_keys(template, operands)  # fmt: skip
        for name in (name for operand in operands for name in _references(operand)):
            found[name] += compared
    return found


def domain(template: Template, name: str, compared: list[str]) -> list[object]:
    """The values that a compared parameter can have, the default first."""
    parameter = template.parameters.get(name)
    default = parameter.default if parameter else None
    first = [] if default is None or isinstance(default, Unknown) else [default]
    possible = parameter.allowed if parameter and parameter.allowed else compared
    values = [*first, *(parameter.convert(text) if parameter else text for text in possible)]
    distinct = {_comparable(value): value for value in values}
    settled = parameter is not None and bool(parameter.allowed)
    if not settled and (not first or _comparable(first[0]) in compared):
        distinct["(other)"] = _OTHER
    return list(distinct.values())


def _references(node: Node) -> Iterator[str]:
    """The parameters that a node refers to (not through `Fn::Sub`: those stay open)."""
    if name := referred(node):
        yield name
    for inner in children(node):
        yield from _references(inner)


def _map_keys(template: Template, operands: Iterable[Node]) -> list[str]:
    """The keys of the mapping that `Fn::FindInMap` looks a parameter up in."""
    keys: list[str] = []
    for operand in operands:
        argument = operand if operand.tag == "!FindInMap" else child(operand, "Fn::FindInMap")
        if isinstance(argument, SequenceNode) and argument.value:
            table = child(template.section("Mappings"), text_of(argument.value[0]))
            keys += [name for name, _, _ in entries(table)]
    return keys


def grouped(
    variables: Mapping[str, list[object]],
    leaves: list[int],
    vectors: Iterable[tuple[Mapping[str, object], Mapping[int, bool], tuple[object, ...]]],
    names: list[str],
) -> list[Scenario]:
    """One scenario for each distinct truth vector; an undecided one when there are too many."""
    groups: dict[tuple[object, ...], list[tuple[Mapping[str, object], Mapping[int, bool]]]] = {}
    for bindings, choices, vector in vectors:
        groups.setdefault(vector, []).append((bindings, choices))
        if len(groups) > MAX_SCENARIOS:
            return [Scenario(undecided=True)]
    return [
        Scenario(
            *group[0], _label(variables, leaves, group, vector, names) if len(groups) > 1 else None
        )
        for vector, group in groups.items()
    ]


def assignments(
    variables: Mapping[str, list[object]], leaves: list[int]
) -> Iterator[tuple[dict[str, object], dict[int, bool]]] | None:
    """All combinations in a fixed order, defaults first; `None` when there are too many."""
    sizes = [len(values) for values in variables.values()] + [2] * len(leaves)
    if math.prod(sizes) > _MAX_ASSIGNMENTS:
        return None
    return (
        (dict(zip(variables, values, strict=True)), dict(zip(leaves, choice, strict=True)))
        for values in itertools.product(*variables.values())
        for choice in itertools.product((True, False), repeat=len(leaves))
    )


def _label(
    variables: Mapping[str, list[object]],
    leaves: list[int],
    group: list[tuple[Mapping[str, object], Mapping[int, bool]]],
    vector: tuple[object, ...],
    names: list[str],
) -> str:
    """`Environment=dev`, or the conditions themselves where no set of values says the same."""
    texts = {name: {_shown(bindings[name]) for bindings, _ in group} for name in variables}
    if not leaves and math.prod(len(values) for values in texts.values()) == len(group):
        parts = [
            f"{name}={'|'.join(text for text in map(_shown, values) if text in texts[name])}"
            for name, values in variables.items()
            if len(texts[name]) < len(values)
        ]
    else:
        parts = [f"{name}={str(value).lower()}" for name, value in zip(names, vector, strict=True)]
    return ", ".join(parts)


def _shown(value: object) -> str:
    return str(value.text) if isinstance(value, Unknown) else _comparable(value)
