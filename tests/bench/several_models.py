"""One model out of several trainings of the same rows: chance of one training, averaged away."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from tests.bench.recipe_loop import Trained


def soup(members: Sequence[Trained]) -> Trained:
    """One model with the mean of the members' weights (Wortsman et al. 2022, arXiv:2203.05482); the last one's net."""
    last = members[-1]
    states = [member.state for member in members]
    mean = {name: torch.stack([state[name].float() for state in states]).mean(0) for name in states[0]}
    last.net.load_state_dict({name: value.to(states[0][name].dtype) for name, value in mean.items()})
    seconds, tickets = sum(member.seconds for member in members), sum(member.tickets for member in members)
    return Trained(score=last.score, seconds=seconds, tickets=tickets, state=mean, net=last.net)


def vote(members: Sequence[Trained]) -> Trained:
    """All members asked, their logits averaged: too slow to serve, but it says what a soup may reach."""

    def score(texts: Sequence[str]) -> NDArray[np.float64]:
        mean_nk: NDArray[np.float64] = np.mean([member.score(texts) for member in members], axis=0)
        return mean_nk

    seconds, tickets = sum(member.seconds for member in members), sum(member.tickets for member in members)
    return Trained(score=score, seconds=seconds, tickets=tickets, state=members[-1].state, net=members[-1].net)
