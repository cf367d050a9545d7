import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent import taxonomy
from ecomintent.errors import InputError
from ecomintent.taxonomy_changes import extended
from tests.taxonomies import CHANGE, chains, changed, using


def test_a_rename_keeps_its_place_and_its_description():
    chain = changed({"rename": {"WISMO": "ORDER_STATUS"}})

    assert chain.last.names[0] == "ORDER_STATUS"
    assert chain.last.intents[0].description == taxonomy.FIRST.last.intents[0].description
    assert chain.today("WISMO") == "ORDER_STATUS"


def test_a_merge_takes_the_place_of_the_first_and_both_old_names_read_as_it():
    chain = changed(CHANGE)

    assert chain.last.names == (
        "ORDER_STATUS",
        "RETURN_OR_EXCHANGE",
        "CANCEL_ORDER",
        "DAMAGED_ITEM",
        "BILLING_DISPUTE",
        "PRODUCT_QUESTION",
        "ACCOUNT_ISSUE",
        "OTHER",
    )
    assert chain.today("RETURN_REQUEST") == chain.today("EXCHANGE_REQUEST") == "RETURN_OR_EXCHANGE"


def test_a_split_has_no_rule_and_names_its_parts():
    chain = changed({"split": {"BILLING_DISPUTE": ["DOUBLE_CHARGE", "REFUND_STATUS"]}, "descriptions": PARTS})

    assert chain.today("BILLING_DISPUTE") is None
    assert chain.reads_as("BILLING_DISPUTE") == ("DOUBLE_CHARGE", "REFUND_STATUS")
    assert chain.since("1").new == ("DOUBLE_CHARGE", "REFUND_STATUS")


PARTS = {"DOUBLE_CHARGE": "Paid twice.", "REFUND_STATUS": "Where the money is."}


def test_parts_that_come_together_again_are_a_rename_for_those_who_knew_the_whole():
    split = changed({"split": {"BILLING_DISPUTE": ["DOUBLE_CHARGE", "REFUND_STATUS"]}, "descriptions": PARTS})
    chain = changed(
        {"merge": {"MONEY": ["DOUBLE_CHARGE", "REFUND_STATUS"]}, "descriptions": {"MONEY": "All of it."}}, split
    )

    assert chain.today("BILLING_DISPUTE") == "MONEY"
    assert chain.since("1").new == ()


def test_a_retired_intent_reads_as_what_is_named_and_as_nothing_without():
    assert changed({"retire": {"ACCOUNT_ISSUE": "OTHER"}}).today("ACCOUNT_ISSUE") == "OTHER"
    chain = changed({"retire": {"ACCOUNT_ISSUE": ""}})
    assert chain.today("ACCOUNT_ISSUE") is None
    assert chain.since("1").lost == ("ACCOUNT_ISSUE",)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"rename": {"WISMOO": "A1"}}, "'WISMOO' is not in force"),
        ({"rename": {"OTHER": "REST"}}, "OTHER stays"),
        ({"rename": {"WISMO": "CANCEL_ORDER"}}, "had a meaning already"),
        ({"rename": {"WISMO": "where is it"}}, "a name is 2-40 capitals"),
        ({"rename": {"WISMO": "AB"}, "retire": {"WISMO": ""}}, "'WISMO' is changed twice"),
        ({"split": {"WISMO": ["WISMO", "LATE"]}}, "had a meaning already"),
        ({"split": {"WISMO": ["LATE"]}}, "two or more different names"),
        ({"split": {"WISMO": ["LATE", "LOST"]}}, "say what LATE means"),
        ({"merge": {"AB": ["WISMO"]}}, "two or more different names"),
        ({"retire": {"WISMO": "NOWHERE"}}, "name an intent that stays"),
        ({"retire": {"WISMO": "CANCEL_ORDER", "CANCEL_ORDER": ""}}, "name an intent that stays"),
        ({"rename": {"WISMO": "AB"}, "descriptions": {"AC": "x"}}, "'AC' is no intent of this version"),
        ({}, "it changes nothing"),
        ({"renames": {}}, "unknown key 'renames'"),
        ({"rename": {"WISMO": "AB"}, "version": "3"}, 'the next one is version = "2"'),
        ({"rename": {"WISMO": 3}}, "write a text in quotes"),
        ({"rename": []}, "it must be a table"),
    ],
)
def test_a_change_that_breaks_a_rule_is_refused_with_what_is_allowed(asked, told):
    with pytest.raises(InputError, match=told):
        extended(taxonomy.FIRST, {"version": "2", **asked}, where="change.toml")


