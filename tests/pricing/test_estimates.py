"""What findings cost, computed by hand from the traffic of the fixtures and the shipped prices.

The same examples stand in docs/cost.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from auditor.engine import judge
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.pricing import shipped
from auditor.pricing.estimates import estimate
from auditor.traffic import METRICS
from auditor.usage import Estimate, Usage
from checks._costs import on_demand, provisioned, put_units
from tests.accounts import course, read_account

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = {rule.name: rule for rule in load_rules()}
# An hour is 1/730 of a month. Amounts are cost now, and saving.
EXAMPLES = {
    # 15,000 calls x 730 x 0.40/1M; of 10,950,000 messages nine tenths are saved.
    "sqs/queue-with-many-requests/fail": (4.38, 3.94),
    # (9,000 + 5,000) x 730 x 0.40/1M; only the 6,570,000 of messages can be batched.
    "sqs/queue-with-many-requests/fail-empty": (4.09, 2.37),
    # 15,000 x 730 x 0.40/1M, nine tenths of it.
    "sqs/sends-perhaps-not-batched/fail": (4.38, 3.94),
    # 3,000 x 730 empty receives; 131,400 remain with 20 s for each.
    "sqs/polling-mostly-in-vain/fail": (0.88, 0.82),
    # 43,800 periods of a minute x 3 calls x 3/1M; a fifth remains.
    "sqs/data-keys-renewed-too-often/fail": (0.39, 0.32),
    # 146M units x 0.014/1M; 200,000 x 1,024 x 730 bytes are 5.84M full units.
    "kinesis/records-far-below-payload-unit/fail": (2.04, 1.96),
    # 2 shards x 730 x 0.02.
    "kinesis/retention-beyond-use/fail": (29.20, 29.20),
    # 730 x 0.02, and 552 GB for the month x 0.023.
    "kinesis/retention-beyond-use/fail-a-month": (27.30, 27.30),
    # 2 shards x 730 x 0.015, and 730 GB x 0.013.
    "kinesis/fan-out-without-need/fail": (31.39, 31.39),
    # 180 x 730 x 0.40/1M.
    "architecture/unused-resource/fail": (0.05, 0.05),
    # 2 shards x 730 x 0.015.
    "architecture/unused-resource/fail-stream": (21.90, 21.90),
    # Now 4 x 730 x 0.015 and 26,280,000 units x 0.014/1M. On demand 730 x 0.04, and of 1,024 bytes
    # for each of 26,280,000 records 25.06 GB x 0.08, and 24.48 GB x 0.04 read.
    "kinesis/bursts-in-fixed-shards/fail": (44.17, 11.98),
    # 15,000 x 730 events x 1/1M, against 0.50/1M.
    "architecture/rule-that-only-broadcasts/fail-priced": (10.95, 5.47),
    # 1,000 x 730 x 2 calls x 3 queues x 0.40/1M; a third remains.
    "sns/fan-out-without-filter/fail-priced": (1.75, 1.17),
    # 730,000 runs x 2 states x 0.025/1000. Express 730,000 x 1/1M, and 2.1 s x 64 MB of each are
    # 95,812.5 GB-seconds x 0.060012/3600.
    "step_functions/many-short-standard-executions/fail-priced": (36.50, 34.17),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_worked_examples(example: str) -> None:
    path = FIXTURES / f"{example}.account"
    (unit,) = [read_account(path)]
    (finding,) = judge(unit, [RULES[path.parent.name]]).findings
    assert finding.usage
    found = estimate(finding.usage, finding.resource.region or "", shipped())
    assert (found.cost, found.saving) == EXAMPLES[example]


def test_steady_stream_costs_more_on_demand() -> None:
    """1 MiB a second in 1,024 records a second of 1 KiB needs two shards.

    2 x 730 x 0.015 = 21.90, and 2,691,072,000 units x 0.014/1M = 37.68. On demand 730 x 0.04
    = 29.20, and 2,566.41 GB x (0.08 in + 0.04 out) = 307.97.
    """
    records = 1_024 * 3_600 * 730
    size = records * 1_024
    usage = Usage(provisioned(2, records, size), on_demand(records, size, size))
    found = estimate(usage, "us-east-1", shipped())
    assert (found.cost, found.saving) == (59.58, -277.59)


def test_units_are_rounded_up_for_each_record() -> None:
    assert put_units(100, 100 * 45_000) == 200
    assert put_units(100, 100) == 100
    assert put_units(0, 0) == 0


def test_unknown_price_is_no_amount() -> None:
    usage = Usage({"kinesis.shard-hour": 1}, {"sqs.standard-request": 1})
    found = estimate(usage, "eu-west-1", shipped())
    basis = "kinesis.shard-hour in eu-west-1: no price is known; give --prices FILE"
    assert found == Estimate(None, None, "USD", basis)


def test_basis_names_source_and_date() -> None:
    found = estimate(Usage({"sqs.fifo-request": 1e6}, {}, "so much"), "eu-west-1", shipped())
    assert found.cost == 0.5
    assert found.basis == (
        "estimate at list prices of eu-west-1, https://pricing.us-east-1.amazonaws.com/offers/v1.0"
        "/aws/AWSQueueService/current/eu-west-1/index.json (2026-09-11); so much"
    )


@pytest.mark.parametrize(
    "metrics", [{}, {"MatchedEvents Sum": "336 x -"}, {"MatchedEvents Sum": "336 x 0"}]
)
def test_without_traffic_there_is_no_estimate(metrics: dict[str, str]) -> None:
    name = "rule-that-only-broadcasts"
    (reading,) = read_account(FIXTURES / f"architecture/{name}/fail-priced.account").readings
    (raw,) = reading.resources
    given = {key: {"resolution": 3_600, "values": course(text)} for key, text in metrics.items()}
    silent = replace(raw, properties={**raw.properties, METRICS: given})
    (finding,) = judge(Unit("", (Reading((silent,)),)), [RULES[name]]).findings
    assert finding.usage is None
