"""CloudFormation's intrinsic functions, each from its argument's node to its value."""

from __future__ import annotations

import base64
import ipaddress
import itertools
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from yaml.nodes import Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import child, entries, text_of
from auditor.values import Listing, Unknown

if TYPE_CHECKING:
    from auditor.collectors.template.evaluator import Evaluator

_SYMBOL = re.compile(r"\$\{([^}]*)\}")


def as_text(value: object) -> object:
    """A scalar as CloudFormation writes it into text; `Unknown` for what is none."""
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return Unknown("text was expected")


def concatenate(parts: list[object]) -> object:
    """The parts as one text. With an unknown part the whole is unknown, its text known in part."""
    unknown = [part for part in parts if isinstance(part, Unknown)]
    if not unknown:
        return "".join(map(str, parts))
    texts = [part.text if isinstance(part, Unknown) else str(part) for part in parts]
    whole = None if None in texts else "".join(text for text in texts if text is not None)
    return Unknown(unknown[0].reason, whole, all(part.external for part in unknown))


Evaluate = Callable[[Node], object]
Function = Callable[["Evaluator", Node, Evaluate], object]


def _arguments(node: Node, count: int) -> list[Node] | None:
    items = node.value if isinstance(node, SequenceNode) else []
    return list(items) if len(items) >= count else None


def _malformed(name: str) -> Unknown:
    return Unknown(f"{name} is not written as CloudFormation expects it")


def _ref(evaluator: Evaluator, node: Node, evaluate: Evaluate) -> object:
    name = node.value if isinstance(node, ScalarNode) else evaluate(node)
    if not isinstance(name, str):
        return _malformed("Ref")
    if name in evaluator.variables:
        return evaluator.variables[name]
    return evaluator.environment.ref(evaluator.name(name))


def _get_att(evaluator: Evaluator, node: Node, evaluate: Evaluate) -> object:
    text = node.value if isinstance(node, ScalarNode) else _dotted(evaluate(node))
    if text is None:
        return _malformed("Fn::GetAtt")
    logical_id, _, attribute = text.partition(".")
    return evaluator.environment.attribute(evaluator.name(logical_id), evaluator.name(attribute))


def _dotted(parts: object) -> str | None:
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        return None
    return ".".join(parts)


def _sub(evaluator: Evaluator, node: Node, evaluate: Evaluate) -> object:
    variables: dict[str, object] = {}
    if arguments := _arguments(node, 1):
        node = arguments[0]
        for name, _, value in entries(arguments[1] if len(arguments) > 1 else None):
            variables[name] = evaluator.value(value)
    if not isinstance(node, ScalarNode):
        return _malformed("Fn::Sub")
    pieces = _SYMBOL.split(node.value)
    parts: list[object] = []
    for position, piece in enumerate(pieces):
        if position % 2 == 0:
            parts.append(piece)
        elif piece.startswith("!"):
            parts.append(f"${{{piece[1:]}}}")
        else:
            parts.append(as_text(_symbol(evaluator, piece.strip(), variables)))
    return concatenate([part for part in parts if part != ""])


def _symbol(evaluator: Evaluator, name: str, variables: dict[str, object]) -> object:
    for scope in (variables, evaluator.variables):
        if name in scope:
            return scope[name]
    logical_id, dot, attribute = evaluator.name(name).partition(".")
    if dot:
        return evaluator.environment.attribute(logical_id, attribute)
    return evaluator.environment.ref(logical_id)


