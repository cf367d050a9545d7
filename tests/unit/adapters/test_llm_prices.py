"""A price counts only with the place and the day it was read; the repository ships none."""

from pathlib import Path

import pytest

from ecomintent.adapters.llm_prices import SHIPPED, price_of
from ecomintent.errors import InputError
from ecomintent.llm.tally import Price

ROOT = Path(__file__).parents[3]
WORDS = {
    "model": '"a"',
    "currency": '"EUR"',
    "per_million_in": "0.5",
    "per_million_out": "2",
    "source": '"a page"',
    "date": "2031-05-04",
}


def entry(**changed):
    words = {name: value for name, value in {**WORDS, **changed}.items() if value}
    return "[[price]]\n" + "".join(f"{name} = {value}\n" for name, value in words.items())


def prices(tmp_path, *entries):
    path = tmp_path / "prices.toml"
    path.write_text("".join(entries))
    return path


def test_the_price_of_a_model_is_its_own_entry_with_source_and_date(tmp_path):
    path = prices(tmp_path, entry(model='"b"', per_million_in="9"), entry())

    assert price_of("a", path) == Price(
        per_million_in=0.5, per_million_out=2.0, currency="EUR", source="a page", date="2031-05-04"
    )


def test_a_model_without_an_entry_has_no_price(tmp_path):
    assert price_of("c", prices(tmp_path, entry())) is None


def test_the_shipped_file_is_read_and_holds_no_price_that_nobody_looked_up():
    assert price_of("", ROOT / SHIPPED) is None
    assert "\n[[price]]" not in (ROOT / SHIPPED).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (entry(source=""), "found currency, date, model, per_million_in, per_million_out; needed are model, currency"),
        (entry(discount="1"), "and no other"),
        (entry(source='" "'), "`source` is ' '; it must be a text"),
        (entry(date='"2031-05-04"'), "`date` is '2031-05-04'; write the day without quotes"),
        (entry(per_million_in="-1"), "`per_million_in`: -1 is no price"),
        (entry(per_million_out="nan"), "`per_million_out`: nan is no price"),
        (entry(per_million_out="inf"), "`per_million_out`: inf is no price"),
        (entry(per_million_in="true"), "`per_million_in`: True is no price"),
        (entry() + entry(), "price 2: the model 'a' has a price already"),
        ("price = 3", "prices are entries of"),
        ("price = [3]", "found no table"),
        ("[[price]", "not TOML"),
    ],
)
def test_an_entry_that_cannot_be_trusted_is_refused(tmp_path, text, told):
    with pytest.raises(InputError) as caught:
        price_of("a", prices(tmp_path, text))

    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        price_of("a", tmp_path / "none.toml")
