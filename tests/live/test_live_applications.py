"""Applications for mobile push: what is read of them, and regions that have none."""

from __future__ import annotations

import datetime as dt

import pytest

from auditor.collectors.live import applications
from auditor.engine import judge
from auditor.findings import Outcome
from auditor.graph import EdgeKind
from auditor.linking import build_graph
from auditor.resources import PlatformApplication, Topic
from auditor.resources.sns import CERTIFICATE_DAYS
from checks.sns.applications import push_fails_unnoticed
from tests.live.conftest import Account
from tests.live.faulty import FaultyAws, xml_error
from tests.live.reading import arn, collect, only, properties

SHOP = arn("sns", "app/APNS/shop")
ROLE = "arn:aws:iam::123456789012:role/feedback"
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def make(account: Account) -> None:
    account.client("sns").create_platform_application(
        Name="shop", Platform="APNS",
        Attributes={
            "PlatformCredential": "a secret", "FailureFeedbackRoleArn": ROLE,
            "EventDeliveryFailure": arn("sns", "failures"),
        },
    )  # fmt: skip


def test_application_with_its_topics_and_without_secrets(account: Account) -> None:
    account.client("sns").create_topic(Name="failures")
    make(account)
    unit = collect(account.url)
    assert only(unit, PlatformApplication.type).id == SHOP
    assert properties(unit, PlatformApplication.type) == {
        "EventDeliveryFailure": arn("sns", "failures"), "FailureFeedbackRoleArn": ROLE,
    }  # fmt: skip
    graph = build_graph(unit.readings[0].resources, {})
    (topic,) = graph.resources(Topic)
    (edge,) = graph.incoming(topic, EdgeKind.NOTIFIES)
    assert edge.via.id == SHOP


@pytest.mark.parametrize(
    ("expires", "days"),
    [("2026-11-24T11:00:00Z", -1), ("2026-11-25T11:00:00Z", 0), ("2027-01-03T12:00:00Z", 40)],
)
def test_days_of_a_certificate(expires: str, days: int) -> None:
    recorded = {"Enabled": "true", "AppleCertificateExpirationDate": expires}
    raw = applications.transform(SHOP, recorded, NOW)
    assert raw.name == "shop"
    assert raw.properties == {CERTIFICATE_DAYS: days}


def test_region_that_cannot_push_has_no_application(account: Account, faulty: FaultyAws) -> None:
    message = "Operation (ListPlatformApplications) is not supported in this region"
    faulty.answer("ListPlatformApplications", xml_error("InvalidAction", 400, message))
    unit = collect(faulty.url)
    assert unit.gaps == ()
    assert PlatformApplication.type not in unit.readings[0].unread


def test_application_that_may_not_be_read_is_undetermined(
    account: Account, faulty: FaultyAws
) -> None:
    make(account)
    faulty.answer("GetPlatformApplicationAttributes", xml_error("AuthorizationError"))
    unit = collect(faulty.url)
    assert [gap.permission for gap in unit.gaps] == ["sns:GetPlatformApplicationAttributes"]
    (found,) = judge(unit, [push_fails_unnoticed]).findings
    assert found.outcome is Outcome.UNDETERMINED
