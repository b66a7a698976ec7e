"""Reading without losing anything: each call gives its answer or leaves a gap, never both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

from botocore import xform_name
from msgspec import Struct, field

from auditor.collectors.live.availability import offered
from auditor.collectors.live.faults import FAULTS, MALFORMED, SIGNING, CallError, classify
from auditor.collectors.live.operations import (
    ANSWERS,
    client_name,
    operation_name,
    permission,
)
from auditor.collectors.live.session import Clients
from auditor.findings import Gap
from auditor.values import Unknown

T = TypeVar("T")
R = TypeVar("R")

Answer = dict[str, Any]
# What a request calls the token of the next page, and what an answer calls it or how to make it.
Token = tuple[str, str | Callable[[Answer], object]]
NEXT_TOKEN = ("NextToken", "NextToken")
SMALL_NEXT_TOKEN = ("nextToken", "nextToken")
MARKER = ("Marker", "NextMarker")
_AGAIN = "sign in again (aws sso login), then repeat the run"


class Log(Struct):
    """What happened to the calls of an account's readers. Threads only ever append.

    `account` is named in gaps where several accounts are read. Once its credentials have `ended`,
    nothing more is asked.
    """

    account: str = ""
    answers: list[str] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    failures: list[tuple[str, str, str, CallError]] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    ended: CallError | None = None

    def gaps(self) -> tuple[Gap, ...]:
        """One gap for each action, region and reason, naming the first subject and counting.

        What was not asked for any more, as the credentials had ended, is one gap for the account.
        """
        of = f" of account {self.account}" if self.account else ""
        groups: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
        late = sorted({action for action, _, _, error in self.failures if error.ended})
        rest = (
            (Gap(f"{some_of(late)}{of}", f"{self.ended.reason}; {_AGAIN}"),) if self.ended else ()
        )
        for action, region, subject, error in self.failures:
            if error.ended:
                continue
            needed = (error.permission or permission(action)) if error.denied else ""
            groups[action, region, error.reason, needed].append(subject)
        named = tuple(
            Gap(f"{_what(action, region, sorted(subjects))}{of}", reason, needed or None)
            for (action, region, reason, needed), subjects in sorted(groups.items())
        )
        return named + rest


class Reader(Struct, frozen=True):
    """Reads one region of one account. `account` is `None` when it could not be asked for.

    One that is `planning` makes the calls that list, and counts one call for each other.
    """

    clients: Clients
    region: str
    account: str | None
    pool: Executor
    log: Log
    planning: bool = False

    def listing(
        self,
        action: str,
        key: str,
        *types: str,
        token: Token = NEXT_TOKEN,
        subject: str = "",
        **arguments: object,
    ) -> list[Any]:
        """All pages of a list; none where the region does not have the service or the operation.

        When a page fails, what was read until then; `types` then count as not completely read, and
        the gap names the `subject`.
        """
        found: list[Any] = []
        if not offered(self.clients, client_name(action), self.region):
            return found
        try:
            for answer in self._pages(action, token, arguments):
                found += answer.get(key) or ()
        except CallError as error:
            if not error.unsupported:
                self.fail(action, subject, error, types)
        return found

    def detail(self, action: str, subject: str, **arguments: object) -> Answer | Unknown | None:
        """One answer; `None` when the subject does not exist, unknown when it could not be read."""
        if self.planning:
            return self._counted(action)
        try:
            return self._call(action, arguments)
        except CallError as error:
            return self._missed(action, subject, error)

    def details(
        self,
        action: str,
        key: str,
        subject: str,
        token: Token = NEXT_TOKEN,
        **arguments: object,
    ) -> list[Any] | Unknown | None:
        """All pages of a list that belongs to one subject; otherwise like `detail`."""
        if self.planning:
            return self._counted(action)
        found: list[Any] = []
        try:
            for answer in self._pages(action, token, arguments):
                found += answer.get(key) or ()
        except CallError as error:
            return self._missed(action, subject, error)
        return found

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The function's results in the order of the items, computed side by side.

        The function must not use this method itself: it would wait for its own thread.
        """
        return self.pool.map(function, items)

    def arn(self, service: str, resource: str, account: str | None = None) -> str:
        """The ARN of a resource in this region, for where no API tells it."""
        place = f"{self.region}:{account or self.account or ''}"
        return f"arn:{self._partition()}:{service}:{place}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of a resource whose name is unique in the world."""
        return f"arn:{self._partition()}:{service}:::{resource}"

    def _partition(self) -> str:
        return self.clients.session.get_partition_for_region(self.region)

    def fail(self, action: str, subject: str, error: CallError, types: Sequence[str] = ()) -> None:
        """Keep that a call failed, and which types are now not completely read."""
        self.log.failures.append((action, self.region, subject, error))
        for type_ in types:
            self.log.unread[type_] = f"{action} in {self.region}: {error.reason}"

    def _counted(self, action: str) -> Unknown:
        self.log.planned.append(action)
        return Unknown(f"{action} is only counted")

    def _missed(self, action: str, subject: str, error: CallError) -> Unknown | None:
        if error.gone:
            return None
        self.fail(action, subject, error)
        return Unknown(f"{action} on {subject}: {error.reason}")

    def _pages(self, action: str, token: Token, arguments: dict[str, Any]) -> Iterator[Answer]:
        name, following = token
        sent: object = None
        while True:
            answer = self._call(action, arguments)
            yield answer
            received = following(answer) if callable(following) else answer.get(following)
            if not received:
                return
            if received == sent:
                message = "the service repeats the same page"
                raise CallError(message)
            sent = received
            arguments = {**arguments, name: received}

    def _call(self, action: str, arguments: dict[str, Any]) -> Answer:
        if self.log.ended:
            raise self.log.ended
        client = self.clients.get(client_name(action), self.region)
        method = getattr(client, xform_name(operation_name(action)))
        try:
            answer: Answer = method(**arguments)
        except (*FAULTS, *MALFORMED, *SIGNING) as error:
            cause = classify(error)
            if cause.ended:
                self.log.ended = cause
            raise cause from error
        key = ANSWERS[action]
        if key and answer.get(key) is None:
            message = f"the answer lacks {key}"
            raise CallError(message)
        self.log.answers.append(action)
        return answer


def _what(action: str, region: str, subjects: Sequence[str]) -> str:
    if not subjects[0]:
        return f"{action} in {region}"
    return f"{action} on {some_of(subjects)} in {region}"


def some_of(names: Sequence[str]) -> str:
    """The first name, and how many more there are."""
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
