"""The commands and their options."""

from __future__ import annotations

from typing import Any

import click

from auditor import __version__
from auditor.audit import NEVER
from auditor.cli.options import (
    Choices,
    LiveChoices,
    graph_options,
    live_options,
    scan_options,
    scope_options,
    source_options,
    template_options,
)
from auditor.errors import UsageError
from auditor.findings import Category, Severity

CATEGORIES = [category.value for category in Category]
SEVERITIES = [severity.value for severity in Severity]
# What commands that run no rule do not ask for.
NO_RULES: dict[str, Any] = {
    "select": (), "ignore": (), "pedantic": False, "jobs": 1, "inline_suppressions": False,
}  # fmt: skip
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, message="msgaudit %(version)s")
def main() -> None:
    """Audit AWS messaging architectures: follow the message from producer to dead-letter queue.

    Exit status: 0 passed, 1 findings at or above --fail-on, 2 usage error, 3 nothing could be
    audited, 4 audited with gaps (something could not be read), 70 a bug in msgaudit, 130
    interrupted.
    """


@main.command()
@scan_options
def scan(**options: object) -> int:
    """Audit templates, an AWS account, or the built-in demo account.

    PATHS are CloudFormation, SAM or CDK templates: files, folders (templates are found by their
    content), cdk.out, or - for standard input. Without PATHS, --profile or --region audits the
    live account, --organization or --account the accounts behind a role, and --config-aggregator
    what AWS Config recorded of many; msgaudit only ever reads from them. Ctrl-C ends the reading:
    what was read is reported, the rest are gaps.
    """
    from auditor.cli.scan import run_scan

    return run_scan(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


@main.command()
@live_options
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to keep it.")
@click.option("--redact", is_flag=True, help="Replace account ids by other numbers.")
def collect(output: str, redact: bool, **options: object) -> int:
    """Read accounts once and keep what was read, to scan it later with `scan --snapshot`.

    The findings are those of a scan of the accounts themselves. The file is compressed JSON and
    confidential: it holds policies and definitions, but not the environment of functions. Exit
    status: 0 everything was read, 4 the file has gaps.
    """
    from auditor.cli.live import run_collect

    return run_collect(LiveChoices(**options), output, redact=redact)  # type: ignore[arg-type]  # as above


@main.command()
@click.option(
    "-f", "--format", "format_", type=click.Choice(["mermaid", "dot", "svg", "json"]),
    default="mermaid", show_default=True, help="What goes to standard output.",
)  # fmt: skip
@graph_options
def graph(format_: str, **options: object) -> int:
    """Print the architecture: how messages flow, each node with its worst severity.

    PATHS and the options for accounts mean what they mean to scan. Findings are no reason to fail:
    the exit status is 0, or 3 and 4 as with scan.
    """
    from auditor.cli.scan import run_scan

    shown = "graph" if format_ == "json" else format_
    choices = Choices(**options, format_=shown, fail_on=NEVER)  # type: ignore[arg-type]  # as above
    return run_scan(choices, demo_output=())


@main.command()
@click.option(
    "-f", "--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text",
    show_default=True, help="What goes to standard output.",
)  # fmt: skip
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these: id, prefix, name or category."
)
@click.option("--service", multiple=True, metavar="NAME", help="Only of these, such as sqs.")
@click.option("--category", multiple=True, type=click.Choice(CATEGORIES), help="Only of these.")
@click.option("--severity", multiple=True, type=click.Choice(SEVERITIES), help="Only of these.")
def rules(
    format_: str,
    select: tuple[str, ...],
    service: tuple[str, ...],
    category: tuple[str, ...],
    severity: tuple[str, ...],
) -> None:
    """List the rules.

    Several filters narrow the list; one given several times means any of its values.
    """
    from auditor.cli.catalogue import Filters, listing
    from auditor.cli.output import to_standard_output

    listed = listing(format_, Filters(select, service, category, severity))
    to_standard_output(f"{listed}\n")


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain a rule: what it finds, why, how to fix it. RULE is an id or a name."""
    from auditor.cli.catalogue import explanation
    from auditor.cli.output import to_standard_output

    to_standard_output(f"{explanation(rule)}\n")


@main.command()
@click.option("--diff", is_flag=True, help="Print the changes and make none; exit 1 if there are.")
@template_options
def fix(diff: bool, **options: object) -> int:
    """Fix what can be fixed safely in templates.

    Only the text of a fix changes; comments and layout stay. A fix is made only if its finding
    goes away and no rule finds anything new. Each is listed, and so is every one that could not be
    made. A new dead-letter queue needs an alarm: the setting alarm-actions says whom it tells,
    where no alarm of the template does. Suppressed findings are left alone.
    """
    from auditor.cli.fix import run_fix

    return run_fix(Choices(**options), diff)  # type: ignore[arg-type]  # click fills in the declared types


@main.command()
def lsp() -> None:
    """Serve an editor: findings while typing, explanations, fixes and suppressions.

    Speaks the language server protocol on standard input and output. It needs pygls: install
    msgaudit[lsp].
    """
    from auditor.cli.lsp import serve

    serve()


@main.command("test-event")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--in", "paths", multiple=True, metavar="PATH",
    help="Templates, files or folders, whose rules are asked (repeatable).",
)  # fmt: skip
@click.option("--bus", metavar="NAME", help="Put the event on this bus only, such as default.")
@source_options
@click.option(
    "-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text",
    show_default=True, help="What goes to standard output.",
)  # fmt: skip
def test_event(files: tuple[str, ...], bus: str | None, **options: object) -> int:
    """Show which way an event takes: the rules that match, and everything that then gets it.

    Each FILE holds an event of EventBridge as JSON, or a list of events; - is standard input. It is
    followed through templates, an account or a snapshot: --in and the options for accounts mean
    what they mean to scan. Nothing is sent. Filters of subscriptions, pipes and mappings are
    evaluated too. Permissions are not: that is what scan does. Exit status: 0 each event reaches
    something, 1 one reaches nothing, 3 and 4 as with scan.
    """
    from auditor.cli.journeys import run_test_event

    choices = Choices(**NO_RULES, **options)  # type: ignore[arg-type]  # click fills in the declared types
    return run_test_event(files, bus, choices)


@main.command("iam-policy")
@click.option(
    "--account-role", metavar="NAME", help="Also allow to assume this role in other accounts."
)
@click.option(
    "--config-aggregator", is_flag=True, help="For reading an aggregator of AWS Config instead."
)
def iam_policy(account_role: str | None, config_aggregator: bool) -> None:
    """Print the IAM policy for a complete audit of an account.

    It allows reading only. What it does not allow becomes a gap, and the audit goes on.
    """
    from auditor.cli.output import to_standard_output
    from auditor.cli.permissions import policy

    if account_role and config_aggregator:
        raise UsageError("--account-role does not go with --config-aggregator")
    to_standard_output(f"{policy(account_role, aggregator=config_aggregator)}\n")


@main.group()
def baseline() -> None:
    """Keep a list of known findings, which do not count.

    Each is known by its rule, resource and property, wherever it stands in its file. Commit the
    file, name it in the configuration or with --baseline, and take it as a loan: `update` shows
    how much is paid back.
    """


@baseline.command()
@scope_options
def create(**options: object) -> int:
    """Write all findings of today.

    The file is .msgaudit-baseline.json, unless --baseline or the configuration names another.
    """
    from auditor.cli.baseline import create

    return create(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


@baseline.command()
@scope_options
def update(**options: object) -> int:
    """Add new findings and drop resolved ones.

    The others keep the date when they were first seen, and their reason.
    """
    from auditor.cli.baseline import update

    return update(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


@baseline.command()
@scope_options
def prune(**options: object) -> int:
    """Drop resolved findings and add none."""
    from auditor.cli.baseline import prune

    return prune(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


@main.command()
def init() -> int:
    """Write a commented .msgaudit.yaml to begin with."""
    from auditor.cli.configuration import init

    return init()


@main.group()
def config() -> None:
    """Look at the configuration."""


_CONFIG = click.option(
    "--config", "file", metavar="FILE", help="Configuration file (default: the nearest one)."
)


@config.command()
@_CONFIG
def show(file: str | None) -> int:
    """Print the settings that hold here, and where each comes from."""
    from auditor.cli.configuration import show

    return show(file)


@config.command()
@_CONFIG
def validate(file: str | None) -> int:
    """Check the file, and that the rules it names exist."""
    from auditor.cli.configuration import validate

    return validate(file)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--pattern", type=click.Choice(["events", "jobs", "workflow", "request"]),
    help="How the components talk to each other.",
)  # fmt: skip
@click.option("--ordering", is_flag=True, help="The order of messages is strict.")
@click.option("--fan-out", is_flag=True, help="Each message goes to several receivers.")
@click.option("--filtering", is_flag=True, help="Receivers want some messages only, or other ones.")
@click.option("--replay", is_flag=True, help="Old messages are read again.")
@click.option("--streaming", is_flag=True, help="The messages are a stream for analytics.")
@click.option("--low-latency", is_flag=True, help="Somebody waits for the result.")
@click.option("--low-cost", is_flag=True, help="Cost is the main concern.")
@click.option("--rate", type=click.IntRange(0), default=0, help="Messages a second, at peak.")
@click.option(
    "-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text",
    show_default=True, help="What goes to standard output.",
)  # fmt: skip
@click.option(
    "--architecture", is_flag=True,
    help="Say where the services in PATHS, or of an account, were better others.",
)  # fmt: skip
@click.option("--profile", multiple=True, metavar="NAME", help="With --architecture: its account.")
@click.option(
    "--region", multiple=True, metavar="NAME", help="Whose quotas the rate is compared with."
)
@click.option("--config-aggregator", metavar="NAME", help="With --architecture: an aggregator.")
@click.option("--snapshot", metavar="FILE", help="With --architecture: a snapshot of an account.")
@click.option("--endpoint-url", metavar="URL", help="With --architecture: another endpoint.")
@click.pass_context
def advise(context: click.Context, /, architecture: bool, **options: Any) -> int:
    """Advise which messaging service fits, with the limits that bind and their sources.

    Without --pattern it asks, on a terminal. With --architecture it judges what there is instead:
    opinions, with the evidence of traffic where an account is read; they never fail the command.
    """
    from auditor.cli.advise import answer, scan_arguments
    from auditor.cli.output import to_standard_output

    names = ("paths", "profile", "region", "config_aggregator", "snapshot", "endpoint_url")
    source = {name: options.pop(name) for name in names}
    format_ = options.pop("format_")
    if architecture and any(options.values()):
        raise UsageError("--architecture judges what there is", "Leave the needs out.")
    if architecture:
        with scan.make_context("scan", scan_arguments(source, format_), context) as nested:
            return int(scan.invoke(nested))
    regions = source.pop("region")
    if any(source.values()):
        raise UsageError("there is nothing to read", "Add --architecture to judge what there is.")
    if len(regions) > 1:
        raise UsageError("advice is for one Region", "Give --region once.")
    options["region"] = "".join(regions)
    to_standard_output(f"{answer(options, format_)}\n")
    return 0
