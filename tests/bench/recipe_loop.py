"""A bare training loop with every option that was tried; the product's trainer holds only what was chosen.

What is equal to the product's: encoder, tokenizer, soft targets, length buckets, bf16 autocast, fused AdamW, cosine
schedule with warm-up. No early stopping: every trial runs its epochs.

Over 250 lines: one loop, and beside it the few lines that each option adds to it.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ecomintent.model import encoding
from ecomintent.model.targets import soft_targets
from ecomintent.taxonomy import IDS, NAMES


@dataclass(frozen=True, kw_only=True)
class Options:
    """One trial."""

    epochs: int = 5
    batch: int = 32
    rate: float = 1e-4
    smoothing: float = 0.05
    class_power: float = 0.5
    dropout: float = 0.1
    pooling: str = "cls"
    """`cls`, or `mean` of the last layer, without the tanh layer."""
    layer_decay: float = 1.0
    """Learning rate of a layer is the one above it times this; embeddings are the lowest."""
    average: float = 0.0
    """Decay per step of the running average of the weights that is kept in the end; 0 keeps the last weights."""
    rdrop: float = 0.0
    """Weight of the symmetric divergence between two passes (Liang et al. 2021, arXiv:2106.14448)."""
    contrast: float = 0.0
    """Weight of the supervised contrastive loss in a batch (Khosla et al. 2020, arXiv:2004.11362)."""
    noise: float = 0.0
    """Share of the texts of an epoch that get typing noise."""
    open_other: bool = False
    """OTHER as the rest: eight sigmoids, OTHER where none reaches a half."""
    max_tokens: int = 128
    distil: float = 0.0
    """Weight of the teacher's distribution in the target."""
    sampling: float = 0.0
    """Rows are drawn with this power of 1/frequency of their intent, as many as there are, in the place of weights."""
    pretune: int = 0
    """Epochs of the supervised contrastive loss alone, before all others."""


@dataclass(kw_only=True)
class Trained:
    """What a trial leaves."""

    score: Callable[[Sequence[str]], NDArray[np.float64]]
    """Texts -> (n, k) logits."""
    seconds: float
    tickets: int
    state: dict[str, Any] = field(repr=False)
    net: "Net" = field(repr=False)


def train(
    rows: Sequence[tuple[str, str, float]],
    options: Options,
    seed: int,
    *,
    start: dict[str, Any] | None = None,
    teacher: NDArray[np.float64] | None = None,
    order: int | None = None,
) -> Trained:
    """Fine-tune on (text, intent, weight) rows.

    Args:
        start: weights to begin with in the place of the pretrained ones.
        teacher: (n, k) probabilities of the rows, mixed into the targets by `options.distil`.
        order: another seed for the order of the rows; the head begins as `seed` has it.
    """
    torch.manual_seed(seed)
    random.seed(seed)
    torch.set_num_threads(1)
    encoder = encoding.load("embedded", max_tokens=options.max_tokens)
    net = Net(encoder.model, options.pooling)
    if start is not None:
        net.load_state_dict(start)
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = options.dropout
    targets_nk = torch.tensor(
        soft_targets(
            [r[1] for r in rows], [r[2] for r in rows], smoothing=options.smoothing, class_power=options.class_power
        )
    )
    if teacher is not None:
        row_weight_n = targets_nk.sum(1, keepdim=True)
        targets_nk = (1 - options.distil) * targets_nk + options.distil * row_weight_n * torch.tensor(teacher).float()
    if order is not None:
        torch.manual_seed(order)
        random.seed(order)
    ids = encoding.tokenise(encoder.tokenizer, [r[0] for r in rows], options.max_tokens)
    epochs = options.epochs + options.pretune
    steps = epochs * math.ceil(len(rows) / options.batch)
    optimizer = torch.optim.AdamW(_groups(net, options), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _cosine(step, steps))
    kept = {name: value.detach().clone() for name, value in net.state_dict().items()} if options.average else None
    labels_n = torch.tensor([IDS[r[1]] for r in rows])
    began = time.perf_counter()
    net.train()
    for epoch in range(epochs):
        if options.noise:
            ids = encoding.tokenise(
                encoder.tokenizer,
                [_noisy(r[0]) if random.random() < options.noise else r[0] for r in rows],
                options.max_tokens,
            )
        for batch in _buckets(ids, options.batch, _drawn(labels_n, options.sampling)):
            padded = _padded(ids, batch)
            if epoch < options.pretune:
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    pooled = net(*padded)[1]
                loss = _contrastive(pooled.float(), labels_n[batch])
            else:
                loss = _loss(net, *padded, targets_nk[batch], labels_n[batch], options)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            if kept is not None:
                _average(kept, net, options.average)
    seconds = time.perf_counter() - began
    if kept is not None:
        net.load_state_dict(kept)
    net.eval()

    def score(texts: Sequence[str]) -> NDArray[np.float64]:
        ids = encoding.tokenise(encoder.tokenizer, texts, options.max_tokens)
        logits_nk = np.zeros((len(texts), len(NAMES)))
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        with torch.inference_mode():
            for at in range(0, len(order), 64):
                batch = order[at : at + 64]
                out = net(*_padded(ids, batch))[0].double().numpy()
                logits_nk[batch] = _opened(out) if options.open_other else out
        return logits_nk

    state = {name: value.detach().clone() for name, value in net.state_dict().items()}
    return Trained(score=score, seconds=seconds, tickets=epochs * len(rows), state=state, net=net)


