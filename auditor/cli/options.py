"""The options of `scan`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click
from msgspec import Struct

from auditor.audit import NEVER
from auditor.config import Configuration, configuration
from auditor.findings import Severity
from auditor.processes import available_processors

F = TypeVar("F", bound=Callable[..., object])

# Kept here rather than imported from `reports`: `--help` must not load a single reporter.
FORMATS = (
    "text", "json", "sarif", "html", "markdown", "github", "junit", "gitlab", "csv", "asff", "ocsf",
    "svg", "dot", "mermaid", "graph",
)  # fmt: skip
METRICS_WINDOW = 14


class LiveChoices(Struct, frozen=True, kw_only=True):
    """Which accounts the user asked for, and how gently they are to be read."""

    profile: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    all_regions: bool = False
    account: tuple[str, ...] = ()
    account_role: str | None = None
    organization: bool = False
    config_aggregator: str | None = None
    max_rps: float | None = None
    endpoint_url: str | None = None
    executor: str | None = None
    metrics: bool | None = None
    metrics_window: int | None = None
    config: Configuration

    @property
    def live(self) -> bool:
        """Whether an account is to be read."""
        return bool(
            self.profile or self.region or self.all_regions or self.account
            or self.account_role or self.organization or self.endpoint_url
            or self.config_aggregator
        )  # fmt: skip

    @property
    def measured(self) -> bool:
        """Whether metrics are wanted."""
        return self.metrics is not False

    @property
    def window(self) -> int:
        """The days that metrics look back."""
        return self.metrics_window or METRICS_WINDOW


class Choices(LiveChoices, frozen=True, kw_only=True):
    """What the user asked for."""

    paths: tuple[str, ...]
    snapshot: str | None = None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    pedantic: bool
    parameter: tuple[str, ...]
    parameter_file: tuple[str, ...]
    jobs: int
    inline_suppressions: bool
    allow_gaps: bool = False
    baseline: str | None = None
    prices: str | None = None
    diff_base: str | None = None
    demo: bool = False
    format_: str = "text"
    output: tuple[tuple[str, str], ...] = ()
    fail_on: str = Severity.HIGH.value
    strict: bool = False
    exit_zero: bool = False
    skip_non_templates: bool = False
    with_cfn_lint: bool = False
    cache: bool = False
    dry_run: bool = False


def _output(text: str) -> tuple[str, str]:
    """The format and the file of `FORMAT=FILE`."""
    format_, equals, file = text.partition("=")
    if format_ not in FORMATS or not equals or not file:
        known = ", ".join(FORMATS)
        raise click.BadParameter(f"{text!r}: expected FORMAT=FILE with one of {known}")
    if file == "-":
        raise click.BadParameter(f"{text!r}: standard output is for --format {format_}")
    return format_, file


def _configured(context: click.Context, _option: object, given: str | None) -> Configuration:
    """The settings of file and environment, which from now on are the defaults of all options."""
    settings = configuration(given)
    context.default_map = settings.defaults()
    return settings


_ACCOUNTS = (
    click.option("--profile", multiple=True, metavar="NAME", help="Audit the account of this AWS profile (repeatable)."),
    click.option("--region", multiple=True, metavar="NAME", help="Region to audit (repeatable; default: the profile's)."),
    click.option("--all-regions", is_flag=True, help="Audit every region that is enabled in the account."),
    click.option("--account", multiple=True, metavar="ID", help="Audit this account through --account-role (repeatable)."),
    click.option("--account-role", metavar="NAME", help="Role to assume in each account of --account or --organization."),
    click.option("--organization", is_flag=True, help="Audit all active accounts of the organization through --account-role."),
    click.option("--config-aggregator", metavar="NAME", help="Audit what this aggregator of AWS Config recorded of its accounts, without metrics."),
    click.option("--max-rps", type=click.FloatRange(min=0, min_open=True), metavar="N", help="Make at most so many calls a second, over all accounts."),
    click.option("--endpoint-url", metavar="URL", help="Use another endpoint than AWS's, for test servers."),
    click.option("--executor", metavar="URL", help="Judge templates, or read accounts, on the workers of a Dask cluster: dask://HOST:PORT."),
)  # fmt: skip
_METRICS = (
    click.option("--metrics/--no-metrics", default=None, help="Ask CloudWatch for the metrics that the chosen rules need (USD 0.01 per 1,000; default: ask)."),
    click.option("--metrics-window", type=click.IntRange(1, 63), metavar="DAYS", help=f"How far metrics look back, 1 to 63 days (default: {METRICS_WINDOW})."),
)  # fmt: skip
_LIVE_OPTIONS = (*_ACCOUNTS, *_METRICS)
_CONFIG_HELP = "Configuration file, or none for no file (default: the nearest .msgaudit.yaml or pyproject.toml)."
_CONFIG = click.option(
    "--config", metavar="FILE", is_eager=True, callback=_configured, help=_CONFIG_HELP
)
_PARAMETERS = (
    click.option("--parameter", multiple=True, metavar="NAME=VALUE", help="Value of a template parameter (repeatable)."),
    click.option("--parameter-file", multiple=True, metavar="FILE", help="Parameter values: CloudFormation's JSON, or samconfig.toml."),
)  # fmt: skip
_SNAPSHOT = click.option(
    "--snapshot", metavar="FILE", help="Audit what `msgaudit collect` wrote to this file."
)
_GAPS = click.option(
    "--allow-gaps/--no-allow-gaps", help="Exit 0 instead of 4 when something could not be read."
)
# What every command that audits templates takes.
_TEMPLATES = (
    _CONFIG,
    click.argument("paths", nargs=-1, metavar="[PATHS]..."),
    click.option("--select", multiple=True, metavar="RULE", help="Run only these: id, prefix, name or category (repeatable)."),
    click.option("--ignore", multiple=True, metavar="RULE", help="Do not run these (repeatable)."),
    click.option("--pedantic/--no-pedantic", help="Run the rules that are opinions or heuristics too."),
    *_PARAMETERS,
    click.option("--inline-suppressions/--no-inline-suppressions", default=True, show_default=True, help="Whether templates and tags may suppress findings."),
    click.option("-j", "--jobs", type=click.IntRange(1), default=available_processors, show_default="all processors", help="Processes that judge many templates or resources side by side."),
)  # fmt: skip
_SCOPE = (
    *_TEMPLATES,
    _SNAPSHOT,
    *_LIVE_OPTIONS,
    _GAPS,
    click.option("--cache/--no-cache", default=True, show_default=True, help="Keep what was found in templates, and judge only what has changed since."),
    click.option("--with-cfn-lint", is_flag=True, help="Add what cfn-lint finds on messaging resources."),
    click.option("--prices", metavar="FILE|aws", help="Estimate costs with the prices of this JSON file, or with those of the AWS Price List API (default: a dated table of a few regions)."),
    click.option("--baseline", metavar="FILE", help="Known findings, which do not count: see `msgaudit baseline`."),
)  # fmt: skip
_OUTPUT = click.option(
    "-o",
    "--output",
    multiple=True,
    type=_output,
    metavar="FORMAT=FILE",
    help="Also write this format to a file (repeatable).",
)
_REPORT = (
    click.option("--demo", is_flag=True, help="Audit an embedded demo account; writes report.html and findings.sarif."),
    click.option("--dry-run", is_flag=True, help="Only print how many calls of which action an audit of the accounts takes."),
    click.option("-f", "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="What goes to standard output."),
    _OUTPUT,
    click.option("--fail-on", type=click.Choice([*(item.value for item in Severity), NEVER]), default=Severity.HIGH.value, show_default=True, help="Mildest severity that gives exit status 1."),
    click.option("--strict/--no-strict", help="Fail on undetermined results too."),
    click.option("--exit-zero", is_flag=True, help="Exit 0 whatever was found."),
    click.option("--diff-base", metavar="REV", help="Count only what this commit or branch of the git repository does not have yet."),
    click.option("--skip-non-templates", is_flag=True, help="Leave out named files that are not templates; pass if none is left (for hooks)."),
)  # fmt: skip


def source_options(command: F) -> F:
    """Add the options of `scan` that say what is read, other than PATHS and metrics."""
    demo = click.option("--demo", is_flag=True, help="Ask an embedded demo account.")
    return _with((_CONFIG, *_PARAMETERS, _SNAPSHOT, demo, *_ACCOUNTS, _GAPS), command)


def scan_options(command: F) -> F:
    """Add the options of `scan` to a command."""
    return scope_options(_with(_REPORT, command))


def graph_options(command: F) -> F:
    """Add the options of `graph` to a command."""
    demo = click.option("--demo", is_flag=True, help="Draw an embedded demo account.")
    return scope_options(_with((demo, _OUTPUT), command))


def template_options(command: F) -> F:
    """Add the options that say which templates are audited, and by which rules."""
    return _with(_TEMPLATES, command)


def scope_options(command: F) -> F:
    """Add the options that say what is audited, and by which rules."""
    return _with(_SCOPE, command)


def live_options(command: F) -> F:
    """Add the options that choose accounts to a command; the configuration's reports are not its."""
    config = click.option(
        "--config",
        metavar="FILE",
        callback=lambda *given: configuration(given[2]),
        help=_CONFIG_HELP,
    )
    return _with((config, *_LIVE_OPTIONS), command)


def _with(options: Sequence[Callable[[F], F]], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command
