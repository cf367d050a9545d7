import json
import stat

from ecomintent import files
from ecomintent.taxonomy import NAMES
from tests.unit.model.small import save_trained


def test_a_trained_model_is_a_plain_folder_that_anyone_may_read(tmp_path):
    folder = save_trained(tmp_path / "one")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

    names = ("config.json", "model.safetensors", "release.json", "tokenizer.json", "tokenizer_config.json")
    assert modes == dict.fromkeys(names, 0o644)


def test_the_note_says_what_must_be_known_to_use_the_weights(tmp_path):
    folder = save_trained(tmp_path / "one")

    note = json.loads((folder / "release.json").read_text(encoding="utf-8"))

    assert note == {
        "taxonomy": "1",
        "base": "small",
        "max_tokens": 16,
        "intents": list(NAMES),
        "temperature": 1.0,
        "thresholds": {},
    }


def test_equal_weights_give_equal_bytes_wherever_they_are_written(tmp_path):
    here, there = save_trained(tmp_path / "here"), save_trained(tmp_path / "deep" / "down" / "there")

    assert files.folder_digest(here) == files.folder_digest(there)


def test_no_file_of_a_release_says_where_it_was_written(tmp_path):
    folder = save_trained(tmp_path / "one")

    assert [path.name for path in folder.iterdir() if str(tmp_path).encode() in path.read_bytes()] == []


def test_a_new_release_takes_the_place_of_the_old_one(tmp_path):
    folder = save_trained(tmp_path / "one")
    (folder / "left-over").touch()

    save_trained(folder, seed=2)

    assert not (folder / "left-over").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
