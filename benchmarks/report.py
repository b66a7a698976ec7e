"""Measures the HTML report at size: `python -m benchmarks.report [FINDINGS]`."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

from auditor.architecture import Architecture, Edge, Node
from auditor.findings import Category, Finding, Location, Outcome, Severity, Subject, fingerprint
from auditor.loading import load_rules
from auditor.report import Report, Source, ordered
from benchmarks.measure import RUNS, machine, print_row, print_table

FINDINGS = 10_000
PAINT = """() => new Promise((resolve) => {
  const seen = performance.getEntriesByName("first-contentful-paint")[0];
  if (seen) { resolve(seen.startTime); }
  new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint")
    .forEach((entry) => resolve(entry.startTime))).observe({ type: "paint", buffered: true });
})"""
KEYSTROKE = """(text) => {
  const field = document.getElementById("search");
  const start = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  return performance.now() - start;
}"""


def made_up(count: int) -> Report:
    """A report of so many findings on chains of topics and queues, with the texts of real rules."""
    rules = load_rules()
    findings, nodes, edges = [], [], []
    for number in range(count):
        rule = rules[number % len(rules)]
        queue = f"Orders{number // 4:05}Queue"
        path = f"services/team-{number % 40:02}/template.yaml"
        mark = fingerprint(rule.id, path, queue, "Properties.RedrivePolicy", str(number))
        place = Location(path, number % 900 + 1, 3, number % 900 + 1, 20, f"  {queue}:")
        subject = Subject("AWS::SQS::Queue", queue, queue.lower())
        findings.append(
            Finding(
                rule.id, rule.name, list(Severity)[number % 5], list(Category)[number % 5],
                Outcome.VIOLATION, rule.confidence, subject,
                f"{queue} has no dead-letter queue, so what fails comes back until it expires",
                "Properties.RedrivePolicy", place, ("RedrivePolicy is absent",), (),
                rule.remediation, rule.guide, mark,
            )
        )  # fmt: skip
        nodes.append(Node(f"{path}#{queue}", "AWS::SQS::Queue", queue, path, {}, (mark,)))
    unique = {node.id: node for node in nodes}
    chains = list(unique.values())[:2000]
    for one, other in pairwise(chains):
        if int(one.label[6:11]) % 6:
            edges.append(Edge("delivers to", one.id, other.id))
    return Report(
        "0", Source("template", {"paths": ("services",)}), rules, ordered(findings), (), count,
        len(edges), architecture=Architecture(tuple(chains), tuple(edges)),
    )  # fmt: skip


def render(count: int, target: Path) -> None:
    """Render in this process, and print time, the processor's too, memory and size."""
    from reports.html import HtmlReporter

    report = made_up(count)
    seconds, busy = [], []
    for _ in range(RUNS):
        start, worked = time.perf_counter(), time.process_time()
        text = HtmlReporter().render(report)
        seconds.append(time.perf_counter() - start)
        busy.append(time.process_time() - worked)
    target.write_text(text, encoding="utf-8")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _print_times("rendered", seconds)
    _print_times("of that the processor", busy)
    print_row(("memory of the whole process", f"{peak:.0f} MiB", "", ""))
    print_row(("size of the file", f"{target.stat().st_size / 1e6:.2f} MB", "", ""))


def browse(target: Path) -> None:
    """Open the report in Chromium, and print the times of first paint and of keystrokes."""
    from tests.reporting.browser import chromium

    paints, strokes = [], []
    with chromium() as browser:
        for _ in range(RUNS):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(target.as_uri())
            paints.append(page.evaluate(PAINT) / 1000)
            texts = ("o", "or", "ord", "orders00", "orders000", "orders0001", "")
            strokes += [page.evaluate(KEYSTROKE, text) / 1000 for text in texts]
    _print_times("first paint", paints)
    _print_times("a keystroke in the search, until the list is there", strokes)


def _print_times(name: str, seconds: Sequence[float]) -> None:
    times = (median(seconds), min(seconds), max(seconds))
    print_row((name, *(f"{each:.3g} s" for each in times)))


def main(count: int) -> None:
    """Render in a process of its own, whose peak is only that of the report, then browse."""
    print(f"HTML report of {count:,} findings ({machine()}; {RUNS} runs):\n")
    print_table(("", "median", "min", "max"), ())
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.html"
        command = [sys.executable, "-m", "benchmarks.report", str(count), str(target)]
        subprocess.run(command, check=True)
        browse(target)


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else FINDINGS
    if len(sys.argv) > 2:
        render(asked, Path(sys.argv[2]))
    else:
        main(asked)
