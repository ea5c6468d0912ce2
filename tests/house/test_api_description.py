"""The committed description of the HTTP API is the one that the application gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import PLATFORM, ROOT

DESCRIPTION = ROOT / "web" / "openapi.json"


@pytest.mark.skipif(not (PLATFORM / "cli" / "openapi.py").exists(), reason="there is no `ruleloom openapi` yet")
def test_the_committed_description_is_that_of_the_application(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ruleloom", "openapi"]
    environment = {**os.environ, "RULELOOM_HOME": str(tmp_path)}
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    wanted = json.loads(answer)
    committed = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    assert committed == wanted, "write it anew: .venv/bin/ruleloom openapi > web/openapi.json, then npm run api in web/"
