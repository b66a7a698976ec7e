"""Typed resources: the nodes of the graph."""

from __future__ import annotations

from auditor.resources.apis import ApiIntegration, RestMethod
from auditor.resources.base import RawResource, Resource
from auditor.resources.cloudwatch import Alarm, CompositeAlarm
from auditor.resources.events import (
    Archive,
    Discoverer,
    EventBus,
    EventBusPolicy,
    EventRule,
    Pipe,
    Schedule,
    Target,
)
from auditor.resources.functions import (
    EventInvokeConfig,
    EventSourceMapping,
    Function,
    FunctionPolicy,
    Permission,
    StateMachine,
)
from auditor.resources.identity import (
    Group,
    Key,
    KeyAlias,
    ManagedPolicy,
    Policy,
    Role,
    RolePolicy,
    User,
)
from auditor.resources.network import (
    Route,
    SecurityGroup,
    SecurityGroupIngress,
    Subnet,
    Vpc,
    VpcEndpoint,
)
from auditor.resources.sns import (
    PlatformApplication,
    Subscription,
    Topic,
    TopicInlinePolicy,
    TopicPolicy,
)
from auditor.resources.sources import Bucket, BucketNotifications, IotRule, Table
from auditor.resources.sqs import Queue, QueueInlinePolicy, QueuePolicy
from auditor.resources.streams import (
    AnalyticsApplication,
    Channel,
    DeliveryStream,
    SqlApplication,
    Stream,
    StreamConsumer,
)

TYPES: dict[str, type[Resource]] = {
    cls.type: cls
    for cls in (
        Alarm, AnalyticsApplication, ApiIntegration, Archive, Bucket, BucketNotifications, Channel,
        CompositeAlarm, DeliveryStream, Discoverer, EventBus, EventBusPolicy, EventInvokeConfig,
        EventRule, EventSourceMapping, Function, FunctionPolicy, Group, IotRule, Key, KeyAlias,
        ManagedPolicy, Permission, Pipe, PlatformApplication, Policy, Queue, QueueInlinePolicy,
        QueuePolicy, RestMethod, Role, RolePolicy, Route, Schedule, SecurityGroup,
        SecurityGroupIngress,
        SqlApplication, StateMachine, Stream, StreamConsumer, Subnet, Subscription, Table, Topic,
        TopicInlinePolicy, TopicPolicy, User, Vpc, VpcEndpoint,
    )
}  # fmt: skip


def typed(raw: RawResource) -> Resource | None:
    """The typed resource, or `None` for a type that no rule and no edge looks at."""
    cls = TYPES.get(raw.type)
    return cls(raw) if cls else None


__all__ = [
    "TYPES", "Alarm", "AnalyticsApplication", "ApiIntegration", "Archive", "Bucket",
    "BucketNotifications", "Channel", "CompositeAlarm", "DeliveryStream", "Discoverer",
    "EventBus", "EventBusPolicy", "EventInvokeConfig", "EventRule", "EventSourceMapping",
    "Function", "FunctionPolicy", "Group", "IotRule", "Key", "KeyAlias", "ManagedPolicy",
    "Permission", "Pipe", "PlatformApplication", "Policy", "Queue", "QueueInlinePolicy",
    "QueuePolicy", "RawResource", "Resource", "RestMethod", "Role",
    "RolePolicy", "Route", "Schedule", "SecurityGroup", "SecurityGroupIngress",
    "SqlApplication", "StateMachine", "Stream", "StreamConsumer", "Subnet", "Subscription",
    "Table", "Target", "Topic", "TopicInlinePolicy", "TopicPolicy", "User", "Vpc",
    "VpcEndpoint", "typed",
]  # fmt: skip