def test_a_name_is_never_used_again_for_another_meaning():
    chain = changed({"rename": {"WISMO": "ORDER_STATUS"}})

    with pytest.raises(InputError, match="had a meaning already"):
        changed({"rename": {"CANCEL_ORDER": "WISMO"}}, chain)


@given(chains())
def test_every_name_there_ever_was_reads_as_names_in_force_only(chain):
    for name in chain.known:
        assert set(chain.reads_as(name)) <= set(chain.last.names)
        assert chain.today(name) is None or chain.reads_as(name) == (chain.today(name),)
    assert all(chain.today(name) == name for name in chain.last.names)
    assert "OTHER" in chain.last.names


@given(chains())
def test_reading_step_by_step_is_reading_at_once(chain):
    for position in range(1, len(chain.versions)):
        earlier = type(chain)(chain.versions[:position])
        for name in earlier.known:
            step = earlier.today(name)
            if step is not None:
                assert chain.today(name) == chain.today(step)


@given(chains())
def test_a_bridge_leads_every_name_of_a_version_into_force_or_says_it_is_lost(chain):
    for version in chain.versions:
        bridge = chain.since(version.number)
        for name in version.names:
            assert (bridge.renamed.get(name, name) in chain.last.names) is (name not in bridge.lost)
        assert set(bridge.new) <= set(chain.last.names)


@given(chains(), st.integers(0, 10**6))
def test_a_table_for_one_version_speaks_of_every_later_one_unless_an_intent_is_of_nothing_before(chain, seed):
    table = {name: seed + place for place, name in enumerate(taxonomy.FIRST.last.names)}

    found = chain.carried(table, max)

    assert set(chain.last.names) <= set(found)
    assert set(found.values()) <= set(table.values())


def test_what_an_entry_says_of_todays_intent_counts_before_what_it_says_of_the_old():
    with using(changed(CHANGE)):
        found = taxonomy.carried(
            {**dict.fromkeys(taxonomy.FIRST.last.names, 5.0), "EXCHANGE_REQUEST": 8.0, "ORDER_STATUS": 1.0},
            max,
            where="params.yaml",
        )

    assert (found["ORDER_STATUS"], found["WISMO"], found["RETURN_OR_EXCHANGE"]) == (1.0, 5.0, 8.0)


def test_an_entry_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="'WISMOO' is not one of the intents"):
        taxonomy.carried({"WISMOO": 1.0}, max, where="params.yaml")


def test_what_is_in_force_is_seen_where_it_was_imported_before():
    names = taxonomy.NAMES

    with using(changed(CHANGE)):
        assert "ORDER_STATUS" in names
        assert taxonomy.IDS["ORDER_STATUS"] == 0
        assert taxonomy.today("WISMO", where="x") == "ORDER_STATUS"
        assert taxonomy.accepted("WISMO", where="x") == "WISMO"
    assert names == taxonomy.FIRST.last.names


def test_the_name_of_a_split_intent_is_refused_with_its_parts():
    chain = changed({"split": {"BILLING_DISPUTE": ["DOUBLE_CHARGE", "REFUND_STATUS"]}, "descriptions": PARTS})
    with using(chain), pytest.raises(InputError, match="was split; it is one of DOUBLE_CHARGE, REFUND_STATUS"):
        taxonomy.today("BILLING_DISPUTE", where="x")


def test_a_source_map_leads_to_what_is_in_force():
    with using(changed(CHANGE)):
        assert taxonomy.source_map("ecomintent").intent_of("track_refund") == "BILLING_DISPUTE"
        assert set(filter(None, map(taxonomy.source_map("seed").intent_of, taxonomy.source_map("seed").table))) == set(
            taxonomy.NAMES
        )
