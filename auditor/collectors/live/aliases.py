"""Permissions of function versions and aliases: each has a policy of its own.

Asking every function for all of them would cost many calls, so only those that a rule, a
subscription or a bucket invokes are asked for, once all have been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from auditor.arns import Arn
from auditor.collectors.live.functions import permissions
from auditor.collectors.live.reader import Reader
from auditor.resources import Bucket, EventRule, Permission, Subscription
from auditor.resources.base import RawResource

TYPES = (Permission.type,)

_QUALIFIED = 3


def collect(reader: Reader, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """The permissions of the qualified functions of the reader's region that these invoke."""
    here = qualified(resources, reader.region)
    return chain.from_iterable(reader.each(lambda arn: _permissions(reader, arn), here))


def qualified(resources: Iterable[RawResource], region: str) -> list[str]:
    """The versions and aliases of functions of a region that these invoke."""
    invoked = sorted(set(chain.from_iterable(map(_invoked, resources))))
    return [text for text in invoked if _qualified(text, region)]


def _invoked(raw: RawResource) -> Iterator[str]:
    if raw.type == Subscription.type:
        yield str(raw.properties.get("Endpoint"))
    if raw.type == EventRule.type:
        yield from _ends(raw.properties.get("Targets"), "Arn")
    if raw.type == Bucket.type:
        notifications = raw.properties.get("NotificationConfiguration") or {}
        yield from _ends(notifications.get("LambdaConfigurations"), "Function")


def _ends(listed: object, name: str) -> Iterator[str]:
    return (str(item.get(name)) for item in listed) if isinstance(listed, list) else iter(())


def _qualified(text: str, region: str) -> bool:
    arn = Arn.parse(text)
    return (
        arn is not None
        and (arn.service, arn.region) == ("lambda", region)
        and len(arn.resource.split(":")) == _QUALIFIED
    )


def _permissions(reader: Reader, arn: str) -> list[RawResource]:
    function, _, qualifier = arn.rpartition(":")
    return permissions(reader, arn, FunctionName=function, Qualifier=qualifier)
