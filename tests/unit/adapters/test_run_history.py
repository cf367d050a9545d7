"""The shop's own git, on the real command."""

import subprocess

import pytest

from ecomintent.adapters.run_history import RunHistory
from ecomintent.errors import PipelineError

AT = "2031-06-01T03:00:00+00:00"


class Home:
    """A home with a project beside it; each retrain is given a new params.yaml."""

    def __init__(self, folder, remote="", in_place=False):
        self.home, self.project = folder / "home", folder / "project"
        self.project.mkdir(exist_ok=True)
        self.workspace = self.project if in_place else self.home / "workspace"
        self.runs = RunHistory(home=self.home, workspace=self.workspace, project=self.project, remote=remote)

    def retrain(self, params, finished=True, **more):
        """The name and commit of a retrain with these params."""
        run = self.runs.open(AT, **more)
        self.write(params)
        commit = self.runs.commit(run, f"Retrain {run}")
        if finished:
            self.runs.finish(run, commit)
        return run, commit

    def write(self, params):
        (self.workspace / "params.yaml").write_text(params)
        (self.workspace / "dvc.lock").write_text(f"lock of {params}")
        (self.workspace / "data" / "input").mkdir(parents=True, exist_ok=True)
        (self.workspace / "data" / "input" / "snapshot.parquet").write_text("where is my parcel")
        (self.workspace / "data" / "input" / "snapshot.parquet.dvc").write_text(f"digest of {params}")

    def git(self, *arguments):
        repository = ["git", f"--git-dir={self.home / 'runs.git'}"]
        return subprocess.run([*repository, *arguments], capture_output=True, text=True, check=True).stdout.split()

    def worktrees(self):
        return sorted(path.name for path in (self.home / "runs").iterdir())

    def branches(self):
        return self.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_each_retrain_has_a_branch_and_a_worktree_that_starts_from_the_last_finished_one(home):
    home.retrain("a")
    home.retrain("b", finished=False)
    run = home.runs.open(AT)

    assert run == "20310601T030000-3"
    assert home.branches() == ["main", *(f"retrain/20310601T030000{n}" for n in ("", "-2", "-3"))]
    assert home.workspace.resolve() == home.home / "runs" / run
    assert (home.workspace / "params.yaml").read_text() == "a"


def test_the_history_holds_digests_and_no_ticket(home):
    _, commit = home.retrain("a")

    assert home.git("ls-tree", "-r", "--name-only", commit) == [
        "data/input/snapshot.parquet.dvc",
        "dvc.lock",
        "params.yaml",
    ]


def test_a_retrain_that_brought_nothing_new_leaves_no_trace(home):
    first = home.retrain("a")
    again, commit = home.retrain("a")

    assert commit == first[1]
    assert home.worktrees() == [first[0]]
    assert f"retrain/{again}" not in home.branches()
    assert home.workspace.resolve().name == first[0]


def test_a_commit_that_is_asked_for_twice_is_made_once(home):
    run, commit = home.retrain("a")

    assert home.runs.commit(run, "again") == commit


def test_what_is_promoted_is_merged_and_tagged_once(home):
    _, first = home.retrain("a")
    _, second = home.retrain("b")

    for version, commit in (("1", first), ("1", first), ("2", second), ("2", second)):
        home.runs.promote(version, commit)

    assert home.git("show", "main:params.yaml") == ["b"]
    assert home.git("rev-parse", "model/v1^{commit}", "model/v2^{commit}") == [first, second]
    assert len(home.git("rev-list", "--first-parent", "main")) == 3
    assert {first, second} < set(home.git("rev-list", "main"))


def test_after_a_rollback_main_is_what_the_champion_was_made_from_again(home):
    _, first = home.retrain("a")
    _, second = home.retrain("b")

    for version, commit in (("1", first), ("2", second), ("1", first), ("1", first)):
        home.runs.promote(version, commit)

    assert home.git("show", "main:params.yaml") == ["a"]
    assert len(home.git("rev-list", "--first-parent", "main")) == 4


def test_a_commit_that_is_nowhere_is_not_tagged_and_stops_nothing(home, caplog):
    home.retrain("a")

    home.runs.promote("7", "f" * 40)

    assert home.git("tag") == []
    assert "not tagged" in caplog.text


def test_old_worktrees_go_and_their_branches_stay_but_that_of_the_waiting_candidate_stays_whole(home):
    made = [home.retrain("a")]
    made += [home.retrain(params, protected=[made[0][1]]) for params in "bcdefg"]

    names = [run for run, _ in made]
    assert home.worktrees() == sorted([names[0], *names[-4:]])
    assert home.branches() == ["main", *sorted(f"retrain/{name}" for name in names)]


def test_a_home_of_before_there_were_worktrees_is_taken_in_with_everything(home):
    home.workspace.mkdir(parents=True)
    home.write("of before")
    (home.workspace / "notes.txt").write_text("mine")

    run = home.runs.open(AT)

    assert home.workspace.resolve().name == run
    assert (home.workspace / "dvc.lock").read_text() == "lock of of before"
    assert (home.home / "runs" / "00-before" / "notes.txt").read_text() == "mine"
    assert home.git("show", "retrain/00-before:params.yaml") == ["of", "before"]


def test_in_the_checkouts_own_home_only_the_branch_is_kept(tmp_path):
    home = Home(tmp_path, in_place=True)
    run, commit = home.retrain("a")
    _, same = home.retrain("a")

    assert home.branches() == ["main", f"retrain/{run}"]
    assert (same, home.workspace.is_symlink(), (home.home / "runs").exists()) == (commit, False, False)
    assert not (home.project / ".git").exists()


def test_branches_main_and_tags_are_pushed_where_the_settings_say(tmp_path):
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "shared.git")], check=True)
    home = Home(tmp_path, remote=str(tmp_path / "shared.git"))
    run, commit = home.retrain("a")

    home.runs.push(run)
    home.runs.promote("1", commit)
    home.runs.promote("1", commit)

    asked = ["git", "ls-remote", str(tmp_path / "shared.git")]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in found.splitlines()} >= {
        f"refs/heads/retrain/{run}",
        "refs/heads/main",
        "refs/tags/model/v1",
    }


def test_a_place_that_cannot_be_reached_is_named_in_one_line(tmp_path):
    home = Home(tmp_path, remote=str(tmp_path / "nowhere.git"))
    run, _ = home.retrain("a")

    with pytest.raises(PipelineError, match=r"^git push: .*nowhere\.git"):
        home.runs.push(run)
