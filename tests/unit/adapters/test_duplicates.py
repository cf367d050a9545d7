import json
import os
import signal
import threading
import time
from dataclasses import replace

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from ecomintent.adapters import duplicates
from ecomintent.cli.entry import root
from ecomintent.data import archive
from ecomintent.data.archive_duplicates import Search
from ecomintent.data.duplicates_alone import Alone
from ecomintent.data.near_duplicates import Likeness
from ecomintent.data.selection import likeness
from ecomintent.errors import InputError
from ecomintent.params import PrepareParams, section
from ecomintent.progress import silently
from tests.test_documents import ROOT

PARAMS = replace(section(ROOT / "params.yaml", "prepare", into=PrepareParams), minhash_permutations=32)
ROWS = 90
PART = 20


def texts():
    """Thirty tickets three times: as it is, with a word more, and shouted; two without a text."""
    things = ("kettle", "lamp", "jacket", "teapot", "mirror", "carpet")
    ends = ("is late", "is broken", "is too small for me", "has another colour", "was never ordered")
    found = [f"good morning, the {thing} that came this week {end}, jo@example.com" for thing in things for end in ends]
    all_of_them = [*found, *(f"{text} thanks" for text in found), *map(str.upper, found)]
    all_of_them[5], all_of_them[47] = " ", None
    return all_of_them


@pytest.fixture
def source(tmp_path):
    table = pa.table({"ticket_id": [f"t{n}" for n in range(ROWS)], "text": texts(), "agent": ["a"] * ROWS})
    # Groups that no part's border falls on.
    pq.write_table(table, tmp_path / "archive.parquet", row_group_size=33)
    return tmp_path / "archive.parquet"


def asked(*arguments):
    done = CliRunner().invoke(root, ["duplicates", *map(str, arguments)])
    assert done.exit_code == 0, done.exception
    return done.stdout


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def together(source, out, run, workers=2):
    search = Search(sketches=duplicates.sketches(source, out, Likeness(**likeness(PARAMS)), PART), workers=workers)
    told = sorted(row for some in search.sketch(run) for row in some.tolist())
    assert told == [[0, 19], [1, 20], [2, 19], [3, 20], [4, 10]]
    return search.groups(run, silently)[:ROWS].tolist()


@pytest.fixture
def alone(source):
    return Alone(PARAMS).groups(archive.parts(source)).tolist()


def test_the_answer_names_the_first_of_each_group_and_holds_no_text(source, tmp_path):
    out = tmp_path / "groups.jsonl"

    told = json.loads(asked(source, "--out", out, "--json"))

    rows = lines(out)
    assert [row["row"] for row in rows] == [row for row in range(1, ROWS + 1) if row not in (6, 48)]
    assert rows[0] == {"row": 1, "id": "t0", "group": 1, "first_id": "t0", "tickets": 3}
    assert [row for row in rows if row["group"] == 36] == [
        {"row": 36, "id": "t35", "group": 36, "first_id": "t35", "tickets": 2},
        {"row": 66, "id": "t65", "group": 36, "first_id": "t35", "tickets": 2},
    ]
    assert {row["id"] for row in rows if row["group"] == row["row"]} == {row["first_id"] for row in rows}
    groups = len({row["group"] for row in rows})
    largest = max(row["tickets"] for row in rows)
    assert told == {
        "out": str(out),
        "parts_kept": 0,
        "tickets": ROWS - 2,
        "groups": groups,
        "largest_group": largest,
        "refused": 2,
    }
    refused = (tmp_path / "groups.jsonl.refused.jsonl").read_text()
    assert [json.loads(line)["line"] for line in refused.splitlines()] == [6, 48]
    assert "kettle" not in (out.read_text() + refused).lower()


@pytest.mark.parametrize("kind", [".jsonl", ".csv"])
def test_the_kind_of_file_changes_no_group(source, tmp_path, kind):
    other = tmp_path / f"archive{kind}"
    rows = pq.read_table(source, columns=["ticket_id", "text"]).to_pylist()
    if kind == ".jsonl":
        other.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        quoted = "".join(f'{row["ticket_id"]},"{row["text"] or ""}"\n' for row in rows)
        other.write_text("ticket_id,text\n" + quoted)

    asked(source, "--out", tmp_path / "one.jsonl")
    asked(other, "--out", tmp_path / "two.jsonl")

    assert lines(tmp_path / "one.jsonl") == lines(tmp_path / "two.jsonl")


def test_several_processes_change_no_byte_and_leave_nothing_behind(source, tmp_path):
    asked(source, "--out", tmp_path / "one.parquet")
    said = asked(source, "--out", tmp_path / "two.parquet", "--workers", 2)

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert said.startswith("88 tickets are ")
    assert sorted(path.name for path in tmp_path.iterdir() if "two" in path.name) == [
        "two.parquet",
        "two.parquet.refused.jsonl",
    ]


def test_sketches_of_another_archive_are_not_mixed_in(source, tmp_path):
    duplicates.sketches(source, tmp_path / "out.jsonl", Likeness(**likeness(PARAMS)))

    with pytest.raises(InputError, match="another archive or likeness"):
        duplicates.sketches(source, tmp_path / "out.jsonl", Likeness(jaccard=0.7, permutations=32, shingle_chars=5))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["absent.csv", "--out", "o.jsonl"], "there is no such file"),
        (["a.csv", "--out", "o.txt"], "written are .parquet and .jsonl"),
        (["a.csv", "--out", "o.jsonl", "--workers", "2"], "several workers read Parquet"),
        (["a.csv", "--out", "o.jsonl", "--ray", "127.0.0.1:1"], "several workers read Parquet"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_written(tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    (tmp_path / "a.csv").write_text("id,text\n1,hello\n")

    done = CliRunner().invoke(root, ["duplicates", *arguments])

    assert isinstance(done.exception, InputError)
    assert told in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.slow
@pytest.mark.rehearsal
@pytest.mark.timeout(600)
def test_two_workers_of_a_cluster_find_the_groups_of_one_process(source, tmp_path, cluster, alone):
    with duplicates.on_ray(cluster.address, 2) as run:
        found = together(source, tmp_path / "o.jsonl", run)

    assert found == alone
    assert 20 <= len(set(alone)) < ROWS // 2


@pytest.mark.slow
@pytest.mark.rehearsal
@pytest.mark.timeout(600)
def test_workers_killed_in_the_middle_change_no_group(source, tmp_path, cluster, alone):
    killed, ended = [], threading.Event()

    def kill():
        while not ended.is_set() and len(killed) < 3:
            for process in psutil.Process(os.getpid()).children(recursive=True):
                if "ray::Map" in " ".join(process.cmdline()) and process.pid not in killed and len(killed) < 3:
                    process.send_signal(signal.SIGKILL)
                    killed.append(process.pid)
                    time.sleep(2)
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    with duplicates.on_ray(cluster.address, 2) as run:
        killer.start()
        found = together(source, tmp_path / "o.jsonl", run)
    ended.set()
    killer.join()

    assert killed
    assert found == alone


@pytest.mark.slow
@pytest.mark.rehearsal
@pytest.mark.timeout(600)
def test_a_machine_that_does_not_see_the_archive_is_told_in_one_line(source, tmp_path, cluster):
    sketches = duplicates.sketches(source, tmp_path / "o.jsonl", Likeness(**likeness(PARAMS)), PART)
    source.unlink()

    with (
        pytest.raises(InputError, match="under the same path"),
        duplicates.on_ray(cluster.address, 2) as run,
    ):
        list(Search(sketches=sketches, workers=2).sketch(run))
