import pytest

from ecomintent import taxonomy
from ecomintent.errors import TaxonomyError


def test_there_are_nine_intents_in_the_order_models_rely_on():
    assert taxonomy.NAMES == (
        "WISMO",
        "RETURN_REQUEST",
        "EXCHANGE_REQUEST",
        "CANCEL_ORDER",
        "DAMAGED_ITEM",
        "BILLING_DISPUTE",
        "PRODUCT_QUESTION",
        "ACCOUNT_ISSUE",
        "OTHER",
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("RETURN", "RETURN_REQUEST"), ("cancel order", "CANCEL_ORDER"), ("Damaged-Item", "DAMAGED_ITEM"), ("xyz", None)],
)
def test_an_unknown_intent_suggests_the_nearest_or_nothing(typed, meant):
    assert taxonomy.nearest(typed) == meant


def test_the_error_says_where_what_and_the_nearest():
    with pytest.raises(TaxonomyError, match=r"x.csv:17: 'RETURN' is not one of the intents. Did you mean 'RETURN_"):
        taxonomy.require("RETURN", where="x.csv:17")


@pytest.mark.parametrize("name", taxonomy.MAPS)
def test_a_source_map_leads_only_to_the_nine_intents_and_covers_all_of_them(name):
    assert set(taxonomy.source_map(name).table.values()) == set(taxonomy.NAMES)


@pytest.mark.parametrize("name", taxonomy.MAPS)
def test_an_unmapped_source_label_has_no_intent_rather_than_other(name):
    assert taxonomy.source_map(name).intent_of("something_new") is None


@pytest.mark.parametrize("label", ["refund_status", "track_refund", "refund_not_showing_up"])
def test_refund_status_is_a_billing_dispute_in_our_map_and_not_in_the_seeds(label):
    assert taxonomy.source_map("ecomintent").intent_of(label) == "BILLING_DISPUTE"
    assert taxonomy.source_map("seed").intent_of(label) != "BILLING_DISPUTE"


def test_a_complaint_without_an_issue_is_not_a_damaged_item_in_our_map():
    assert taxonomy.source_map("ecomintent").intent_of("complaint") == "OTHER"
