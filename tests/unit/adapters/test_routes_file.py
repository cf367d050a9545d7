"""The route table is read typed and whole, or refused with the place of the fault."""

from pathlib import Path

import pytest

from ecomintent.adapters import routes_file
from ecomintent.errors import InputError
from ecomintent.taxonomy import NAMES

SHIPPED = Path(__file__).parents[3] / "infra" / "routes.toml"


def changed(tmp_path, old, new):
    path = tmp_path / "routes.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_table_has_a_route_for_every_intent():
    table = routes_file.read(SHIPPED)

    assert tuple(table.routes) == NAMES
    assert (table.low_share, table.person.queue, table.person.escalate) == (0.5, "triage", True)
    assert table.routes["CANCEL_ORDER"].escalate is True


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[routes.WISMO]", "[routes.WISNO]", r"routes: 'WISNO' is not one of the intents. Did you mean 'WISMO'\?"),
        ("[person]", "[persons]", r"routes.toml: unknown key 'persons'; did you mean 'person'\?"),
        ("low_share = 0.5", "", "routes.toml: missing low_share"),
        ("low_share = 0.5", "low_share = 1.5", r"low_share: 1.5; it must be a number in 0-1"),
        ("low_share = 0.5", "low_share = true", r"low_share: True; it must be a number in 0-1"),
        ("low_share = 0.5", 'low_share = "0.5"', r"low_share: '0.5'; it must be a number in 0-1"),
        ('queue = "delivery"', "queue = 7", r"routes.WISMO.queue: 7; it must be a text"),
        ('queue = "delivery"', 'queue = " "', r"routes.WISMO.queue: it is empty"),
        ('queue = "delivery"', 'ques = "delivery"', r"routes.WISMO: unknown key 'ques'; did you mean 'queue'\?"),
        ('tag = "ei-wismo"', f'tag = "{"x" * 101}"', r"routes.WISMO.tag: .* at most 100"),
        ('tag = "ei-wismo"', 'tag = "a\\nb"', r"routes.WISMO.tag: .* printable"),
        ('tag = "ei-wismo"\n', "", r"routes.WISMO: missing tag"),
        ("\nescalate = true", '\nescalate = "yes"', r"person.escalate: 'yes'; it must be true or false"),
        ("low_share = 0.5", "low_share =", "not TOML"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, said):
    with pytest.raises(InputError, match=said):
        routes_file.read(changed(tmp_path, old, new))


def test_a_table_in_the_place_of_a_value_is_refused(tmp_path):
    path = tmp_path / "routes.toml"
    path.write_text('low_share = 0.5\nperson = "triage"\nroutes = []\n')

    with pytest.raises(InputError, match=r"routes: \[\]; it must be a table"):
        routes_file.read(path)


def test_a_file_that_is_not_there_says_which_variable_names_it(tmp_path):
    with pytest.raises(InputError, match="check ECOMINTENT_ROUTES"):
        routes_file.read(tmp_path / "none.toml")
