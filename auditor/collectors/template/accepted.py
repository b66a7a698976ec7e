"""What templates accept themselves: in Metadata, and in comments.

Metadata: {msgaudit: {ignore: [{id: SQS030, reason: ..., expires: 2030-12-31}]}}
OrdersQueue:  # msgaudit: ignore[SQS030] reason
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.comments import comments
from auditor.collectors.template.documents import Document, child, entries, key_node
from auditor.collectors.template.evaluator import FOR_EACH, is_loop
from auditor.collectors.template.stack import Stack
from auditor.suppressions.model import Block, Suppression
from auditor.suppressions.reading import IGNORE, suppressions, unknown_keys

_NAME = "msgaudit"
_END = (1 << 31, 1)


def accepted(stacks: Iterable[Stack]) -> Iterator[Suppression]:
    """The suppressions of all templates of a tree; one that is nested twice counts for both."""
    prefixes: dict[int, list[str]] = {}
    documents: dict[int, Document] = {}
    for stack in stacks:
        document = stack.template.document
        if _NAME in document.text:
            documents[id(document)] = document
            prefixes.setdefault(id(document), []).append(stack.prefix)
    for key, document in documents.items():
        yield from _of_document(document, prefixes[key])


def _of_document(document: Document, prefixes: list[str]) -> Iterator[Suppression]:
    blocks = []
    for name, key, node in _resources(child(document.root, "Resources")):
        ids = frozenset(f"{prefix}{name}" for prefix in prefixes)
        block = Block(document.path, _position(key.start_mark), _position(node.end_mark), ids)
        blocks.append((name, block))
        yield from _of_metadata(document, node, block, name)
    every = frozenset(id_ for _, block in blocks for id_ in block.ids)
    whole = Block(document.path, (1, 1), _END, every)
    yield from _of_metadata(document, document.root, whole, "the template")
    yield from comments(document, blocks)


def _resources(section: Node | None) -> Iterator[tuple[str, ScalarNode, Node]]:
    """The resources of a section, also those that loops make."""
    for name, key, node in entries(section):
        if name.startswith(FOR_EACH) and is_loop(node):
            yield from _resources(cast(SequenceNode, node).value[2])
        else:
            yield name, key, node


def _position(mark: Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _of_metadata(
    document: Document, owner: Node, scope: Block, label: str
) -> Iterator[Suppression]:
    metadata = child(owner, "Metadata")
    own = child(metadata, _NAME)
    if own is None or metadata is None:
        return
    anchor = key_node(metadata, _NAME) or own
    for problem in unknown_keys(_plain(own)):
        place = document.locate(anchor)
        yield Suppression("", scope, label, place, problems=(problem,))
    ignored = child(own, IGNORE)
    if ignored is None:
        return
    for item in ignored.value if isinstance(ignored, SequenceNode) else [ignored]:
        first = item.value[0][0] if isinstance(item, MappingNode) and item.value else item
        yield from suppressions(_plain(item), scope, label, document.locate(first))


def _plain(node: Node) -> Any:
    """Texts, lists and mappings, as the template has them; functions have no place here."""
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.value]
    return {name: _plain(value) for name, _, value in entries(node)}
