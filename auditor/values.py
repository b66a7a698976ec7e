"""Values as a template or an account gives them, and the guard that keeps unread ones apart.

A value is JSON-like (`None`, `bool`, `int`, `float`, `str`, mapping, sequence) or `Unknown`. A rule
never meets `Unknown`: it reads typed fields, and reading an unknown one raises `UndeterminedError`.

Text may hold symbols such as `${AWS::Region}` or `${OrdersQueue}` (the name that AWS will
generate); such text is known in the sense that matters here: it equals itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

from msgspec import Struct

T = TypeVar("T")
V = TypeVar("V", bound="View")

PropertyPath = tuple[str | int, ...]


class Unknown(Struct, frozen=True):
    """A value that could not be read, and why.

    `text` is what is known of it when it is text (`${Stage}-orders`): equal texts are equal values.
    `external` says that it comes from outside the stack (a parameter, an import), so that it cannot
    name a resource which the same stack creates.
    """

    reason: str
    text: str | None = None
    external: bool = False


class UndeterminedError(Exception):
    """A rule needed a value or an edge that could not be read."""

    def __init__(self, reason: str, path: PropertyPath = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


class Block(dict[str, Any]):
    """A mapping that remembers the node it was read from, and whether keys may exist unread."""

    __slots__ = ("origin", "unread")

    def __init__(
        self,
        items: Mapping[str, Any] | Sequence[tuple[str, Any]] = (),
        origin: object = None,
        unread: Unknown | None = None,
    ) -> None:
        super().__init__(items)
        self.origin = origin
        self.unread = unread


class Listing(list[Any]):
    """A sequence that remembers the node it was read from."""

    __slots__ = ("origin",)

    def __init__(self, items: Sequence[Any] = (), origin: object = None) -> None:
        super().__init__(items)
        self.origin = origin


_ABSENT: Any = object()
Parser = Callable[[object, PropertyPath], T]


class View:
    """A typed reading of one mapping; `path` is where the mapping stands in its resource."""

    __slots__ = ("__dict__", "path", "properties")

    def __init__(self, properties: Mapping[str, Any], path: PropertyPath = ()) -> None:
        self.properties = properties
        self.path = path

    def peek(self, name: str) -> object:
        """The value as read: `None` when absent, `Unknown` when it could not be read."""
        value: object = self.properties.get(name, _ABSENT)
        if value is not _ABSENT:
            return value
        return getattr(self.properties, "unread", None)

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What `make` gives: worked out when first asked for, kept as long as the view itself.

        `what` must differ from the names of all attributes.
        """
        result: T = self.__dict__.get(what, _ABSENT)
        if result is _ABSENT:
            result = self.__dict__[what] = make()
        return result

    def has(self, name: str) -> bool:
        """Whether the property is set to anything; an unknown value is, an unread one raises."""
        if name in self.properties:
            return self.properties[name] is not None
        if isinstance(unread := self.peek(name), Unknown):
            raise UndeterminedError(unread.reason, (*self.path, name))
        return False


class Readable(Generic[T]):
    """A field of a `View`: typed when it can be read, `UndeterminedError` when it cannot."""

    # The type comes from the parser alone: with a default of `()` it would become `tuple[()]`.
    def __init__(self, name: str, parse: Parser[T], default: Any = _ABSENT) -> None:
        self.name = name
        self.parse = parse
        self.default: T = default
        self.attribute = name

    def __set_name__(self, owner: type[View], attribute: str) -> None:
        self.attribute = attribute

    @overload
    def __get__(self, view: None, owner: type[View]) -> Readable[T]: ...
    @overload
    def __get__(self, view: View, owner: type[View]) -> T: ...
    def __get__(self, view: View | None, owner: type[View]) -> Readable[T] | T:
        if view is None:
            return self
        value = view.peek(self.name)
        if value is None and self.default is not _ABSENT:
            value = self.default  # as nearly always
        else:
            value = read(value, self.parse, (*view.path, self.name), self.default)
        # The instance dictionary shadows this descriptor from now on: each field is parsed once.
        view.__dict__[self.attribute] = value
        return value


