"""What limits traffic: the quota that an account was granted, else the default of its region."""

from __future__ import annotations

from auditor.data import limits
from auditor.data.regions import quota
from auditor.resources import EventBus, Topic


def granted(resource: EventBus | Topic, name: str, used: float) -> float:
    """The quota, of which so much is used; raises `UndeterminedError` where neither is known."""
    return float(resource.quotas.get(name) or quota(name, resource.raw.region or "", used))


def publishing(topic: Topic, used: float) -> float:
    """The messages a second that a topic takes, of which so many are published."""
    limit = granted(topic, "sns.publish", used)
    if topic.fifo and topic.throughput_scope == "Topic":
        return min(limit, limits.FIFO_TOPIC_MESSAGES_PER_SECOND)
    return limit
