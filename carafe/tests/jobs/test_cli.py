"""`flask jobs …`"""

import pytest

from carafe.tests.jobs.conftest import enqueue, state
from carafe.tests.jobs.samples import give_up, note


@pytest.fixture
def command(app):
    return lambda *words: app.test_cli_runner().invoke(args=["jobs", *map(str, words)])


def test_it_lists_jobs_newest_first(command, run):
    failed = enqueue(give_up)
    run()
    waiting = enqueue(note, "x")
    lines = [line.split("\t") for line in command("list").stdout.splitlines()]
    assert [(int(line[0]), line[1]) for line in lines] == [(waiting, "queued"), (failed, "failed")]
    assert lines[1][-1] == "There is no such address."
    assert len(command("list", "--state", "failed").stdout.splitlines()) == 1


def test_it_queues_a_failed_job_anew(command, run):
    id = enqueue(give_up)
    run()
    assert command("retry", id).exit_code == 0
    assert state(id).state == "queued"
    second = command("retry", id)
    assert second.exit_code == 1
    assert (
        second.stderr
        == f"Error: Job {id} is queued. Only failed or canceled jobs can be retried.\n"
    )


def test_it_queues_all_of_a_name_that_failed_anew(command, run):
    failed = [enqueue(give_up), enqueue(give_up)]
    run()
    enqueue(note, "x")
    assert command("retry", "--failed", give_up.name).stdout == "Queued 2 jobs\n"
    assert [state(id).state for id in failed] == ["queued", "queued"]
    assert command("retry", "--failed", give_up.name).stdout == "Queued 0 jobs\n"
    assert command("retry").exit_code == 2


def test_it_cancels_a_job(command, run):
    id = enqueue(note, "x")
    assert command("cancel", id).stdout == f"Job {id} is canceled.\n"
    assert run() == 0
    done = enqueue(note, "y")
    run()
    assert command("cancel", done).exit_code == 1


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_it_says_when_there_is_no_such_job(command, verb):
    assert command(verb, 4711).stderr == "Error: No such job: 4711.\n"


def test_it_knows_its_queues(command):
    answer = command("work", "--queue", "nowhere")
    assert answer.exit_code == 1
    assert "No such queue: nowhere" in answer.stderr


def test_it_purges(command):
    assert command("purge").stdout == "Deleted 0 jobs\n"
