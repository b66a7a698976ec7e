"""`msgaudit advise`: which service fits."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
from msgspec import to_builtins

from auditor.advice import Advice, Limit, Needs, Pattern, advise
from auditor.cli.output import filled
from auditor.errors import UsageError

# Rules that find where the tree would have chosen another service.
FIT = (
    "ARC001", "ARC003", "ARC004", "ARC006", "ARC020", "ARC042", "ARC043", "ARC046", "ARC047",
    "ARC050", "ARC051", "ARC052",
)  # fmt: skip
_RATE = click.IntRange(0)
_QUESTIONS = {
    Pattern.EVENTS: (
        ("streaming", "Is it a stream for analytics?"),
        ("fan_out", "Does each message go to several receivers?"),
        ("filtering", "Are filters, transformations or partners of AWS needed?"),
        ("ordering", "Is the order strict?"),
        ("replay", "Must old messages be read again?"),
        ("low_cost", "Is cost the main concern?"),
    ),
    Pattern.JOBS: (
        ("ordering", "Is the order strict?"),
        ("fan_out", "Does each message go to several receivers?"),
        ("replay", "Must old messages be read again?"),
    ),
    Pattern.WORKFLOW: (
        ("low_latency", "Does somebody wait for the result?"),
        ("low_cost", "Is cost the main concern?"),
    ),
    Pattern.REQUEST: (),
}


def answer(options: Mapping[str, Any], format_: str) -> str:
    """The advice as text or JSON; `options` are the fields of `Needs`.

    Asks on a terminal when no pattern was given; raises `UsageError` when there is nobody to ask.
    """
    needs = _said(options) if options["pattern"] else _asked(options)
    advice = advise(needs)
    if format_ == "json":
        return json.dumps({"needs": to_builtins(needs), **to_builtins(advice)}, indent=2)
    return "\n".join(_lines(advice, needs))


def scan_arguments(source: Mapping[str, Any], format_: str) -> list[str]:
    """The command line of the scan that judges how well what there is fits."""
    options = [("select", FIT), ("profile", source["profile"]), ("region", source["region"])]
    single = {
        "endpoint-url": "endpoint_url",
        "config-aggregator": "config_aggregator",
        "snapshot": "snapshot",
    }
    options += [(name, (source[key],)) for name, key in single.items() if source[key]]
    named = [f"--{name}={value}" for name, values in options for value in values]
    return [*named, f"--format={format_}", "--exit-zero", "--", *source["paths"]]


def _said(options: Mapping[str, Any]) -> Needs:
    """The needs; raises `UsageError` for a region that AWS does not have."""
    if region := options["region"]:
        from auditor.collectors.live.models import models
        from auditor.collectors.live.session import require_known

        require_known([region], models(None))
    return Needs(**{**options, "pattern": Pattern(options["pattern"])})


def _asked(options: Mapping[str, Any]) -> Needs:
    if any(given for name, given in options.items() if name != "region") or not sys.stdin.isatty():
        choices = " or ".join(Pattern)
        raise UsageError("it is not clear what to advise on", f"Give --pattern {choices}.")
    chosen = click.prompt(
        "What do you need?", type=click.Choice([each.value for each in Pattern]), err=True
    )
    said: dict[str, Any] = {"pattern": chosen, "region": options["region"]}
    for name, question in _QUESTIONS[Pattern(chosen)]:
        said[name] = click.confirm(question, err=True)
    if chosen in (Pattern.EVENTS, Pattern.JOBS):
        said["rate"] = click.prompt("Messages a second, at peak?", type=_RATE, err=True)
    return _said(said)


def _lines(advice: Advice, needs: Needs) -> Iterator[str]:
    yield "Use " + "\nand ".join(service.name for service in advice.services)
    yield ""
    yield "Because"
    yield from _listed(advice.reasons)
    if advice.unweighed:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in advice.unweighed)
        yield f"Made no difference to {needs.pattern}: {flags}"
        yield ""
    if advice.binding:
        known = f"{needs.region} is known to take" if needs.region else "every Region takes"
        yield f"Beyond what {known} by default: ask for more, or spread the load"
        yield from _listed(map(_sourced, advice.binding))
    for service in advice.services:
        if service.limits:
            yield f"Limits of {service.name}"
            yield from _listed(map(_sourced, service.limits))
    rules = dict.fromkeys(rule for service in advice.services for rule in service.rules)
    yield f"Rules that will watch it: {', '.join(rules)}"


def _sourced(limit: Limit) -> str:
    return f"{limit.says} ({limit.source})"


def _listed(items: Iterable[str]) -> Iterator[str]:
    for item in items:
        yield filled(item, "- ")
    yield ""
