"""The approver in a real Chromium on MLflow's page of a real server with accounts: may decide, may not release.

Skips where there is no Playwright or no Chromium. With ECOMINTENT_PICTURES=FOLDER it leaves pictures there.
"""

import shutil

import pytest

from ecomintent import files
from ecomintent.adapters import system
from ecomintent.adapters.settings import from_environment
from ecomintent.release.tag_decisions import Asked, asked
from tests.shop import ROOT
from tests.stack.mlflow_page import VersionPage

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.service,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


@pytest.fixture
def registry(up, monkeypatch):
    """The registry as the account `loop` sees it."""
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.setenv(name, "")
    return system.build(from_environment(up.shop.environment, ROOT))


@pytest.fixture
def candidate(registry, tmp_path):
    """A version that waits; its weights are of no matter here. Gone from the aliases afterwards."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"weights of no matter")
    run_id = registry.tracker.record(
        key="page", name="page", params={}, metrics={}, tags={}, datasets={}, artifacts=[folder]
    )
    made = registry.registry.register(
        folder, run_id=run_id, weights=files.folder_digest(folder), tags={"approval": "pending", "verdict": "REVIEW"}
    )
    registry.registry.point("candidate", made.version)
    yield made.version
    registry.registry.drop("candidate")


@pytest.fixture
def page(up, candidate):
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        stack = up.stack
        password = stack.secret("mlflow-approver")
        yield VersionPage(browser, stack.url("mlflow"), candidate, account="approver", password=password)
        browser.close()


def test_the_approver_decides_on_the_page_and_cannot_make_the_version_the_champion(registry, candidate, page):
    page.picture("1-waits")

    assert page.add_alias("champion") == 403
    page.picture("2-alias-refused")
    page.page.get_by_role("button", name="Cancel").click()

    page.add_tag("approved_by", "Dana Ortiz")
    page.add_tag("approval_reason", "First release, its errors were read")
    page.edit_tag("approval", "approved")
    page.picture("3-approved")

    assert registry.registry.aliases() == {"candidate": candidate}
    assert asked(registry.registry.version(candidate), []) == Asked(
        approved=True, by="Dana Ortiz", reason="First release, its errors were read"
    )
