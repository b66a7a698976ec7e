"""The commands and their options."""

from __future__ import annotations

import click

from auditor import __version__
from auditor.cli.options import Choices, scan_options, scope_options, template_options
from auditor.findings import Category, Severity

CATEGORIES = [category.value for category in Category]
SEVERITIES = [severity.value for severity in Severity]
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
    live account, and --organization or --account the accounts behind a role; msgaudit only ever
    reads from them. Ctrl-C ends the reading: what was read is reported, the rest are gaps.
    """
    from auditor.cli.scan import run_scan

    return run_scan(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


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
    goes away and no rule finds more on what was there before. Each is listed, and so is every one
    that could not be made. What a fix declares may need what only you know, such as whom an alarm
    tells. Suppressed findings are left alone.
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


@main.command("iam-policy")
@click.option(
    "--account-role", metavar="NAME", help="Also allow to assume this role in other accounts."
)
def iam_policy(account_role: str | None) -> None:
    """Print the IAM policy for a complete audit of an account.

    It allows reading only. What it does not allow becomes a gap, and the audit goes on.
    """
    from auditor.cli.output import to_standard_output
    from auditor.cli.permissions import policy

    to_standard_output(f"{policy(account_role)}\n")


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
    """Write all findings of today to the baseline (default: .msgaudit-baseline.json)."""
    from auditor.cli.baseline import create

    return create(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


@baseline.command()
@scope_options
def update(**options: object) -> int:
    """Add new findings to the baseline and drop resolved ones; the others keep date and reason."""
    from auditor.cli.baseline import update

    return update(Choices(**options))  # type: ignore[arg-type]  # click fills in the declared types


@baseline.command()
@scope_options
def prune(**options: object) -> int:
    """Drop resolved findings from the baseline and add none."""
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
    """Check the configuration, the rules and the suppressions that it names."""
    from auditor.cli.configuration import validate

    return validate(file)
