"""The metrics that rules ask for, and reading them from a resource."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from auditor.resources import (
    EventBus,
    EventRule,
    Function,
    Queue,
    RawResource,
    Resource,
    StateMachine,
    Stream,
    StreamConsumer,
    Topic,
)
from auditor.traffic.series import HOUR, Series, packed
from auditor.values import UndeterminedError, Unknown

if TYPE_CHECKING:
    from auditor.rules import Rule

# Where a live collector keeps what CloudWatch answered, beside CloudFormation's own properties.
METRICS = "$metrics"
# Our choice: a resource with less than a day of data is too new for percentiles.
_HOURS_FOR_STATISTICS = 24

Dimensions = Mapping[str, str]


def _always(_: RawResource) -> bool:
    return True


class Measure(Struct, frozen=True):
    """One metric of one type of resource, with the statistic that a rule looks at.

    `resolution` is the period in seconds at which CloudWatch aggregates; `only` narrows the
    resources for which it is asked, as every metric asked for costs money. `across` is MAX or AVG
    for the metric of the parts of a resource, such as shards, which are told apart by the dimension
    `part`.
    """

    resource: type[Resource]
    metric: str
    statistic: str = "Sum"
    resolution: int = HOUR
    only: Callable[[RawResource], bool] = _always
    across: str = ""
    part: str = ""

    @property
    def key(self) -> str:
        """What tells it apart from other measures of the same resource."""
        every = "" if self.resolution == HOUR else f" every {self.resolution} s"
        parts = f" {self.across} by {self.part}" if self.part else ""
        return f"{self.metric} {self.statistic}{every}{parts}"

    @property
    def namespace(self) -> str:
        """CloudWatch's namespace."""
        return _SUBJECTS[self.resource][0]

    def dimensions(self, raw: RawResource) -> Dimensions | None:
        """The dimensions under which the metric of a resource is published, if it has it."""
        if raw.type != self.resource.type or not self.only(raw):
            return None
        return _SUBJECTS[self.resource][1](raw)

    def seen(self, resource: Resource) -> Series:
        """The course of the metric; raises `UndeterminedError` when there is no data at all."""
        series = self._series(resource)
        if not series.known:
            raise self._doubt("CloudWatch has no data of a metric that the rule needs")
        return series

    def steady(self, resource: Resource) -> Series:
        """The same; raises `UndeterminedError` also for too little data for statistics."""
        series = self.seen(resource)
        if len(series.known) < _HOURS_FOR_STATISTICS:
            raise self._doubt("CloudWatch has less than a day of data of a metric")
        return series

    def whole(self, resource: Resource) -> Series:
        """The same; raises `UndeterminedError` also where the first day or the last has no data.

        For what is said of the whole window: that nothing happened in it, or never more.
        """
        series = self.steady(resource)
        if not series.first_day() or not series.last_day():
            raise self._doubt("CloudWatch has no values of the whole window")
        return series

    def counter(self, resource: Resource) -> Series:
        """The course of a counter that has no data while nothing happens.

        Only to be asked once another metric has shown that the resource is being measured.
        """
        return self._series(resource)

    def counted(self, resource: Resource) -> float:
        """The total of such a counter."""
        return self._series(resource).total

    def counted_monthly(self, resource: Resource) -> float:
        """The same counter, as many as in a month."""
        return self._series(resource).monthly

    def monthly_if_known(self, resource: Resource) -> float | None:
        """What a counter comes to in a month: for estimates, never for verdicts.

        `None` for a template, for less than a day of data, and where no rule had the metric read.
        """
        try:
            return self.steady(resource).monthly
        except UndeterminedError:
            return None

    def _doubt(self, reason: str) -> UndeterminedError:
        """The same reason for all metrics, as reports sum up by reasons."""
        return UndeterminedError(reason, (METRICS, self.metric))

    def _series(self, resource: Resource) -> Series:
        return resource.once(f"{METRICS} {self.key}", lambda: self._read(resource))

    def _read(self, resource: Resource) -> Series:
        given = resource.peek(METRICS)
        found = given.get(self.key) if isinstance(given, Mapping) else given
        if isinstance(found, Unknown):
            raise self._doubt(found.reason)
        if not isinstance(found, Mapping):
            raise self._doubt("a metric that the rule needs was not read")
        values = found["values"]
        whole = values if isinstance(values, array) else packed(values)
        return Series(self.metric, found["resolution"], whole)


def measured(resources: Iterable[RawResource]) -> bool:
    """Whether metrics were read, of at least one resource."""
    return any(METRICS in raw.properties for raw in resources)


def needed(rules: Iterable[Rule[Any]]) -> tuple[Measure, ...]:
    """The measures that these rules declare, each once."""
    return tuple(dict.fromkeys(measure for rule in rules for measure in rule.needs))


def _named(dimension: str) -> Callable[[RawResource], Dimensions | None]:
    return lambda raw: {dimension: raw.name} if isinstance(raw.name, str) and raw.name else None


def _rule(raw: RawResource) -> Dimensions | None:
    """A rule of the default bus is published under its name alone."""
    given = str(raw.properties.get("EventBusName", "default"))
    # Names of buses of partners have slashes themselves.
    bus = given.rpartition(":event-bus/")[2]
    own = {} if bus == "default" else {"EventBusName": bus}
    return {**own, "RuleName": raw.name} if isinstance(raw.name, str) and raw.name else None


def _region(raw: RawResource) -> Dimensions | None:
    """The default bus, of which each region has one, stands for the account and region."""
    return {} if raw.name == "default" else None


def _consumer(raw: RawResource) -> Dimensions | None:
    stream = str(raw.properties.get("StreamARN", "")).rpartition("/")[2]
    return {"StreamName": stream, "ConsumerName": str(raw.name)} if stream else None


# Dimensions as in metrics.json.
_SUBJECTS: dict[type[Resource], tuple[str, Callable[[RawResource], Dimensions | None]]] = {
    EventBus: ("AWS/Events", _region),
    EventRule: ("AWS/Events", _rule),
    Function: ("AWS/Lambda", _named("FunctionName")),
    Queue: ("AWS/SQS", _named("QueueName")),
    StateMachine: ("AWS/States", lambda raw: {"StateMachineArn": raw.arn} if raw.arn else None),
    Stream: ("AWS/Kinesis", _named("StreamName")),
    StreamConsumer: ("AWS/Kinesis", _consumer),
    Topic: ("AWS/SNS", _named("TopicName")),
}
