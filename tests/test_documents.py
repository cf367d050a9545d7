"""Documents that cannot lie: what they say is compared with the code."""

import re
from pathlib import Path

import click
import pytest
import yaml

from ecomintent import taxonomy
from ecomintent.cli.entry import root

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, prefix: str = "ecomintent"):
    """Every command below `group` with its full name."""
    for name, command in group.commands.items():
        yield f"{prefix} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")


COMMANDS = dict(commands(root))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_that_calls_it(name):
    command = COMMANDS[name]
    examples = (command.help or "").partition("Example")[2]

    assert name in examples or (isinstance(command, click.Group) and "ecomintent " in examples)
    assert all(option.help for option in command.params if isinstance(option, click.Option) and not option.hidden)


def test_every_command_in_the_readme_exists():
    used = re.findall(r"(?:^ {4}(?:\.venv/bin/)?|`)(ecomintent [a-z]+(?: [a-z]+)?)", README, flags=re.MULTILINE)

    unknown = {use for use in used if use not in COMMANDS and use.rsplit(" ", 1)[0] not in COMMANDS}
    assert len(used) > 10
    assert unknown == set()


def test_every_file_the_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_the_taxonomy_page_says_what_the_code_says():
    page = (ROOT / "docs" / "taxonomy.md").read_text(encoding="utf-8")

    assert [i.name for i in taxonomy.INTENTS if f"| {i.name} | {i.description} |" not in page] == []
    assert "; ".join(taxonomy.RULES) in " ".join(page.replace("*", "").split())
    for name in taxonomy.MAPS:
        loaded = taxonomy.source_map(name)
        assert f"| `{name}` | {loaded.version} | {len(loaded.table)} |" in page


def test_the_readmes_stage_table_is_that_of_the_pipeline_file():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]

    for name, stage in stages.items():
        assert f"| `{name}` | {stage['desc']} | {', '.join(stage.get('params', [])) or 'none'} |" in README


def test_no_document_holds_an_unfilled_place():
    # The words below are what is searched for, not work left over.
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]

    assert [page.name for page in pages if re.search(r"<!-- (sample|table):|TODO|TBD", page.read_text())] == []
