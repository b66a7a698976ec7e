"""Values as text of a template: YAML on several lines or on one, or JSON.

Values are JSON-like, intrinsic functions in their long form (`{"Ref": "Orders"}`), which YAML gets
in its short one (`!Ref Orders`).
"""

from __future__ import annotations

import json
import re
from typing import Any

STEP = 2
_WIDEST = 70
_PLAIN = re.compile(r"[A-Za-z$][\w./$-]*(::?[\w./-]+)*")
_WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        entries = (f"{flow(name)}: {flow(item)}" for name, item in value.items())
        return _short(value) or f"{{{', '.join(entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # YAML allows what does not print in an escape only.
    return json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())


def block(name: str, value: Any, indent: int) -> list[str]:
    """An entry of a mapping as lines of YAML."""
    lead = f"{' ' * indent}{flow(name)}:"
    if isinstance(value, dict) and value and not _short(value):
        inner = (block(key, item, indent + STEP) for key, item in value.items())
        return [lead, *(line for lines in inner for line in lines)]
    if isinstance(value, list) and len(flow(value)) > _WIDEST:
        return [lead, *(line for item in value for line in element(item, indent + STEP))]
    return [f"{lead} {flow(value)}"]


def element(value: Any, indent: int) -> list[str]:
    """An element of a sequence as lines of YAML."""
    if not isinstance(value, dict) or not value or _short(value):
        return [f"{' ' * indent}- {flow(value)}"]
    lines = [line for name, item in value.items() for line in block(name, item, indent + STEP)]
    return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]


def as_json(value: Any, indent: int | None) -> str:
    """A value as JSON, on one line or with its lines behind `indent` spaces."""
    if indent is None:
        return json.dumps(value, ensure_ascii=False)
    text = json.dumps(value, ensure_ascii=False, indent=STEP)
    return text.replace("\n", f"\n{' ' * indent}")


def _short(value: dict[str, Any]) -> str:
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return f"!Ref {flow(name)}"
        case {"Fn::GetAtt": [str(name), str(attribute)]} if len(value) == 1:
            return f"!GetAtt {name}.{attribute}"
        case {"Fn::Sub": str(text)} if len(value) == 1:
            return f"!Sub {flow(text)}"
    return ""