class Net(torch.nn.Module):
    """Encoder and head under either pooling; the forward gives logits (n, k) and the pooled vectors (n, h)."""

    def __init__(self, model: Any, pooling: str) -> None:
        super().__init__()
        self.model, self.pooling = model, pooling

    def forward(self, input_ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if self.pooling == "cls":
            out = self.model.bert(input_ids=input_ids, attention_mask=mask)
            pooled_nh = out.pooler_output
        else:
            hidden = self.model.bert(input_ids=input_ids, attention_mask=mask).last_hidden_state
            pooled_nh = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return self.model.classifier(self.model.dropout(pooled_nh)), pooled_nh


def _loss(net: Net, ids: Any, mask: Any, targets: Any, labels: Any, options: Options) -> torch.Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, pooled = net(ids, mask)
        again = net(ids, mask)[0] if options.rdrop else None
    logits = logits.float()
    if options.open_other:
        return _sigmoids(logits, targets)
    logs = torch.log_softmax(logits, -1)
    loss: torch.Tensor = -(targets * logs).sum(-1).mean()
    if again is not None:
        others = torch.log_softmax(again.float(), -1)
        loss = (loss - (targets * others).sum(-1).mean()) / 2
        apart = (logs.exp() - others.exp()) * (logs - others)
        loss = loss + options.rdrop * apart.sum(-1).mean() / 2
    if options.contrast:
        loss = loss + options.contrast * _contrastive(pooled.float(), labels)
    return loss


def _contrastive(pooled: torch.Tensor, labels: torch.Tensor, heat: float = 0.1) -> torch.Tensor:
    vectors = torch.nn.functional.normalize(pooled, dim=-1)
    alike = vectors @ vectors.T / heat
    alike = alike - 1e9 * torch.eye(len(labels))
    same = (labels[:, None] == labels[None, :]).float() - torch.eye(len(labels))
    logs = alike - alike.logsumexp(-1, keepdim=True)
    having = same.sum(1) > 0
    loss: torch.Tensor = -((same * logs).sum(1)[having] / same.sum(1)[having]).mean()
    return loss


def _sigmoids(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    known = [IDS[name] for name in NAMES if name != "OTHER"]
    weight = targets.sum(-1, keepdim=True)
    losses = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[:, known], (targets / weight)[:, known].clamp(0, 1), reduction="none"
    )
    return (losses * weight).sum(-1).mean()


def _opened(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    out = logits.copy()
    out[:, IDS["OTHER"]] = 0.0
    return out


def _groups(net: Net, options: Options) -> list[dict[str, Any]]:
    groups = []
    for name, value in net.named_parameters():
        depth = 0
        if ".embeddings." in name:
            depth = 7
        elif ".layer." in name:
            depth = 6 - int(name.split(".layer.")[1].split(".")[0])
        plain = value.ndim < 2
        groups.append(
            {"params": [value], "lr": options.rate * options.layer_decay**depth, "weight_decay": 0.0 if plain else 0.01}
        )
    return groups


def _cosine(step: int, steps: int, warm: float = 0.1) -> float:
    if step < warm * steps:
        return (step + 1) / (warm * steps)
    return 0.5 * (1 + math.cos(math.pi * (step - warm * steps) / (steps - warm * steps)))


def _average(kept: dict[str, Any], net: Net, decay: float) -> None:
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            kept[name].lerp_(value, 1 - decay)


def _drawn(labels_n: torch.Tensor, power: float) -> list[int]:
    """The rows of one epoch, in random order: each once, or as often as its intent's frequency draws it."""
    order = list(range(len(labels_n)))
    if power:
        counts_k = np.bincount(labels_n.numpy(), minlength=len(NAMES))
        return random.choices(order, weights=[counts_k[label] ** -power for label in labels_n.tolist()], k=len(order))
    random.shuffle(order)
    return order


def _buckets(ids: Sequence[Sequence[int]], size: int, order: list[int]) -> list[list[int]]:
    span = 50 * size
    order = [i for at in range(0, len(order), span) for i in sorted(order[at : at + span], key=lambda i: len(ids[i]))]
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    random.shuffle(batches)
    return batches


def _padded(ids: Sequence[Sequence[int]], batch: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(ids[i]) for i in batch)
    tokens, mask = (
        torch.zeros(len(batch), longest, dtype=torch.long),
        torch.zeros(len(batch), longest, dtype=torch.long),
    )
    for row, i in enumerate(batch):
        tokens[row, : len(ids[i])] = torch.tensor(ids[i])
        mask[row, : len(ids[i])] = 1
    return tokens, mask


def _noisy(text: str) -> str:
    """A text as a hurried person types it: case lost, punctuation lost, or one or two letters wrong."""
    kind = random.randrange(4)
    if kind == 0:
        return text.lower()
    if kind == 1:
        return "".join(c for c in text if c.isalnum() or c in " @#\n'") or text
    letters = list(text)
    for _ in range(1 + len(letters) // 60):
        at = random.randrange(len(letters))
        if letters[at].isalpha():
            change = random.randrange(3)
            if change == 0:
                letters[at] = ""
            elif change == 1:
                letters[at] *= 2
            elif at + 1 < len(letters):
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters) or text
