"""Temperature: what it may not change, and that it is found again where it is known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecomintent.errors import InputError
from ecomintent.model import calibration
from ecomintent.model.calibration import ALL, CORRECTIONS, Fit

K = 9
LOGITS = arrays(np.float64, st.tuples(st.integers(1, 20), st.just(K)), elements=st.floats(-60, 60, width=32))


def simulated(temperature, *, n=4000, seed=0):
    """Logits of a model whose confidence is right once it is divided by `temperature`, and labels drawn from it."""
    random = np.random.default_rng(seed)
    true_nk = random.normal(0, 2.5, (n, K))
    probabilities_nk = calibration.probabilities(true_nk, 1.0)
    labels_n = (probabilities_nk.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    return true_nk * temperature, labels_n


def fitted(logits_nk, labels_n, corrected_n, **given):
    return calibration.fit(logits_nk, labels_n, np.asarray(corrected_n), min_corrections=given.get("least", 100))


@given(LOGITS, st.floats(0.05, 20))
def test_a_temperature_keeps_every_answer(logits_nk, temperature):
    found_nk = calibration.probabilities(logits_nk, temperature)

    best_n = logits_nk.argmax(axis=1)
    assert np.array_equal(found_nk[np.arange(len(best_n)), best_n], found_nk.max(axis=1))
    assert np.allclose(found_nk.sum(axis=1), 1)


@given(LOGITS)
def test_a_higher_temperature_is_never_surer(logits_nk):
    surest = [calibration.probabilities(logits_nk, t).max(axis=1) for t in (0.5, 1.0, 2.0, 4.0)]

    assert all((cooler >= warmer - 1e-12).all() for cooler, warmer in pairwise(surest))


@given(st.floats(0.4, 5), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_a_known_temperature_is_found_again(temperature, seed):
    found = calibration.temperature(*simulated(temperature, seed=seed))

    assert found == pytest.approx(temperature, rel=0.08)


def test_no_other_temperature_fits_the_rows_better():
    logits_nk, labels_n = simulated(1.7)

    found = fitted(logits_nk, labels_n, np.ones(len(labels_n), dtype=bool))

    tried = [calibration.nll(logits_nk, labels_n, found.temperature * f) for f in (0.9, 0.97, 1.03, 1.1)]
    assert found.nll_after < min(tried)
    assert found.nll_after < found.nll_before


def test_few_rows_all_answered_rightly_do_not_make_it_infinitely_sure():
    logits_nk = np.eye(K)[np.arange(40) % K] * 6.0

    found = calibration.temperature(logits_nk, np.arange(40) % K)

    surest = calibration.probabilities(logits_nk, found).max()
    # Platt's targets: as if one more row were right and one more wrong, 41 of 42.
    assert surest == pytest.approx(41 / 42, abs=1e-4)


def test_corrections_alone_are_fitted_on_where_there_are_enough_of_them():
    corpus, corrections = simulated(0.8, n=500, seed=1), simulated(2.0, n=300, seed=2)
    logits_nk, labels_n = (np.concatenate(pair) for pair in zip(corpus, corrections, strict=True))
    corrected_n = np.arange(800) >= 500

    enough = fitted(logits_nk, labels_n, corrected_n, least=300)
    few = fitted(logits_nk, labels_n, corrected_n, least=301)

    assert (enough.fitted_on, enough.rows, enough.corrections) == (CORRECTIONS, 300, 300)
    assert enough.temperature == calibration.temperature(*corrections)
    assert (few.fitted_on, few.rows, few.corrections) == (ALL, 800, 300)
    assert few.temperature == calibration.temperature(logits_nk, labels_n)
    assert calibration.used(corrected_n, enough).sum() == 300
    assert calibration.used(corrected_n, few).all()


def test_a_fit_is_plain_json_and_rounded_so_that_machines_agree():
    found = fitted(*simulated(1.3, n=200), np.zeros(200, dtype=bool))

    assert Fit(**found.to_json()) == found
    assert found.temperature == round(found.temperature, calibration.DIGITS)


@pytest.mark.parametrize(
    ("logits_nk", "labels_n", "says"),
    [
        (np.zeros((0, K)), np.zeros(0, dtype=int), "0 rows of logits for 0 labels"),
        (np.zeros((2, K)), np.zeros(3, dtype=int), "2 rows of logits for 3 labels"),
        (np.full((1, K), np.nan), np.zeros(1, dtype=int), "not a finite number"),
    ],
)
def test_logits_that_cannot_be_fitted_on_are_an_input_error(logits_nk, labels_n, says):
    with pytest.raises(InputError, match=says):
        fitted(logits_nk, labels_n, np.zeros(len(labels_n), dtype=bool))
