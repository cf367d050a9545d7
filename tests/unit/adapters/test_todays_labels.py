from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ecomintent import taxonomy
from ecomintent.adapters.todays_labels import TodaysLabels, readable, waiting
from ecomintent.labels.guard import key
from tests.corrections import corrected
from tests.taxonomies import CHANGE, chains, changed, using

LABEL = corrected(
    text="I want the other size",
    intent="EXCHANGE_REQUEST",
    created_at="2026-03-01T10:00:00+00:00",
    source="zendesk",
    previous_intent="WISMO",
)
SPLIT = changed(
    {
        "split": {"EXCHANGE_REQUEST": ["OTHER_SIZE", "OTHER_GOODS"]},
        "descriptions": {"OTHER_SIZE": "Size.", "OTHER_GOODS": "Goods."},
    }
)


class Stored:
    def __init__(self, *labels):
        self.labels = labels

    def corrections(self):
        return list(self.labels)


def test_a_label_reads_under_todays_name_and_is_stored_as_it_was_said():
    store = TodaysLabels(Stored(LABEL))

    with using(changed(CHANGE)):
        (read,) = store.corrections()
        assert (read.intent, read.previous_intent, read.said) == (
            "RETURN_OR_EXCHANGE",
            "ORDER_STATUS",
            "EXCHANGE_REQUEST",
        )
        assert store.as_said() == [LABEL]
        assert store.waiting() == []


def test_a_label_somebody_let_go_stays_so_under_its_new_name():
    with using(changed(CHANGE)) as chain:
        assert key(readable([LABEL], chain)[0]) == key(LABEL)


def test_a_split_intents_label_waits_until_its_words_are_labelled_anew():
    anew = replace(LABEL, intent="OTHER_SIZE", source="ecomintent", ticket_id="T-1")

    assert readable([LABEL], SPLIT) == []
    assert waiting([LABEL], SPLIT) == [LABEL]
    assert waiting([LABEL, anew], SPLIT) == []
    assert readable([LABEL, anew], SPLIT) == [replace(anew, previous_intent="WISMO")]


def test_what_a_ticket_was_called_before_does_not_count_again_when_its_label_waits():
    earlier = replace(LABEL, intent="CANCEL_ORDER", created_at="2026-02-01T10:00:00+00:00")
    later = replace(LABEL, intent="DAMAGED_ITEM", created_at="2026-04-01T10:00:00+00:00")

    assert readable([earlier, LABEL], SPLIT) == []
    assert readable([earlier, LABEL, later], SPLIT) == [later]


@given(chains(), st.lists(st.tuples(st.integers(0, 5), st.sampled_from(taxonomy.FIRST.known)), max_size=8))
def test_every_stored_text_is_read_or_waits_or_is_older_than_what_waits(chain, told):
    stored = [
        replace(LABEL, ticket_id=f"T-{ticket}", text=f"text {ticket}", intent=intent, created_at=f"2026-03-{day:02}")
        for day, (ticket, intent) in enumerate(told, start=1)
    ]

    read, left = readable(stored, chain), waiting(stored, chain)

    assert {one.text for one in read} | {one.text for one in left} == {one.text for one in stored}
    assert not {one.text for one in read} & {one.text for one in left}
    assert {one.intent for one in read} <= set(chain.last.names)
