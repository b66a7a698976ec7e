"""A template and the account that it becomes get the same findings: the words are the same."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from auditor.collectors.live import collector
from auditor.collectors.live.collector import SERVICES
from auditor.collectors.template.collect import TemplateCollector
from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.inventory import Unit
from auditor.loading import load_rules
from tests.live.conftest import Account
from tests.live.deploying import Deployed
from tests.live.reading import collect

# Resources of types that moto's CloudFormation lacks are made by API calls instead.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse")

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = {rule.name: rule for rule in load_rules()}
COLLECTED = {type_ for service in SERVICES for type_ in service.types}

REFUSED = "no account can have it: AWS (and moto) refuse to create it"
STATE = "it is the state of an account, which no template makes"
MOTO = "moto does not create, keep or answer what it looks at"
# Rules that are not the same for an account, and why.
EXCEPTIONS = {
    "api-role-too-narrow": MOTO,
    "api-without-role": REFUSED,
    "bus-open-to-unlisted-account": MOTO,
    "bus-without-schemas": MOTO,
    "delivery-not-watched": MOTO,
    "dlq-mismatch": REFUSED,
    "dlq-target-not-a-queue": REFUSED,
    "duplicate-subscription": "SNS makes one subscription of two equal ones",
    "encrypted-bus-pitfall": MOTO,
    "filter-policy-refused": REFUSED,
    "fragile-channel": MOTO,
    "fragile-delivery-stream": MOTO,
    "function-destination-out-of-reach": MOTO,
    "function-invokes-function": MOTO,
    "iot-role-too-narrow": MOTO,
    "iot-rule-without-error-action": MOTO,
    "mail-needs-confirmation": MOTO,
    "messages-of-all-resources": "an account has inline policies only inside identities",
    "open-bus-policy": MOTO,
    "others-manage-rules-of-bus": MOTO,
    "outdated-flink-runtime": MOTO,
    "own-key-missing": MOTO,
    "partner-bus-without-its-source": REFUSED,
    "permission-for-any-account": "an account names permissions otherwise",
    "queue-smaller-than-topic": MOTO,
    "record-too-large-for-function": MOTO,
    "redrive-not-finished": STATE,
    "sender-chooses-any-source": MOTO,
    "shards-contradict-mode": REFUSED,
    "sql-analytics-application": MOTO,
    "standard-topic-to-fifo-queue": REFUSED,
    "standard-workflow-behind-synchronous-api": MOTO,
    "stream-only-for-firehose": MOTO,
    "streams-near-account-quota": STATE,
    "subscribers-refuse-large-messages": MOTO,
    "subscription-not-confirmed": MOTO,
    "subscription-through-own-api": MOTO,
    "text-messages-hardly-paid-for": STATE,
    "unknown-queue-property": REFUSED,
    "unsupported-event-source": REFUSED,
    "workflow-outlives-its-api": MOTO,
}


# Of several equal resources the rule names one, and an account orders them by random ids.
NAMES_ONE_OF_SEVERAL = {"source-mapped-twice"}


def read(fixture: str) -> Unit:
    (unit,) = TemplateCollector([str(FIXTURES / fixture)]).collect()
    return unit


def violations(fixture: str, unit: Unit) -> list[Finding]:
    found = judge(unit, [RULES[Path(fixture).parent.name]]).findings
    return [finding for finding in found if finding.outcome is Outcome.VIOLATION]


def deployable(text: str) -> bool:
    """Whether the template alone says what to create, without a transform that moto lacks."""
    composed = yaml.compose(text, yaml.SafeLoader)
    assert isinstance(composed, yaml.MappingNode)
    parameters = {name.value: value for name, value in composed.value}.get("Parameters")
    given = [
        {name.value for name, _ in parameter.value}
        for _, parameter in (parameters.value if parameters else ())
    ]
    return all("Default" in names for names in given) and "Transform" not in text


def candidates() -> dict[str, list[str]]:
    """Failing fixtures of each rule, about types that are collected and about one stack only."""
    found: dict[str, list[str]] = {}
    for path in sorted(FIXTURES.glob("*/*/fail*.yaml"), key=lambda path: (len(path.name), path)):
        fixture = str(path.relative_to(FIXTURES))
        if path.parent.name in RULES and deployable(path.read_text()):
            unit = read(fixture)
            types = {finding.resource.type for finding in violations(fixture, unit)}
            if len(unit.readings) == 1 and types and types <= COLLECTED:
                found.setdefault(path.parent.name, []).append(fixture)
    return found


CANDIDATES = candidates()


def sightings(account: Account, fixture: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What the fixture's rule finds in the file, and in the account made from it."""
    unit = read(fixture)
    in_file = {(it.resource.id, it.outcome.value) for it in violations(fixture, unit)}
    deployed = Deployed(account, FIXTURES / fixture, unit)
    live = collected(account, {raw.type for raw in unit.readings[0].resources})
    by_id = {raw.id: raw for raw in live.readings[0].resources}
    in_account = {
        (deployed.logical(by_id[it.resource.id]), it.outcome.value)
        for it in judge(live, [RULES[Path(fixture).parent.name]]).findings
    }
    return in_file, in_account


def collected(account: Account, types: set[str]) -> Unit:
    """The account, of which only services with these types have anything: to ask them is enough."""
    asked = tuple(service for service in SERVICES if types & set(service.types))
    with patch.object(collector, "SERVICES", asked):
        return collect(account.url, attempts=1)


@pytest.mark.parametrize("rule", sorted(CANDIDATES.keys() - EXCEPTIONS.keys()))
def test_rule_finds_the_same_in_file_and_account(shared_account: Account, rule: str) -> None:
    """One fixture of each rule proves it; others may be of the kind that no account can have."""
    assert any(same(shared_account, fixture) for fixture in CANDIDATES[rule])


@pytest.mark.parametrize("rule", sorted(EXCEPTIONS))
def test_exception_is_still_needed(shared_account: Account, rule: str) -> None:
    assert CANDIDATES[rule]
    assert not any(same(shared_account, fixture) for fixture in CANDIDATES[rule])


def same(account: Account, fixture: str) -> bool:
    account.reset()
    try:
        in_file, in_account = sightings(account, fixture)
    except (ClientError, ResponseParserError):  # moto's CloudFormation answers errors in JSON, too
        return False
    if Path(fixture).parent.name in NAMES_ONE_OF_SEVERAL:
        return sorted(outcome for _, outcome in in_account) == sorted(
            outcome for _, outcome in in_file
        )
    return in_account == in_file
