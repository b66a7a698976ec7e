"""The states of a workflow as typed views.

A field is read when it is asked for: one that is unknown or of the wrong type raises
`UndeterminedError` then, and hides nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from auditor.values import (
    PropertyPath,
    Readable,
    Unknown,
    View,
    integer,
    mapping,
    number,
    optional,
    read,
    text,
    texts,
)

if TYPE_CHECKING:
    from auditor.statelang.scope import Scope

V = TypeVar("V", bound=View)

ALL_ERRORS = "States.ALL"
TASK_FAILED = "States.TaskFailed"
# States.ALL does not catch these, States.TaskFailed does not catch a timeout: developer guide,
# "Handling errors in Step Functions workflows".
NEVER_CAUGHT_BY_ALL = ("States.DataLimitExceeded", "States.Runtime")
TIMEOUT = "States.Timeout"


class Handler(View):
    """What a retrier and a catcher have in common: the errors they are for."""

    errors = Readable("ErrorEquals", texts)

    def covers(self, error: str) -> bool:
        """Whether it handles an error of a task; raises `UndeterminedError` when unread."""
        if error in self.errors:
            return True
        if ALL_ERRORS in self.errors:
            return error not in NEVER_CAUGHT_BY_ALL
        return TASK_FAILED in self.errors and error != TIMEOUT


class Retrier(Handler):
    """One element of `Retry`; defaults are those of the language."""

    interval_seconds = Readable("IntervalSeconds", integer, 1)
    max_attempts = Readable("MaxAttempts", integer, 3)
    backoff_rate = Readable("BackoffRate", number, 2.0)
    max_delay_seconds = Readable("MaxDelaySeconds", optional(integer), None)
    jitter = Readable("JitterStrategy", text, "NONE")


class Catcher(Handler):
    """One element of `Catch`."""

    next = Readable("Next", text)


class Transition(Struct, frozen=True):
    """Where a state may go on: `target` is a state's name, unknown, or of the wrong type."""

    target: object
    path: PropertyPath
    caught: bool = False


class State(View):
    """Any state; one without a known type is nothing more."""

    language = Readable("QueryLanguage", text, "")

    def __init__(
        self, name: str, properties: Mapping[str, Any], path: PropertyPath, scope: Scope
    ) -> None:
        super().__init__(properties, path)
        self.name = name
        self.scope = scope

    @property
    def jsonata(self) -> bool:
        """Whether expressions are JSONata; the machine says it for all states without their own."""
        return (self.language or self.scope.language) == "JSONata"

    @property
    def ends(self) -> bool:
        """Whether the scope may end here."""
        return self.peek("Type") in ("Succeed", "Fail") or self.peek("End") in (True, "true")

    def transitions(self) -> Iterator[Transition]:
        """All ways out of the state inside its scope, unread ones as well."""
        yield from self._way("Next")
        if self.peek("Type") == "Choice":
            yield from self._way("Default")
            yield from self._ways("Choices")
        yield from self._ways("Catch", caught=True)

    def _way(self, name: str) -> Iterator[Transition]:
        target = self.peek(name)
        if target is not None:
            yield Transition(target, (*self.path, name))

    def _ways(self, name: str, *, caught: bool = False) -> Iterator[Transition]:
        for item, path in elements(self.peek(name), (*self.path, name)):
            target = View(item).peek("Next") if isinstance(item, dict) else item
            if isinstance(item, dict | Unknown) and target is not None:
                yield Transition(target, (*path, "Next"), caught)

    def enclosing(self) -> Iterator[State]:
        """The Parallel and Map states around it, the innermost first."""
        owner = self.scope.owner
        while owner is not None:
            yield owner
            owner = owner.scope.owner

    def retriers(self) -> tuple[Retrier, ...]:
        """The elements of `Retry`."""
        return _handlers(self, "Retry", Retrier)

    def catchers(self) -> tuple[Catcher, ...]:
        """The elements of `Catch`."""
        return _handlers(self, "Catch", Catcher)

    def catches_all(self) -> bool:
        """Whether any failure of the state leads on to a handler."""
        return any(ALL_ERRORS in catcher.errors for catcher in self.catchers())

    def fails_its_scope(self) -> bool:
        """Whether an error here ends the execution: neither it nor a state around it catches."""
        return not any(state.catches_all() for state in (self, *self.enclosing()))


class Task(State):
    """Work done elsewhere."""

    resource = Readable("Resource", text)

    @property
    def arguments(self) -> View:
        """What it sends: `Arguments` in JSONata, else `Parameters`.

        Raises `UndeterminedError` when unread, or an expression that the execution evaluates.
        """
        name = "Arguments" if self.jsonata else "Parameters"
        return View(read(self.peek(name), mapping, (*self.path, name), {}), (*self.path, name))


class Choice(State):
    """Branches by conditions."""


class Wait(State):
    """A pause."""

    @property
    def seconds(self) -> int | None:
        """The length in seconds where it is a constant."""
        value = self.peek("Seconds")
        if isinstance(value, str) and value.lstrip().startswith("{%"):
            return None
        return read(value, optional(integer), (*self.path, "Seconds"), None)


class Fail(State):
    """The end of an execution that failed."""


class Parallel(State):
    """Branches that run at the same time."""


class ProcessorConfig(View):
    """How the iterations of a Map run."""

    mode = Readable("Mode", text, "INLINE")
    execution_type = Readable("ExecutionType", text, "STANDARD")


class Map(State):
    """The same steps for each item."""

    @property
    def config(self) -> ProcessorConfig:
        """The processor's configuration; the older `Iterator` is always inline."""
        path = (*self.path, "ItemProcessor")
        processor = View(read(self.peek("ItemProcessor"), mapping, path, {}), path)
        path = (*path, "ProcessorConfig")
        return ProcessorConfig(read(processor.peek("ProcessorConfig"), mapping, path, {}), path)

    @property
    def distributed(self) -> bool:
        """Whether each iteration is an execution of its own."""
        return self.config.mode == "DISTRIBUTED"


KINDS: Mapping[str, type[State]] = {
    "Task": Task, "Choice": Choice, "Wait": Wait, "Fail": Fail, "Parallel": Parallel, "Map": Map,
    "Pass": State, "Succeed": State,
}  # fmt: skip


def elements(value: object, path: PropertyPath) -> Iterator[tuple[object, PropertyPath]]:
    """The elements of a list with their paths; an unknown list is one unknown element."""
    if isinstance(value, Unknown):
        yield value, path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield item, (*path, index)


def _handlers(state: State, name: str, cls: type[V]) -> tuple[V, ...]:
    """One unknown or misshapen element makes the list unknown."""
    found = elements(state.peek(name), (*state.path, name))
    return tuple(cls(read(item, mapping, path), path) for item, path in found)
