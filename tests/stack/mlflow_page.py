"""MLflow's page of one version, as a person uses it in Chromium."""

import os
from pathlib import Path

NAME = "ecomintent-intents"
SECOND = 1000
PATIENCE = 120 * SECOND


def leave(page, name):
    """A picture of `page` where somebody asked for pictures (ECOMINTENT_PICTURES)."""
    folder = os.environ.get("ECOMINTENT_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"stack-{name}.png")


class VersionPage:
    """Opened and signed in; `close` the context it came from afterwards."""

    def __init__(self, browser, url, version, *, account, password):
        context = browser.new_context(
            http_credentials={"username": account, "password": password}, viewport={"width": 1280, "height": 900}
        )
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        # Without the parameter MLflow opens its pages for language models.
        self.page.goto(f"{url}/#/models/{NAME}/versions/{version}?workflowType=machine_learning")
        self.page.get_by_role("button", name="Close").last.click()
        self.page.get_by_text(f"Version {version}", exact=True).first.wait_for()

    def picture(self, name):
        """Left where somebody asked for pictures."""
        leave(self.page, name)

    def add_tag(self, key, value):
        """Through the form below the tags."""
        self.page.get_by_placeholder("Name").fill(key)
        self.page.get_by_placeholder("Value").fill(value)
        self.page.get_by_role("button", name="Add", exact=True).click()
        self.page.locator("tr, [role=row]").filter(has_text=key).filter(has_text=value).first.wait_for()

    def edit_tag(self, key, value):
        """Through the pencil in its row."""
        row = self.page.locator("tr, [role=row]").filter(has=self.page.get_by_text(key, exact=True)).first
        row.get_by_role("button").first.click()
        field = self.page.locator("tr input, [role=row] input, tr textarea, [role=row] textarea")
        field.first.fill(value)
        self.page.get_by_role("button", name="Save", exact=True).click()
        field.first.wait_for(state="detached")

    def add_alias(self, alias):
        """Through the pencil beside the aliases; what the page says then."""
        self.page.locator("[data-component-id*=modelversionviewaliaseditor]").first.click()
        dialog = self.page.get_by_role("dialog")
        box = dialog.get_by_role("combobox")
        box.fill(alias)
        box.press("Enter")
        self.picture("alias-asked")
        with self.page.expect_response(lambda answer: "registered-models/alias" in answer.url) as answered:
            dialog.get_by_role("button", name="Save aliases").click()
        self.page.wait_for_timeout(2 * SECOND)
        return answered.value.status
