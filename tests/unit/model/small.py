"""A model of a few kilobytes, so that tests of loading and classifying take milliseconds."""

import tempfile
from pathlib import Path

from ecomintent.model import release_folder
from ecomintent.model.quiet import quietly
from ecomintent.taxonomy import IDS, NAMES

WORDS = ("where", "is", "my", "parcel", "refund", "charged", "twice", "cancel", "order", "broken", "size", "hello")


def save_base(folder: Path, *, seed: int = 1) -> Path:
    """An encoder without a head, as somebody would download it."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(seed)
    vocabulary, tokenizer = _tokenizer()
    with quietly():
        BertModel(BertConfig(vocab_size=len(vocabulary), **SIZES)).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


def save_release(folder: Path, *, seed: int = 1) -> Path:
    """A release whose weights are random; the answers mean nothing, but are always the same."""
    from ecomintent.model.export import Tickets, export
    from ecomintent.params import ExportParams

    params = ExportParams(quantise="int8", clear_margin=1.0, least_agreement=0.0)
    with tempfile.TemporaryDirectory() as spare:
        model = save_trained(Path(spare) / "model", seed=seed)
        export(model, folder, Tickets(texts=["where is my parcel"], intents=[NAMES[0]]), params)
    return folder


def save_trained(folder: Path, *, seed: int = 1) -> Path:
    """What the train stage would leave, with random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(seed)
    vocabulary, tokenizer = _tokenizer()
    labels = {"num_labels": len(NAMES), "id2label": dict(enumerate(NAMES)), "label2id": dict(IDS)}
    model = BertForSequenceClassification(BertConfig(vocab_size=len(vocabulary), **SIZES, **labels))
    release_folder.write(folder, model=model, tokenizer=tokenizer, base="small", max_tokens=16)
    return folder


SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 32,
    "initializer_range": 0.1,
}


def _tokenizer():
    from transformers import BertTokenizer

    vocabulary = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS))}
    return vocabulary, BertTokenizer(vocab=vocabulary, model_max_length=32)
