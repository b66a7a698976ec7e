"""Runs commands as whole processes and takes their time and memory.

Linux counts what a process had before it started its program, so that a peak is never reported
below that of the benchmark itself, about 15 MiB.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import shlex
import subprocess
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

RUNS = 5
# An installed tool has its byte code cached, whatever this shell says.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
_SHOWN = 300
_HEADINGS = ("", "wall: median", "min", "max", "ratio", "processor", "ratio", "peak")


@dataclass(slots=True)
class Contender:
    """A command and what its runs took: seconds on the wall and of all processors, MiB at peak."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    def crash(self) -> str:
        """Run once without counting; the last line of what it says if it crashes, else nothing."""
        done = subprocess.run(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            check=False, env=self._environment,
        )  # fmt: skip # what is held here is counted as the peak of those that come after
        crashed = "Traceback" in done.stderr or done.returncode < 0
        return done.stderr.strip().rpartition("\n")[2] or "killed" if crashed else ""

    def run(self) -> None:
        """Run once. The exit status is not looked at: findings are no failure."""
        start = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
        _, _, usage = os.wait4(process.pid, 0)
        self.seconds.append(time.perf_counter() - start)
        process.returncode = 0  # already waited for
        self.processor.append(usage.ru_utime + usage.ru_stime)
        self.peaks.append(usage.ru_maxrss / 1024)

    @property
    def _environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, **self.environment}

    @property
    def shown(self) -> str:
        """The command as one would type it, a long list of files cut short."""
        typed = shlex.join([Path(self.command[0]).name, *self.command[1:]])
        return textwrap.shorten(typed, _SHOWN, placeholder=" …")


def compare(title: str, contenders: Sequence[Contender], *, warm: bool = False) -> None:
    """Run the contenders in turns, so that noise meets all; print a table with ratios to the first.

    Who crashes on the run before, which those who are `warm` need not, is left out. Processor time
    tells more than the wall's where others use the machine, too.
    """
    print(f"\n{title} ({machine()}; {RUNS} runs):\n", flush=True)
    able = []
    for contender in contenders:
        if not warm and (why := contender.crash()):
            print(f"{contender.name} is left out, as it crashed: {why}\n")
        else:
            able.append(replace(contender, seconds=[], processor=[], peaks=[]))
    for _ in range(RUNS):
        for contender in able:
            contender.run()
    print_table(_HEADINGS, [_row(contender, able[0]) for contender in able])
    print("\n```console")
    for contender in able:
        print(f"$ {contender.shown}  # {contender.name}")
    print("```", flush=True)


def _row(item: Contender, base: Contender) -> list[str]:
    wall, worked = median(item.seconds), median(item.processor)
    times = (wall, min(item.seconds), max(item.seconds))
    return [
        item.name,
        *(f"{seconds:.3g} s" for seconds in times),
        f"{wall / median(base.seconds):.3g}",
        f"{worked:.3g} s",
        f"{worked / median(base.processor):.3g}",
        f"{median(item.peaks):.0f} MiB",
    ]


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print Markdown, ready for docs/benchmarks.md."""
    for row in (headings, ["---"] * len(headings), *rows):
        print_row(row)


def print_row(cells: Sequence[str]) -> None:
    """Print a further row of a table."""
    print("|", "".join(f" {cell} |" if cell else " |" for cell in cells).lstrip(), flush=True)


def machine() -> str:
    """Today's date, Python, the processor and its cores, and the load on them."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{next(names, platform.machine())}, {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[0]:.1f}"
    )
