"""Reading the accounts that the user chose: `msgaudit collect` and `--dry-run`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from auditor.cli.options import LiveChoices
from auditor.cli.output import to_standard_output, writing
from auditor.cli.progress import Progress
from auditor.collectors.live import LiveCollector, Scope, Traffic
from auditor.errors import ExitStatus, UsageError
from auditor.inventory import Collector, Unit
from auditor.loading import load_rules
from auditor.rules import Rule
from auditor.snapshot import write
from auditor.traffic import needed
from reports.wording import counted

if TYPE_CHECKING:
    from auditor.collectors.aggregator import AggregatorCollector


def live_collector(choices: LiveChoices, progress: Progress) -> LiveCollector:
    """It reads nothing yet; the regions are those of the configuration where none is given."""
    configured = () if choices.all_regions else choices.config.get("regions", ())
    scope = Scope(
        choices.profile,
        choices.region or tuple(configured),
        choices.all_regions,
        choices.account,
        choices.account_role,
        choices.organization,
    )
    return LiveCollector(scope, choices.endpoint_url, progress, max_rps=choices.max_rps)


def measuring(
    collector: LiveCollector, choices: LiveChoices, rules: Sequence[Rule[Any]]
) -> LiveCollector:
    """The collector, which also asks for the metrics that the rules need."""
    measures = needed(rules) if choices.measured else ()
    return replace(collector, traffic=Traffic(measures, choices.window))


def aggregator_collector(choices: LiveChoices, progress: Progress) -> AggregatorCollector:
    """It reads nothing yet; raises `UsageError` for options that make no sense with it."""
    from auditor.collectors.aggregator import AggregatorCollector

    given = {
        "--account": choices.account, "--account-role": choices.account_role,
        "--all-regions": choices.all_regions, "--executor": choices.executor,
        "--metrics": choices.metrics, "--metrics-window": choices.metrics_window,
        "--organization": choices.organization,
        "a second --profile": choices.profile[1:], "a second --region": choices.region[1:],
    }  # fmt: skip
    for option, value in given.items():
        if value:
            hint = "The aggregator itself has accounts and regions; name the one that it is in."
            raise UsageError(f"{option} does not go with --config-aggregator", hint)
    return AggregatorCollector(
        str(choices.config_aggregator), Scope(choices.profile, choices.region),
        choices.endpoint_url, progress, max_rps=choices.max_rps,
    )  # fmt: skip


@contextmanager
def reading(
    choices: LiveChoices, progress: Progress, rules: Sequence[Rule[Any]]
) -> Iterator[Collector]:
    """The collector that was asked for, with the metrics that the rules need.

    It may run on workers. Raises `UsageError` for what cannot be used.
    """
    if choices.config_aggregator:
        yield aggregator_collector(choices, progress)
        return
    collector = live_collector(choices, progress)
    if not choices.executor:
        yield measuring(collector, choices, rules)
        return
    from auditor.cli.executors import executor
    from auditor.collectors.live.distributed import DistributedCollector

    wanted = tuple(rule.id for rule in rules if rule.needs and choices.measured)
    with executor(choices.executor) as workers:
        yield DistributedCollector(collector, workers, wanted, choices.window)


def run_collect(choices: LiveChoices, file: str, *, redact: bool) -> int:
    """Keep what is read of the accounts; raises `MsgauditError` for what the user can mend."""
    if not choices.live:
        hint = "Give --profile or --region, or --organization with --account-role."
        raise UsageError("it is not clear what to collect", hint)
    if file == "-":
        raise UsageError("a snapshot needs a file", "Name one; /dev/stdout can be one, too.")
    # Opened first: a file that cannot be written shall not cost a long reading.
    with writing(file, private=True) as target:
        unit = _collected(choices)
        write(unit, target, redact=redact)
    count = sum(len(reading.resources) for reading in unit.readings)
    what = f"{counted(count, 'resource')} and {counted(len(unit.gaps), 'gap')}"
    print(f"Wrote {what} to {file}", file=sys.stderr)
    return ExitStatus.GAPS if unit.gaps else ExitStatus.PASSED


def _collected(choices: LiveChoices) -> Unit:
    progress = Progress("read")
    try:
        with reading(choices, progress, load_rules()) as collector:
            (unit,) = collector.collect()
            return unit
    finally:
        progress.close()


def run_plan(choices: LiveChoices) -> int:
    """Print the calls that reading the accounts takes; raises like the reading itself."""
    progress = Progress("counted")
    try:
        if choices.config_aggregator:
            plan, later = aggregator_collector(choices, progress).plan(), "configurations left out"
        else:
            plan = measuring(live_collector(choices, progress), choices, load_rules()).plan()
            later = "keys, dead-letter queues, outer subscribers"
    finally:
        progress.close()
    calls = plan.made + plan.planned
    lines = [f"{count:9,}  {action}" for action, count in sorted(calls.items())]
    lines += [
        f"{calls.total():9,}  in all, of which {plan.made.total():,} were made to count the others",
        f"Not counted: what only these answers tell ({later}).",
        *(f"Not counted: {gap.what}: {gap.reason}" for gap in plan.gaps),
    ]
    to_standard_output("".join(f"{line}\n" for line in lines))
    return ExitStatus.GAPS if plan.gaps else ExitStatus.PASSED
