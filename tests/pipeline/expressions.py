"""The part of GitHub's expressions that the action and the workflow use.

https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# Contexts such as `steps`, each a mapping of mappings.
Contexts = Mapping[str, Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<symbol>&&|\|\||==|!=|[!()])|(?P<name>[\w.-]+))"
)


def substituted(text: str, contexts: Contexts) -> str:
    """The text with each `${{ }}` replaced by its value."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: shown(evaluate(found[1], contexts)), text)


def holds(condition: str, contexts: Contexts, failed: bool) -> bool:
    """Whether a step runs: without a function that asks for the status, only after successes."""
    text = condition.strip().removeprefix("${{").removesuffix("}}")
    asks = re.search(r"\b(always|cancelled|failure|success)\(\)", text)
    return (bool(asks) or not failed) and bool(evaluate(text, contexts))


def shown(value: object) -> str:
    """A value as text, the way a runner writes it."""
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool | int) else str(value)


def evaluate(text: str, contexts: Contexts) -> Any:
    """The value of an expression; a property that is missing is `None`."""
    parser = _Parser(_tokens(text), contexts)
    value = parser.either()
    assert not parser.tokens, f"not understood: {parser.tokens} in {text}"
    return value


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found, f"not understood: {text[position:]}"
        tokens.append(found[0].strip())
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str], contexts: Contexts) -> None:
        self.tokens = tokens
        self.contexts = contexts

    def either(self) -> Any:
        value = self.both()
        while self.taken("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.taken("&&"):
            other = self.compared()
            value = other if value else value
        return value

    def compared(self) -> Any:
        value = self.single()
        for symbol, negated in (("==", False), ("!=", True)):
            if self.taken(symbol):
                return _equal(value, self.single()) != negated
        return value

    def single(self) -> Any:
        if self.taken("!"):
            return not self.single()
        if self.taken("("):
            value = self.either()
            assert self.taken(")")
            return value
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self.taken("("):
            return self.called(token)
        return self.looked_up(token)

    def called(self, name: str) -> Any:
        if self.taken(")"):
            assert name == "cancelled"
            return False
        assert name in ("toJSON", "fromJSON")
        argument = self.either()
        assert self.taken(")")
        return self.property_of(json.dumps(argument) if name == "toJSON" else json.loads(argument))

    def property_of(self, value: Any) -> Any:
        if self.tokens and self.tokens[0].startswith("."):
            return value.get(self.tokens.pop(0).removeprefix("."))
        return value

    def looked_up(self, name: str) -> Any:
        if name in ("true", "false"):
            return name == "true"
        value: Any = self.contexts
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def taken(self, symbol: str) -> bool:
        if self.tokens[:1] == [symbol]:
            self.tokens.pop(0)
            return True
        return False


def _equal(one: Any, other: Any) -> bool:
    """Different types are compared as numbers: `null` is 0, `true` is 1."""
    if type(one) is type(other):
        return bool(one == other)
    return float(one or 0) == float(other or 0)
