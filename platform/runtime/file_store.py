"""Contents of files in a folder, named by their SHA-256: the same content is kept once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

_CHUNK = 1 << 20


class FileStore:
    """A folder of contents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, stream: IO[bytes]) -> tuple[str, int]:
        """Keeps a content; its SHA-256 and size. It is complete on disk before its name exists."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".new-", delete=False) as kept:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
        target = self.path(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(kept.name).replace(target)
        return digest.hexdigest(), size

    def path(self, sha256: str) -> Path:
        """Where a content lies."""
        return self._folder / sha256[:2] / sha256

    def remove(self, sha256: str) -> None:
        """Forgets a content."""
        self.path(sha256).unlink(missing_ok=True)
