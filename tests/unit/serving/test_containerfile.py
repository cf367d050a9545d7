"""The image of the server: what can be said of it without building it, and its steps in a fresh environment.

There is no container daemon where these tests run. ECOMINTENT_TEST_IMAGE=1 carries the steps out without one, in a
folder: as the file says, with its paths moved there (some minutes; packages are downloaded).
"""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
FILE = ROOT / "infra" / "serve.Containerfile"
PREFIX, PROJECT = "/opt/ecomintent", "/srv/ecomintent"


def instructions():
    """(word, rest) of each, continued lines joined."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def told(word):
    return [rest for each, rest in instructions() if each == word]


def copied():
    """What is copied from the checkout, and where to."""
    return [rest.split() for rest in told("COPY") if not rest.startswith("--from")]


def test_everything_it_copies_is_in_the_checkout_and_nothing_else_is_handed_to_the_builder():
    sources = {source for *sources, _ in copied() for source in sources}
    ignored = (ROOT / "infra" / "serve.Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == sources


def test_its_bases_are_one_python_with_a_version():
    bases = {rest.split()[0] for rest in told("FROM")}

    assert bases == {"python:3.11-slim"}
    assert "latest" not in FILE.read_text(encoding="utf-8").lower()


def test_it_runs_as_somebody_who_is_not_root():
    assert told("USER") == ["10001"]
    last = [word for word, _ in instructions() if word in ("FROM", "USER", "RUN")]
    assert last[-1] == "USER"  # nothing is done as root after it


def test_every_version_comes_from_the_lock_and_nothing_else_is_fetched():
    installs = [part for rest in told("RUN") for part in rest.split("&&") if "pip install" in part]

    assert len(installs) == 2
    assert "--requirement serve-requirements.txt" in installs[0]
    assert installs[0].rstrip().endswith("--constraint requirements.lock")
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_it_holds_no_secret_says_how_it_is_and_keeps_the_home_outside():
    text = FILE.read_text(encoding="utf-8")
    home = re.search(r"ECOMINTENT_HOME=(\S+)", text)[1]

    assert told("VOLUME") == [home]
    assert "/health" in told("HEALTHCHECK")[0]
    assert not re.search(r"(?i)password|secret|token=|_key=", text)


def test_what_the_program_looks_for_in_a_checkout_is_there():
    placed = {f"{target.rstrip('/')}/{Path(source).name}" for *sources, target in copied() for source in sources}

    assert {f"{PROJECT}/dvc.yaml", f"{PROJECT}/params.yaml", f"{PROJECT}/infra/routes.toml"} <= placed


@pytest.fixture
def image(tmp_path):
    """The image's folders below `tmp_path`, made by its own steps but for those about its user."""
    if not os.environ.get("ECOMINTENT_TEST_IMAGE"):
        pytest.skip("ECOMINTENT_TEST_IMAGE is not set; with it the steps are carried out, which downloads packages")
    build = tmp_path / "build"
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            _copy(sources, tmp_path / target[1:] if target.startswith("/") else build / target, target.endswith("/"))
        if word == "RUN" and "pip" in rest:
            moved = rest.replace(PREFIX, f"{tmp_path}{PREFIX}")
            subprocess.run(["sh", "-ec", moved], check=True, cwd=build, env={**os.environ, "TRACE": "1"})
    (tmp_path / PROJECT[1:] / "ecomintent").mkdir()
    return tmp_path


def _copy(sources, target, into):
    (target if into else target.parent).mkdir(parents=True, exist_ok=True)
    for source in sources:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)


@pytest.mark.service
@pytest.mark.timeout(1800)
def test_its_steps_make_a_server_that_lives_and_is_found_healthy(image):
    binaries = f"{image}{PREFIX}/bin"
    environment = {
        "PATH": f"{binaries}:/usr/bin:/bin",
        "ECOMINTENT_HOME": str(image / "home"),
        "ECOMINTENT_PROJECT": f"{image}{PROJECT}",
        "ECOMINTENT_SERVE_OTLP": "http://127.0.0.1:9",
    }
    run = {"env": environment, "cwd": image, "text": True, "stdout": subprocess.PIPE}
    frozen = subprocess.run([f"{binaries}/pip", "freeze"], check=True, **run).stdout.splitlines()
    key = subprocess.run([f"{binaries}/ecomintent", "keys", "create", "helpdesk"], check=True, **run).stdout.strip()
    command = [f"{binaries}/ecomintent", "serve", "--host", "127.0.0.1", "--port", "0", "--json"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, **run) as process:
        try:
            url = json.loads("".join(process.stdout.readline() for _ in range(4)))["url"]
            alive = _asked(f"{url}/health")
            known = httpx.get(f"{url}/intents", headers={"X-API-Key": key}, timeout=60)
        finally:
            process.terminate()
            process.wait(30)

    assert (alive.status_code, known.status_code) == (200, 200)
    locked = {_plain(line) for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()}
    assert [line for line in frozen if _plain(line) not in locked and not line.startswith("ecomintent")] == []


def _plain(pin):
    """As one spelling of it."""
    return re.sub(r"[-_.]", "-", pin.lower())


def _asked(page):
    for _ in range(600):
        try:
            return httpx.get(page, timeout=60)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{page} does not answer")
