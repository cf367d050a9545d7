"""Small worlds of any kind, and the gate's answer to them."""

from dataclasses import replace

from gate_worlds import GATE

from ecomintent.gate.judge import judge

SMALL = replace(GATE, min_n_pass=5, margin=0.1, margin_overall=0.05)


def judged(w, params=SMALL, **how):
    return judge(w.frozen, w.candidate, w.champion, None, params, **how)
