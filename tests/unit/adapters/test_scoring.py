import json
import os
import signal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from ecomintent import files
from ecomintent.adapters import scoring
from ecomintent.cli.entry import root
from ecomintent.data import archive
from ecomintent.data.archive_parts import MANIFEST, ArchiveParts, Work
from ecomintent.errors import InputError
from tests.unit.model.small import save_release

ROWS = 130
PART = 20


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = save_release(tmp_path_factory.mktemp("releases") / "one")
    return scoring.Release(folder=folder, weights=files.folder_digest(folder), version="7")


@pytest.fixture
def source(tmp_path):
    texts = [f"where is my parcel number {n}, write to jo{n}@example.com" for n in range(ROWS)]
    texts[5], texts[47] = " ", None
    table = pa.table({"ticket_id": [str(n) for n in range(ROWS)], "text": texts, "agent": ["a"] * ROWS})
    # Groups that no part's border falls on.
    pq.write_table(table, tmp_path / "archive.parquet", row_group_size=33)
    return tmp_path / "archive.parquet"


def job_of(source, release, workers=1):
    work = Work(archive=files.digest(source), weights=release.weights, version=release.version, rows=PART)
    return scoring.Job(source=source, release=release, workers=workers, work=work)


def run(job, out, score=scoring.on_this_machine):
    parts = ArchiveParts(out, job.work)
    for part in score(job, parts):
        parts.add(part)
    scoring.finish(job, parts)
    return out.read_bytes(), out.with_name(f"{out.name}.refused.jsonl").read_bytes()


def test_the_answer_holds_what_was_asked_for_and_no_text(source, release, tmp_path):
    answer, refused = run(job_of(source, release), tmp_path / "out.jsonl")

    rows = [json.loads(line) for line in answer.splitlines()]
    assert [row["id"] for row in rows] == [str(n) for n in range(ROWS) if n not in (5, 47)]
    assert {tuple(row) for row in rows} == {tuple(archive.SCORED)}
    assert {row["model_version"] for row in rows} == {"7"}
    assert [json.loads(line)["line"] for line in refused.splitlines()] == [6, 48]
    assert b"parcel" not in answer + refused


def test_a_ticket_is_answered_as_the_server_answers_it(release):
    from ecomintent.adapters import routes_file
    from ecomintent.served import Named
    from ecomintent.serving.answering import answer
    from ecomintent.serving.loading import Loaded
    from tests.test_documents import ROOT

    reader = release.load()
    loaded = Loaded(named=Named(version="7", weights=""), reader=reader, passport=None)
    table = routes_file.read(ROOT / "infra" / "routes.toml")
    texts = ["<p>where is <b>my</b> parcel</p>", "charged twice, I am jo@example.com", "> all quoted", "Hello " * 900]

    scored = archive.score(0, [(n, {"id": str(n), "text": text}) for n, text in enumerate(texts)], reader, "7").scored

    said = [answer(text, loaded, table, None) for text in texts]
    assert [row[1:4] for row in scored] == [[each.best, each.confidence, each.below_threshold] for each in said]


def test_the_model_reads_no_personal_data(release):
    heard = []

    class Listening:
        note = release.load().note

        def read(self, text):
            heard.append(text)
            return release.load().read(text)

    archive.score(0, [(1, {"id": "1", "text": "my parcel is late, write to jo@example.com"})], Listening(), "7")

    assert heard == ["my parcel is late, write to <EMAIL>"]


@pytest.mark.parametrize("kind", [".jsonl", ".csv"])
def test_the_kind_of_file_changes_no_answer(source, release, tmp_path, kind):
    other = tmp_path / f"archive{kind}"
    rows = pq.read_table(source, columns=["ticket_id", "text"]).to_pylist()
    if kind == ".jsonl":
        other.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        lines = "".join(f'{row["ticket_id"]},"{row["text"] or ""}"\n' for row in rows)
        other.write_text("ticket_id,text\n" + lines)

    assert run(job_of(other, release), tmp_path / "a.jsonl")[0] == run(job_of(source, release), tmp_path / "b.jsonl")[0]


