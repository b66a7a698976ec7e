"""Definitions of state machines and APIs that stand in a file of their own."""

from __future__ import annotations

import os

from yaml.nodes import Node

from auditor.collectors.template.declared import Origin
from auditor.collectors.template.documents import Document, UnreadableError, parse
from auditor.collectors.template.evaluator import Environment, Evaluator
from auditor.collectors.template.files import Files
from auditor.values import Block, Listing, Unknown


def with_definition(environment: Environment, properties: Block) -> Block:
    """The properties with `DefinitionUri`, where it is a local file, read into `Definition`."""
    uri = properties.get("DefinitionUri")
    if uri is None or "Definition" in properties:
        return properties
    read = Block(properties, properties.origin, properties.unread)
    read["Definition"] = environment.included(uri)
    return read


def definition(environment: Environment, files: Files, template: str, uri: object) -> object:
    """What stands in the file that a template names; `Unknown` where it cannot be read."""
    if not isinstance(uri, str):
        return Unknown("the definition is not a local file")
    path = beside(template, uri)
    if not files.has(path):
        return Unknown(f"the definition {uri} was not found beside the template")
    try:
        document = parse(files.shown(path), files.read(path))
    except UnreadableError as error:
        return Unknown(f"the definition {uri} could not be read: {error.gap.reason}")
    return _placed(Evaluator(environment).value(document.root), document)


def beside(template: str, uri: str) -> str:
    """The path of a file that a template names."""
    return os.path.join(os.path.dirname(template), uri)


def _placed(value: object, document: Document) -> object:
    """The value, with all its parts standing in their own file."""
    if isinstance(value, Block):
        items = {name: _placed(item, document) for name, item in value.items()}
        return Block(items, _origin(value.origin, document), value.unread)
    if isinstance(value, Listing):
        elements = [_placed(item, document) for item in value]
        return Listing(elements, _origin(value.origin, document))
    return value


def _origin(node: object, document: Document) -> object:
    return Origin((node,), document=document) if isinstance(node, Node) else node
