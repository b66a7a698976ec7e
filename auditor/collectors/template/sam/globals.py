"""The Globals section: what SAM adds to the properties of every resource of a type.

Rules: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
sam-specification-template-anatomy-globals.html ("Overridable" and "Additive").
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from auditor.collectors.template.declared import Origin
from auditor.collectors.template.sam.making import block, nodes
from auditor.values import Block, Listing, Unknown

PREFIX = "AWS::Serverless::"
_REPLACED = {"Architectures"}


class _Everything:
    def __contains__(self, item: object) -> bool:
        return True


def merge_globals(type_: str, properties: Block, globals_: Block, ignored: object = None) -> Block:
    """The properties of a SAM resource with the defaults of its Globals section.

    `ignored` is the resource attribute `IgnoreGlobals`: `"*"` or a list of property names.
    """
    section = globals_.get(type_.removeprefix(PREFIX), globals_.unread)
    if section is None:
        return properties
    defaults = block(section, f"Globals.{type_.removeprefix(PREFIX)}")
    skipped = _skipped(ignored)
    kept = {name: value for name, value in defaults.items() if name not in skipped}
    unread = None if isinstance(skipped, _Everything) else defaults.unread
    return _mappings(Block(kept, defaults.origin, unread), properties)


def _skipped(ignored: object) -> Container[object]:
    if ignored == "*":
        return _Everything()
    return ignored if isinstance(ignored, list) else ()


def _mappings(defaults: Block, own: Block) -> Block:
    if not defaults and defaults.unread is None:
        return own
    items: dict[str, Any] = dict(defaults)
    for name, value in own.items():
        items[name] = _merged(name, defaults[name], value) if name in defaults else value
    origin = Origin((*nodes(own), *nodes(defaults)))
    return Block(items, origin, own.unread or defaults.unread)


def _merged(name: str, default: object, own: object) -> object:
    if isinstance(default, Block) and isinstance(own, Block):
        return _mappings(default, own)
    if isinstance(default, list) and isinstance(own, list) and name not in _REPLACED:
        return Listing([*default, *own], getattr(own, "origin", None))
    if isinstance(own, Unknown) and isinstance(default, Block | list):
        return Unknown(f"{own.reason} (merged with Globals)", None, own.external)
    return own