def read(raw: object, parse: Parser[T], path: PropertyPath, default: T = _ABSENT) -> T:
    """Parse `raw`, or give the default when it is absent.

    Raises `UndeterminedError` when it is unknown, of the wrong type, or absent without a default.
    """
    if isinstance(raw, Unknown):
        raw = document(raw)
    if isinstance(raw, Unknown):
        raise UndeterminedError(raw.reason, path)
    if raw is None:
        if default is _ABSENT:
            raise UndeterminedError(f"{dotted(path)} is missing", path)
        return default
    return parse(raw, path)


def dotted(path: PropertyPath) -> str:
    """`("Policies", 0, "PolicyName")` as `Policies[0].PolicyName`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def _wrong(raw: object, path: PropertyPath, wanted: str) -> UndeterminedError:
    shown = json.dumps(raw, default=str)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return UndeterminedError(f"{dotted(path)} should be {wanted}, but it is {shown}", path)


def text(raw: object, path: PropertyPath) -> str:
    """Text; numbers count, as CloudFormation turns them into text itself."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    raise _wrong(raw, path, "text")


def integer(raw: object, path: PropertyPath) -> int:
    """A whole number, also written as text."""
    if isinstance(raw, int | float | str) and not isinstance(raw, bool):
        try:
            if float(raw).is_integer():
                return int(float(raw))
        except (ValueError, OverflowError):
            pass
    raise _wrong(raw, path, "a whole number")


def number(raw: object, path: PropertyPath) -> float:
    """A number, also written as text."""
    if isinstance(raw, int | float | str) and not isinstance(raw, bool):
        try:
            return float(raw)
        except ValueError:
            pass
    raise _wrong(raw, path, "a number")


def boolean(raw: object, path: PropertyPath) -> bool:
    """True or false, also written as text."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    raise _wrong(raw, path, "true or false")


def mapping(raw: object, path: PropertyPath) -> Mapping[str, Any]:
    """A mapping, also written as JSON text (policies, redrive policies, event patterns)."""
    if isinstance(raw, dict):
        return raw
    raw = document(raw)
    if isinstance(raw, Unknown):
        raise UndeterminedError(raw.reason, path)
    if isinstance(raw, dict):
        return raw
    raise _wrong(raw, path, "a mapping")


def settle_keys(value: object, path: PropertyPath) -> None:
    """Raises `UndeterminedError` when a mapping may have more keys than were read."""
    if unread := getattr(value, "unread", None):
        raise UndeterminedError(unread.reason, path)


def document(raw: object) -> object:
    """JSON text as the value it stands for; everything else, and broken JSON, as it is.

    Of text that is unknown in parts (a parameter inside a policy), only those parts stay unknown.
    """
    text_ = raw.text if isinstance(raw, Unknown) else raw
    if not isinstance(text_, str) or not text_.lstrip().startswith(("{", "[")):
        return raw
    try:
        parsed: object = json.loads(text_)
    except (ValueError, RecursionError):
        return raw
    return _doubtful(parsed, raw) if isinstance(raw, Unknown) else parsed


def _doubtful(value: object, whole: Unknown) -> object:
    if isinstance(value, dict):
        return Block({name: _doubtful(item, whole) for name, item in value.items()})
    if isinstance(value, list):
        return Listing([_doubtful(item, whole) for item in value])
    if isinstance(value, str) and "${" in value:
        return Unknown(whole.reason, value, whole.external)
    return value


def sequence(raw: object, path: PropertyPath) -> list[Any]:
    """A list; a single value counts as a list of one."""
    return raw if isinstance(raw, list) else [raw]


def view(cls: type[V]) -> Parser[V]:
    """A parser for a nested mapping."""
    return lambda raw, path: cls(mapping(raw, path), path)


def views(cls: type[V]) -> Parser[tuple[V, ...]]:
    """A parser for a list of nested mappings; one unknown element makes the list unknown."""

    def parse(raw: object, path: PropertyPath) -> tuple[V, ...]:
        items = sequence(raw, path)
        return tuple(
            cls(read(item, mapping, (*path, index)), (*path, index))
            for index, item in enumerate(items)
        )

    return parse


def texts(raw: object, path: PropertyPath) -> tuple[str, ...]:
    """A parser for a list of texts; one unknown element makes the list unknown."""
    return tuple(read(item, text, (*path, index)) for index, item in enumerate(sequence(raw, path)))


def optional(parse: Parser[T]) -> Parser[T | None]:
    """The same parser, for a field whose default is `None`."""
    return parse
