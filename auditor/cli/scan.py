"""`msgaudit scan`: choose the source, audit, report, and answer with the gate's status."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from auditor.audit import Gate, audit
from auditor.cli import complain
from auditor.cli.accepting import acceptance
from auditor.cli.estimates import estimated, given_prices
from auditor.cli.executors import for_templates
from auditor.cli.invocation import typed
from auditor.cli.options import Choices
from auditor.cli.output import refuse_unwritable, to_file, to_standard_output, width
from auditor.cli.progress import Progress
from auditor.errors import ExitStatus, UsageError
from auditor.inventory import Collector
from auditor.loading import load_rules
from auditor.project import root
from auditor.report import Report, Source
from auditor.rules import Rule
from auditor.selection import select

if TYPE_CHECKING:
    from auditor.collectors.template.collect import TemplateCollector

Outputs = tuple[tuple[str, str], ...]
_ONE_SOURCE = (
    "Give either template PATHS, or an account (such as --profile, --region or "
    "--config-aggregator), or --snapshot. `msgaudit scan --demo` shows a sample."
)
_DEMO_OUTPUT: Outputs = (("html", "report.html"), ("sarif", "findings.sarif"))


def run_scan(choices: Choices, demo_output: Outputs = _DEMO_OUTPUT) -> int:
    """Run one scan; raises `MsgauditError` for what the user can mend.

    `demo_output` are the formats and files that a demo writes without being asked.
    """
    if choices.dry_run:
        return _dry_run(choices)
    if choices.demo:
        choices = replace(choices, output=(*choices.output, *demo_output))
    _refuse_unsuited(choices)
    _refuse_overwriting(choices)
    for _, file in choices.output:
        refuse_unwritable(file)
    gate = Gate(choices.fail_on, choices.strict, choices.allow_gaps, choices.exit_zero)
    report = replace(_compared(choices), command=typed(sys.argv[1:]))
    if not (choices.paths or choices.demo) and "sarif" in _wanted(choices):
        from auditor.cli.anchors import with_anchors

        report = with_anchors(report, choices.config)
    _deliver(report, choices)
    _tell_left_out(report, choices)
    if report.architecture.omitted:
        left_out = f"{report.architecture.omitted:,} resources are not drawn"
        print(f"msgaudit: warning: {left_out}: only the worst accounts are", file=sys.stderr)
    if choices.demo and demo_output:
        print("Wrote", " and ".join(file for _, file in demo_output), file=sys.stderr)
    status = gate.status(report)
    if status is ExitStatus.NOTHING_AUDITED:
        if choices.skip_non_templates and not report.gaps:
            return ExitStatus.PASSED
        return complain("nothing was audited", why_nothing(report, choices), status)
    return status


def _compared(choices: Choices) -> Report:
    """The report with known findings marked, where the user names any."""
    if not (choices.baseline or choices.diff_base):
        return audited(choices)
    from auditor.cli.known import known_before, with_known

    # Read first: what cannot be compared with shall not cost a long reading.
    known = known_before(choices)
    return with_known(audited(choices), known)


def _dry_run(choices: Choices) -> int:
    from auditor.cli.live import run_plan

    if not choices.live or choices.paths or choices.demo or choices.snapshot:
        raise UsageError("--dry-run counts calls to accounts", "Add --profile or --region.")
    return run_plan(choices)


def audited(choices: Choices) -> Report:
    """The report on what the user asked for, before it is compared with known findings."""
    if choices.with_cfn_lint and not choices.paths:
        raise UsageError("--with-cfn-lint is for templates, not for an account")
    prices = given_prices(choices)
    loaded = tuned_rules(choices)
    rules = _applicable(select(loaded, choices.select, choices.ignore, choices.pedantic), choices)
    progress = Progress("audited")
    try:
        with (
            chosen_collector(choices, rules, progress) as (chosen, source),
            for_templates(choices) as workers,
        ):
            collector = chosen if choices.paths else _anchored(chosen, choices)
            accept = acceptance(choices, loaded)
            report = audit(
                collector, rules, source, progress, choices.jobs, accept, _drawn(choices),
                _cache(choices), workers,
            )  # fmt: skip
            if choices.with_cfn_lint:
                report = linted(report, collector)
    finally:
        progress.close()
    _warn_of_misspelt(report.parameters, choices.parameter)
    return estimated(report, choices, prices)


def _anchored(collector: Collector, choices: Choices) -> Collector:
    """The collector of accounts with places in the templates that the configuration names."""
    if "stacks" not in choices.config.values:
        return collector
    from auditor.cli.anchoring import anchored

    return anchored(collector, choices.config)


def _applicable(rules: Sequence[Rule[Any]], choices: Choices) -> Sequence[Rule[Any]]:
    """The rules without those whose metrics are not read; raises `UsageError` when none is left."""
    if choices.measured and not choices.paths and not choices.config_aggregator:
        return rules
    applicable = [rule for rule in rules if not rule.needs]
    if not applicable:
        hint = "Choose others, or audit an account without --no-metrics."
        raise UsageError("the chosen rules need metrics, which only accounts have", hint)
    return applicable


def linted(report: Report, collector: Collector) -> Report:
    """The report on templates with the findings of cfn-lint."""
    from auditor.collectors.template.collect import TemplateCollector
    from auditor.linting import with_cfn_lint

    assert isinstance(collector, TemplateCollector)  # noqa: S101 # an account was refused before
    return with_cfn_lint(report, collector.declared(), collector.origin)


def tuned_rules(choices: Choices) -> Sequence[Rule[Any]]:
    """All rules, as the configuration wants them."""
    rules = load_rules()
    if not {"severity", "options", "trusted"} & choices.config.values.keys():
        return rules
    from auditor.config.tuning import tuned

    return tuned(rules, choices.config)


def _cache(choices: Choices) -> Path | None:
    """Where to keep what was judged of templates."""
    if not (choices.cache and choices.paths):
        return None
    from auditor.cache import folder

    return folder()


def _drawn(choices: Choices) -> bool:
    """Whether a format that was asked for shows the architecture."""
    from reports import DRAWN

    return not DRAWN.isdisjoint(_wanted(choices))


def _tell_left_out(report: Report, choices: Choices) -> None:
    """Warn of findings that a format cannot show: an empty file looks like a clean one."""
    from reports import left_out

    for format_ in sorted(_wanted(choices)):
        for text in left_out(format_, report):
            print(f"msgaudit: warning: {format_}: {text}", file=sys.stderr)


def _wanted(choices: Choices) -> set[str]:
    return {choices.format_, *(format_ for format_, _ in choices.output)}


def _refuse_overwriting(choices: Choices) -> None:
    """Raises `UsageError` when a report would replace another, or what is to be audited."""
    inputs = [*choices.paths, *choices.parameter_file]
    inputs += filter(None, (choices.baseline, choices.snapshot, choices.prices))
    taken = {Path(path).resolve() for path in inputs}
    for _, file in choices.output:
        place = Path(file).resolve()
        is_device = place.exists() and not place.is_file()
        if place in taken and not is_device:
            hint = "A report would replace it: choose another file."
            raise UsageError(f"{file} is given more than once", hint)
        taken.add(place)


def _refuse_unsuited(choices: Choices) -> None:
    """Raises `UsageError` unless one source was asked for, with options that mean something."""
    asked = [bool(choices.paths), choices.live, choices.demo, bool(choices.snapshot)]
    if sum(asked) != 1:
        raise UsageError("it is not clear what to audit", _ONE_SOURCE)
    unsuited = {
        "--max-rps is for accounts": choices.max_rps and not choices.live,
        "--metrics/--no-metrics is for accounts": choices.metrics is not None and choices.paths,
        "--metrics-window is for accounts":
            choices.metrics_window and not (choices.live or choices.demo),
        "--parameter is for templates":
            (choices.parameter or choices.parameter_file) and not choices.paths,
        "--skip-non-templates is for templates":
            choices.skip_non_templates and not choices.paths,
        "--executor is for templates and accounts":
            choices.executor and (choices.demo or choices.snapshot),
    }  # fmt: skip
    for message, given in unsuited.items():
        if given:
            raise UsageError(message, "Leave it out.")


@contextmanager
def chosen_collector(
    choices: Choices, rules: Sequence[Rule[Any]], progress: Progress
) -> Iterator[tuple[Collector, Source]]:
    """The collector that was asked for, and how reports name its source.

    Of accounts it also reads the metrics that the rules need. Raises `UsageError` unless exactly
    one source was asked for.
    """
    _refuse_unsuited(choices)
    if choices.paths:
        yield templates(choices, root()), Source("template", {"paths": choices.paths})
    elif choices.demo:
        from auditor.cli.live import measuring
        from auditor.demo import demo_account

        with demo_account(progress) as collector:
            source = Source("live", {"profiles": ("demo",)})
            yield measuring(collector, choices, rules), source
    elif choices.snapshot:
        from auditor.snapshot import SnapshotCollector

        yield (
            SnapshotCollector(choices.snapshot),
            Source("snapshot", {"paths": (choices.snapshot,)}),
        )
    else:
        from auditor.cli.live import reading

        details = {"profiles": choices.profile}
        if choices.config_aggregator:
            details["config_aggregators"] = (choices.config_aggregator,)
        with reading(choices, progress, rules) as collector:
            yield collector, Source("live", details)


def templates(
    choices: Choices, folder: Path | None, unsaved: Mapping[str, bytes] | None = None
) -> TemplateCollector:
    """The collector of templates of a repository, with the parameters of the configuration.

    `unsaved` has contents that count instead of files', by their real paths.
    """
    from auditor.collectors.template.collect import TemplateCollector
    from auditor.collectors.template.parameters import given

    settings = choices.config
    values = given(settings.parameters(), settings.parameter_files())
    values |= given(choices.parameter, choices.parameter_file)
    chosen = None
    if {"include", "exclude"} & settings.values.keys():
        from auditor.config.patterns import Chosen

        chosen = Chosen(settings)
    return TemplateCollector(
        choices.paths, values, chosen, folder, choices.skip_non_templates, unsaved
    )


def _warn_of_misspelt(declared: frozenset[str], pairs: tuple[str, ...]) -> None:
    """Parameter files may serve many stacks; what stands on the command line is meant for these."""
    given = {pair.partition("=")[0] for pair in pairs}
    for name in sorted(given - declared):
        if not name.startswith("AWS::"):
            click.echo(f"msgaudit: warning: no template declares the parameter {name}", err=True)


def _deliver(report: Report, choices: Choices) -> None:
    from reports import rendered

    if choices.format_ == "text":
        to_standard_output(_text(report))
    else:
        to_standard_output(rendered(choices.format_, report), "utf-8")
    for format_, file in choices.output:
        to_file(file, rendered(format_, report))


def _text(report: Report) -> str:
    from reports.text import TextReporter

    is_terminal = sys.stdout.isatty()
    wanted = os.environ.get("FORCE_COLOR") or (is_terminal and not os.environ.get("NO_COLOR"))
    return TextReporter(color=bool(wanted), width=width(100)).render(report)


def why_nothing(report: Report, choices: Choices) -> str:
    """Why a run audited nothing."""
    if report.gaps:
        gap = report.gaps[0]
        return f"{gap.what}: {gap.reason}"
    if {"include", "exclude"} & choices.config.values.keys():
        return "The configuration's include and exclude leave no template of what was given."
    return "No CloudFormation, SAM or CDK template was found in what was given."
