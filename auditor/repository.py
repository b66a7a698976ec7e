"""A git repository: its files, and those of another commit.

Only commands are used that run no program of the repository and need no work tree.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import UsageError

# More is no template, and nothing that a template refers to.
_MAX_BYTES = 5_000_000
_REGULAR = ("100644", "100755")


class Repository:
    """Reads commits; raises `UsageError` where git cannot."""

    def __init__(self, folder: Path) -> None:
        # A file system monitor is a program that the repository's configuration names.
        self._command = ("git", "-C", str(folder), "-c", "core.fsmonitor=false")

    def base(self, revision: str) -> str:
        """The commit at which the current one left a revision: what came later is not its doing.

        A shallow clone may not have it; then it is the revision itself.
        """
        try:
            commit = self._git(
                "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
            )
        except subprocess.CalledProcessError:
            hint = "Fetch it first: in a shallow clone of CI with `fetch-depth: 0`."
            raise UsageError(f"git knows no commit {revision!r}", hint) from None
        try:
            return self._git("merge-base", commit.strip(), "HEAD").strip()
        except subprocess.CalledProcessError:
            return commit.strip()

    def tracked(self) -> list[str]:
        """Paths of the files that belong to the repository; none where git cannot tell."""
        try:
            return self._git("ls-files", "-z").split("\0")[:-1]
        except (UsageError, subprocess.CalledProcessError):
            return []

    def renames(self, commit: str) -> dict[str, str]:
        """Paths of files that were renamed since a commit, to what they were called."""
        listed = self._git(
            "diff-index", "--cached", "-M", "--diff-filter=R", "--name-status", "-z", commit
        )
        parts = listed.split("\0")
        return {parts[at + 2]: parts[at + 1] for at in range(0, len(parts) - 2, 3)}

    def extract(self, commit: str, folder: Path) -> None:
        """Write the regular files of a commit below a folder."""
        wanted = list(self._blobs(commit))
        command = [*self._command, "cat-file", "--batch"]
        names = "".join(f"{name}\n" for name, _ in wanted).encode()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603  # fixed words, and names that git gave
            data, _ = process.communicate(names)
        position = 0
        for _, path in wanted:
            end = data.index(b"\n", position)
            size = int(data[position:end].rsplit(b" ", 1)[1])
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data[end + 1 : end + 1 + size])
            position = end + 1 + size + 1

    def _blobs(self, commit: str) -> Iterator[tuple[str, str]]:
        """Object name and path of the files of a commit."""
        for line in self._git("ls-tree", "-r", "-l", "-z", "--full-tree", commit).split("\0"):
            facts, _, path = line.partition("\t")
            if path:
                mode, _, name, size = facts.split()
                if mode in _REGULAR and int(size) <= _MAX_BYTES:
                    yield name, path

    def _git(self, *arguments: str) -> str:
        command = [*self._command, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603  # no shell; what users give stands behind --end-of-options
        except FileNotFoundError:
            raise UsageError("git is not installed", "--diff-base needs it.") from None
        return done.stdout.decode(errors="surrogateescape")
