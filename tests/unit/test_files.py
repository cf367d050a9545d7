import pytest

from ecomintent import files


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")

    with pytest.raises(RuntimeError):
        files.write(path, lambda temporary: (temporary.write_text("half"), fail()))

    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_folder_that_fails_to_fill_leaves_the_old_folder_and_no_other(tmp_path):
    folder = tmp_path / "model"
    files.replace_folder(folder, lambda into: (into / "w").write_text("old"))

    with pytest.raises(RuntimeError):
        files.replace_folder(folder, lambda into: ((into / "w").write_text("half"), fail()))

    assert [p.name for p in tmp_path.iterdir()] == ["model"]
    assert (folder / "w").read_text() == "old"


def test_a_folders_digest_depends_on_names_and_contents_and_on_nothing_else(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "a").write_text("x")
    same = files.folder_digest(tmp_path / "one") == files.folder_digest(tmp_path / "two")
    (tmp_path / "two" / "sub" / "a").rename(tmp_path / "two" / "sub" / "b")

    assert same
    assert files.folder_digest(tmp_path / "one") != files.folder_digest(tmp_path / "two")


def fail():
    raise RuntimeError
