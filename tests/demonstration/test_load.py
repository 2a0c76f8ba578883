"""The loaded demonstration: what it holds, that both ways of making it agree, and what it refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.seeded import LOAD, LOADED, ROOT, Seeded, load_once

pytestmark = pytest.mark.thorough

STANDING = "FROM contribution c JOIN consultation k ON k.id = c.consultation_id WHERE k.slug = ?"
TABLES = {
    "contribution": "SELECT t.* FROM contribution t WHERE t.id = ?",
    "contribution_version": "SELECT t.* FROM contribution_version t WHERE t.contribution_id = ?",
    "answer": "SELECT t.* FROM answer t WHERE t.contribution_id = ?",
    "answer_version": "SELECT t.* FROM answer_version t JOIN answer a ON a.id = t.answer_id WHERE a.contribution_id = ?",
    "submitted_answer": "SELECT t.* FROM submitted_answer t JOIN contribution_version v"
    " ON v.id = t.contribution_version_id WHERE v.contribution_id = ?",
    "text": "SELECT t.* FROM text t JOIN answer_version v ON v.text_id = t.id JOIN answer a ON a.id = v.answer_id"
    " WHERE a.contribution_id = ?",
}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """A copy of the loaded demonstration of this run."""
    return load_once(tmp_path_factory)


def test_it_holds_every_kind_of_contribution_in_six_languages(loaded: Seeded) -> None:
    def count(more: str = "") -> int:
        return int(loaded.one(f"SELECT count(*) {STANDING} {more}", LOADED))

    assert count() == LOAD
    assert count("AND c.mode = 'confidential'") > LOAD // 4
    assert count("AND c.state = 'drafting'") > 0
    assert count("AND c.state = 'withdrawn'") > 0
    assert count("AND c.submitted_versions > 1") > 0
    assert int(loaded.one(f"SELECT count(DISTINCT c.language) {STANDING}", LOADED)) >= 5
    states = {row[0] for row in loaded.ask("SELECT DISTINCT n.state FROM national_answer n")}
    assert states == {"drafting", "for_approval", "approved"}
    assert int(loaded.one("SELECT count(*) FROM statement WHERE answer_id IS NULL")) > 0
    assert (
        int(
            loaded.one(
                "SELECT count(*) FROM source s JOIN answer a ON a.id = s.answer_id"
                " WHERE a.current_version_id <> s.answer_version_id"
            )
        )
        > 0
    ), "words revised after use"


@pytest.mark.parametrize("table", TABLES)
def test_what_is_written_in_bulk_has_the_shape_that_the_services_give(loaded: Seeded, table: str) -> None:
    """Which columns are filled says nothing of the way a row was made."""

    def shapes(accounts: str) -> set[tuple[bool, ...]]:
        contribution = (
            f"SELECT c.id {STANDING} AND c.mode = 'named' AND c.state = 'submitted'"  # noqa: S608
            f" AND c.submitted_versions = 1 AND c.organisation_id {accounts} (SELECT organisation_id FROM membership)"
        )
        found: set[tuple[bool, ...]] = set()
        for (each,) in loaded.ask(contribution, LOADED)[:6]:
            rows = loaded.ask(TABLES[table], str(each).replace("-", ""))
            assert rows
            found |= {tuple(value is None for value in row) for row in rows}
        return found

    told, bulk = shapes("IN"), shapes("NOT IN")
    assert bulk
    assert bulk <= told


def test_loading_once_more_adds_nothing(loaded: Seeded, tmp_path: Path) -> None:
    own = loaded.copy(tmp_path / "again")
    run(own, "seed", "--load", "500")
    assert int(own.one(f"SELECT count(*) {STANDING}", LOADED)) == LOAD


def run(seeded: Seeded, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One command of the portal."""
    return subprocess.run(
        [sys.executable, "-m", "app", *command],
        cwd=ROOT,
        env=seeded.environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("number", ["0", "-4", "many", "4.5", "1000000"])
def test_a_number_that_is_none_is_refused(tmp_path: Path, number: str) -> None:
    refused = run(Seeded(tmp_path), "seed", f"--load={number}")
    assert refused.returncode == 2
    assert "is not a number of contributions" in refused.stderr
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_production_is_not_loaded(tmp_path: Path) -> None:
    refused = run(Seeded(tmp_path), "seed", "--load=4", PORTAL_DEMONSTRATION="false")
    assert refused.returncode == 2
    assert "is for a demonstration" in refused.stderr
    assert os.listdir(tmp_path) == []  # noqa: PTH208
