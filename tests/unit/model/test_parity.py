import numpy as np
import pytest

from ecomintent.errors import ReleaseError
from ecomintent.model.parity import Parity, compare, hold
from ecomintent.params import ExportParams

PARAMS = ExportParams(quantise="int8", clear_margin=0.1, least_agreement=0.995)


def scores(*rows):
    """Logits whose softmax is `rows`."""
    return np.log(np.array(rows, dtype=np.float32))


def test_two_answers_are_compared_ticket_by_ticket():
    trained = scores([0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.5, 0.45, 0.05], [0.2, 0.2, 0.6])
    exported = scores([0.7, 0.2, 0.1], [0.4, 0.3, 0.3], [0.45, 0.5, 0.05], [0.2, 0.2, 0.6])

    found = compare(trained, exported, [0, 1, 0, 2], clear_margin=0.1)

    # Trained: all four right. Exported: rows 2 and 3 flipped, the second of them a close call.
    # F1 of the intents: 2 x 1 / (2 + 2) = 0.5 (rows 1, 3 are of it; 1, 2 were called it), 0, and 1.
    assert found == Parity(
        rows=4,
        agreement=0.5,
        clear=3,
        flipped=1,
        macro_f1_trained=1.0,
        macro_f1=0.5,
        score_change=pytest.approx((0.1 + 0.5 + 0.05 + 0) / 4, abs=1e-6),
    )


def told(clear, flipped):
    return Parity(
        rows=2 * clear,
        agreement=0.5,
        clear=clear,
        flipped=flipped,
        macro_f1_trained=0.9,
        macro_f1=0.9,
        score_change=0.01,
    )


def test_where_no_answer_is_clear_none_can_be_wrongly_flipped():
    hold(told(0, 0), PARAMS)


@pytest.mark.parametrize(("clear", "allowed"), [(1, 0), (50, 2), (300, 5), (10_000, 67)])
def test_as_many_clear_answers_may_change_as_chance_explains_and_no_more(clear, allowed):
    # At 99.5 % agreement: 300 tickets give 1.5 flips on average, and more than 5 less than once in a hundred times.
    hold(told(clear, allowed), PARAMS)

    with pytest.raises(ReleaseError) as refused:
        hold(told(clear, allowed + 1), PARAMS)

    assert str(refused.value) == (
        f"the exported model answers {allowed + 1} of {clear} clear validation tickets otherwise than the trained one; "
        f"at export.least_agreement 0.995 chance explains {allowed}; set export.quantise to none"
    )