def _join(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    arguments = evaluate(node)
    if isinstance(arguments, list) and len(arguments) == 2:
        delimiter, items = arguments
        if isinstance(items, Unknown):
            return Unknown(items.reason, external=items.external)
        if isinstance(delimiter, str) and isinstance(items, list):
            parts: list[object] = []
            for item in items:
                parts += [as_text(item), delimiter]
            return concatenate(parts[:-1])
    return _malformed("Fn::Join")


def _select(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    arguments = evaluate(node)
    if isinstance(arguments, list) and len(arguments) == 2:
        index, items = arguments
        if isinstance(index, Unknown):
            return Unknown(index.reason, external=index.external)
        if isinstance(items, Unknown):  # two elements of one list differ
            name = re.sub("[${}]", "", items.text or items.reason)
            return Unknown(items.reason, f"${{{name}[{index}]}}", items.external)
        if isinstance(items, list) and str(index).isdecimal():
            position = int(str(index))
            missing = Unknown(f"Fn::Select takes element {position} of a list of {len(items)}")
            return items[position] if position < len(items) else missing
    return _malformed("Fn::Select")


def _split(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    arguments = evaluate(node)
    if isinstance(arguments, list) and len(arguments) == 2:
        delimiter, source = arguments
        if isinstance(source, Unknown):
            return Unknown(source.reason, external=source.external)
        if isinstance(delimiter, str) and delimiter and isinstance(source, str):
            return Listing(_split_outside_symbols(source, delimiter), origin=node)
    return _malformed("Fn::Split")


def _split_outside_symbols(source: str, delimiter: str) -> list[str]:
    """Split, but never inside of `${...}`, whose value is not known yet."""
    pattern = re.escape(delimiter) + r"(?![^{}]*\})" if "${" in source else re.escape(delimiter)
    return re.split(pattern, source)


def _find_in_map(evaluator: Evaluator, node: Node, evaluate: Evaluate) -> object:
    arguments = evaluate(node)
    if not isinstance(arguments, list) or len(arguments) < 3:
        return _malformed("Fn::FindInMap")
    found = evaluator.environment.lookup(*arguments[:3])
    if found is None and len(arguments) > 3 and isinstance(arguments[3], dict):
        found = arguments[3].get("DefaultValue")
    return Unknown("Fn::FindInMap finds no such entry") if found is None else found


def _if(evaluator: Evaluator, node: Node, _: Evaluate) -> object:
    arguments = _arguments(node, 3)
    if arguments is None:
        return _malformed("Fn::If")
    truth = evaluator.environment.condition(evaluator.name(text_of(arguments[0])))
    if isinstance(truth, Unknown):
        return truth
    return evaluator.value(arguments[1 if truth else 2])


def _import_value(evaluator: Evaluator, node: Node, evaluate: Evaluate) -> object:
    return evaluator.environment.imported(evaluate(node))


def _base64(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    value = as_text(evaluate(node))
    if isinstance(value, str) and "${" not in value:
        return base64.b64encode(value.encode()).decode()
    return Unknown("Fn::Base64 of a value that is known only when deployed")


def _get_azs(*_: object) -> object:
    return Unknown("Fn::GetAZs depends on the account", external=True)


def _cidr(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    arguments = evaluate(node)
    if isinstance(arguments, list) and len(arguments) >= 2:
        block, count, *bits = arguments
        try:
            network = ipaddress.ip_network(str(block))
            prefix = network.max_prefixlen - int(bits[0] if bits else 8)
            subnets = itertools.islice(network.subnets(new_prefix=prefix), min(int(count), 256))
            return Listing([str(subnet) for subnet in subnets], origin=node)
        except (ValueError, TypeError):
            pass
    return Unknown("Fn::Cidr of a value that is not known")


def _length(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    value = evaluate(node)
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, Unknown) else _malformed("Fn::Length")


def _to_json_string(_: Evaluator, node: Node, evaluate: Evaluate) -> object:
    unknown: list[Unknown] = []

    def stand_in(value: object) -> str:
        unknown.append(value if isinstance(value, Unknown) else Unknown("not JSON"))
        return unknown[-1].text or "${Unknown}"

    text = json.dumps(evaluate(node), default=stand_in, separators=(",", ":"))
    return Unknown(unknown[0].reason, text, unknown[0].external) if unknown else text


def _transform(evaluator: Evaluator, node: Node, _: Evaluate) -> object:
    if text_of(child(node, "Name")) != "AWS::Include":
        return Unknown("Fn::Transform is evaluated only when deployed")
    location = child(child(node, "Parameters"), "Location")
    return evaluator.environment.included(evaluator.value(location) if location else None)


def _logical(evaluator: Evaluator, node: Node, _: Evaluate) -> object:
    return Unknown("a condition function stands outside of Conditions")


FUNCTIONS: dict[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::GetAZs": _get_azs,
    "Fn::Cidr": _cidr,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Transform": _transform,
    "Fn::And": _logical,
    "Fn::Or": _logical,
    "Fn::Not": _logical,
    "Fn::Equals": _logical,
}
SHORT = {f"!{name.removeprefix('Fn::')}": function for name, function in FUNCTIONS.items()}
