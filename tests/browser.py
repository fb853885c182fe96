"""A real browser without a window, for tests that look at pages."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@cache
def browser() -> str:
    """Path of a Chromium; the test is skipped where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium")
    return found


def open_page(page: Path, *options: str, scheme: str = "light", width: int = 1400, fragment: str = "") -> str:
    """Open a file without any network, run its scripts, and give the document as it then stands."""
    with tempfile.TemporaryDirectory(prefix="penstock-browser-") as profile:
        command = [
            browser(),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--virtual-time-budget=15000",
            f"--window-size={width},1600",
            f"--user-data-dir={profile}",
            *options,
            page.resolve().as_uri() + fragment,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def document_of(page: Path, fragment: str = "") -> str:
    """The document after its scripts ran; a fragment is what follows the page's address."""
    return open_page(page, "--dump-dom", fragment=fragment)


def screenshot(page: Path, picture: Path, *, scheme: str = "light", width: int = 1400, fragment: str = "") -> Path:
    """What a person sees first."""
    open_page(page, f"--screenshot={picture}", scheme=scheme, width=width, fragment=fragment)
    return picture


def colours_in(picture: Path) -> int:
    """Number of different colours: a blank page has one, a page without figures a few hundred greys."""
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed").open(picture).convert("RGB")
    return len(image.getcolors(maxcolors=1 << 24))