def test_several_processes_change_no_byte(source, release, tmp_path):
    alone = run(job_of(source, release), tmp_path / "one.parquet")

    assert run(job_of(source, release, workers=2), tmp_path / "two.parquet") == alone


def test_a_part_read_by_its_number_is_the_one_read_from_the_beginning(source):
    for size in (1, PART, 33, 500):
        streamed = dict(archive.parts(source, size))

        assert archive.part_count(source, size) == len(streamed)
        for number, rows in streamed.items():
            wanted = [(line, (row.get("id"), row.get("text"))) for line, row in rows]
            found = archive.part(source, number, size)
            assert [(line, (row.get("id"), row.get("text"))) for line, row in found] == wanted


def test_a_second_run_scores_only_what_is_missing_or_damaged(source, release, tmp_path):
    job, out = job_of(source, release), tmp_path / "out.parquet"
    wanted = run(job, out)
    folder = tmp_path / "out.parquet.parts"
    (folder / "0000002.parquet").write_bytes(b"torn")
    (folder / "0000004.refused.parquet").unlink()
    with (folder / MANIFEST).open("a") as manifest:
        manifest.write('{"part": 9, "sc')

    parts = ArchiveParts(out, job.work)
    assert [part.number for part in scoring.on_this_machine(job, parts)] == [2, 4]
    assert run(job, out) == wanted


def test_parts_of_another_release_are_not_mixed_in(source, release, tmp_path):
    run(job_of(source, release), tmp_path / "out.parquet")

    with pytest.raises(InputError, match="another archive, release or size"):
        ArchiveParts(tmp_path / "out.parquet", Work(archive="x", weights="y", version="8"))


def test_a_missing_part_is_no_answer(source, release, tmp_path):
    job = job_of(source, release)
    parts = ArchiveParts(tmp_path / "out.parquet", job.work)
    parts.add(next(scoring.on_this_machine(job, parts)))

    with pytest.raises(InputError, match="6 of 7 parts are missing"):
        scoring.finish(job, parts)
    assert not (tmp_path / "out.parquet").exists()


def test_the_command_scores_with_a_folder_and_says_that_it_was_not_released(source, release, tmp_path):
    out = tmp_path / "out.parquet"
    asked = ["score", str(source), "--out", str(out), "--release", str(release.folder), "--json"]

    done = CliRunner().invoke(root, asked)

    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["scored"], said["refused"]) == (ROWS - 2, 2)
    assert "nobody says that it was released" in done.stderr
    assert pq.read_table(out).num_rows == ROWS - 2


@pytest.mark.slow
@pytest.mark.rehearsal
@pytest.mark.timeout(600)
def test_two_workers_of_a_cluster_change_no_byte(source, release, tmp_path, cluster):
    alone = run(job_of(source, release), tmp_path / "one.parquet")

    def on_cluster(job, parts):
        return scoring.on_ray(cluster.address, job, parts)

    assert run(job_of(source, release, workers=2), tmp_path / "two.parquet", on_cluster) == alone


@pytest.mark.slow
@pytest.mark.rehearsal
@pytest.mark.timeout(600)
def test_a_worker_killed_in_the_middle_changes_no_byte(source, release, tmp_path, cluster):
    alone = run(job_of(source, release), tmp_path / "one.parquet")
    killed = []

    def on_cluster(job, parts):
        for part in scoring.on_ray(cluster.address, job, parts):
            if not killed:
                killed.append(kill_one_actor(below=os.getpid()))
            yield part

    assert run(job_of(source, release, workers=2), tmp_path / "two.parquet", on_cluster) == alone
    assert killed[0]


def kill_one_actor(below):
    import psutil

    for process in psutil.Process(below).children(recursive=True):
        if "MapWorker" in " ".join(process.cmdline()) or "_RayWorker" in " ".join(process.cmdline()):
            process.send_signal(signal.SIGKILL)
            return process.pid
    return 0


def test_a_cluster_wants_a_file_that_can_be_opened_in_the_middle(source, release, tmp_path):
    other = tmp_path / "archive.csv"
    other.write_text("id,text\n1,hello\n")

    with pytest.raises(InputError, match="several workers read Parquet"):
        run(job_of(other, release), tmp_path / "o.parquet", lambda *job: scoring.on_ray("127.0.0.1:1", *job))
