"""A rule: a decorated, typed generator, and the value that the decorator makes of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.findings import Category, Confidence, Match, Severity
from auditor.resources.base import Resource

if TYPE_CHECKING:
    from auditor.graph import Graph
    from auditor.traffic import Measure

R = TypeVar("R", bound=Resource)
_ID = re.compile(r"[A-Z]{3,4}\d{3}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
Body = Callable[[R, "Graph"], Iterable[Match]]


class Rule(Struct, Generic[R], frozen=True):
    """What is checked. `id` is the catalogue's, `name` states the problem.

    `guide` names the section of the guide and its lines. A pedantic rule is an opinion or a
    heuristic: it runs only when asked for. `options` are the body's keyword arguments with their
    values: thresholds that are a matter of judgement, and whom to trust. `overridden` says that the
    severity is the user's, and not for the body to vary. `needs` are the metrics without which it
    is not applicable.
    """

    id: str
    name: str
    severity: Severity
    category: Category
    confidence: Confidence
    guide: str
    remediation: str
    applies_to: tuple[type[R], ...]
    body: Callable[..., Iterable[Match]]
    pedantic: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    overridden: bool = False
    needs: tuple[Measure, ...] = ()

    def __hash__(self) -> int:
        return hash(self.id)  # options may hold lists

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.id, self.severity, self.options, self.overridden)

    @property
    def run(self) -> Callable[[R, Graph], Iterable[Match]]:
        """Gives the matches of one resource; raises `UndeterminedError` when it cannot tell."""
        return partial(self.body, **self.options) if self.options else self.body

    def with_severity(self, severity: Severity) -> Rule[R]:
        """The rule with a severity that the user has chosen."""
        return replace(self, severity=severity, overridden=True)

    @property
    def thresholds(self) -> dict[str, float]:
        """The options that are numbers, called as in a configuration file."""
        return {
            name.replace("_", "-"): value
            for name, value in self.options.items()
            if isinstance(value, int | float)
        }

    def with_options(self, options: Mapping[str, Any]) -> Rule[R]:
        """The rule with other values for some of its options."""
        return replace(self, options={**self.options, **options})

    def severity_of(self, match: Match) -> Severity:
        """How bad a match is."""
        return self.severity if self.overridden else match.severity or self.severity

    @property
    def documentation(self) -> str:
        """The docstring: what is wrong and why, without indentation."""
        return inspect.cleandoc(self.body.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the documentation, on one line."""
        return self.documentation.partition("\n\n")[0].replace("\n", " ")


def _again(id_: str, severity: Severity, options: Mapping[str, Any], overridden: bool) -> Rule[Any]:
    """The rule that was sent from another process, as it was tuned there."""
    from auditor.loading import installed

    return replace(installed(id_), severity=severity, options=options, overridden=overridden)


def rule(
    id: str,
    name: str,
    *,
    severity: Severity,
    category: Category,
    guide: str,
    remediation: str,
    applies_to: type[R] | Sequence[type[R]],
    confidence: Confidence = Confidence.HIGH,
    pedantic: bool = False,
    needs: Sequence[Measure] = (),
) -> Callable[[Body[R]], Rule[R]]:
    """Declare a rule; raises `ValueError` for a declaration that reports could not show."""
    if not _ID.fullmatch(id) or not _NAME.fullmatch(name):
        raise ValueError(
            f"rule {id!r} {name!r}: expected the likes of SQS030 and queue-without-dlq"
        )
    types = (applies_to,) if isinstance(applies_to, type) else tuple(applies_to)

    def declare(body: Body[R]) -> Rule[R]:
        if not body.__doc__:
            raise ValueError(f"rule {id} has no docstring")
        return Rule(
            id,
            name,
            severity,
            category,
            confidence,
            guide,
            inspect.cleandoc(remediation),
            types,
            body,
            pedantic,
            _options(body),
            needs=tuple(needs),
        )

    return declare


def _options(body: Callable[..., object]) -> dict[str, Any]:
    """The keyword arguments of a body with their defaults."""
    return dict(getattr(body, "__kwdefaults__", None) or {})
