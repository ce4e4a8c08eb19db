"""Workers die and freeze in the middle of one interview; its log must not show it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.postgres_repository import PostgresRepository
from tests.integration.data.interviews import an_interview

ANSWERS = 400
FENCED = 3
SEED = 20261121


class _Worker:
    def __init__(self, dsn: str, interview_id: object, name: str) -> None:
        program = Path(__file__).with_name("chaos_worker.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program), dsn, str(interview_id), name, str(ANSWERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
            env={"PYTHONPATH": str(Path(__file__).parents[3])},
        )

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def workers() -> Iterator[list[_Worker]]:
    started: list[_Worker] = []
    yield started
    for worker in started:
        worker.process.kill()
        worker.process.communicate()


@pytest.mark.parametrize("deaths", [5])
async def test_killed_and_frozen_workers_leave_one_contiguous_log(
    database_dsn: str, postgres_repository: PostgresRepository, workers: list[_Worker], deaths: int
):
    record = await postgres_repository.create_interview(an_interview())
    workers += [_Worker(database_dsn, record.id, f"worker {n}") for n in range(deaths + 1)]
    for worker in workers:
        assert worker.line() == "ready"
    chance = random.Random(SEED)
    acknowledged: list[int] = []

    for number, worker in enumerate(workers[:-1]):
        worker.begin()
        acknowledged += [int(worker.line()) for _ in range(chance.randint(5, 30))]
        frozen = number % 2 == 1
        worker.process.send_signal(signal.SIGSTOP if frozen else signal.SIGKILL)
    last = workers[-1]
    last.begin()
    rest = last.process.communicate()[0].split()
    for zombie in workers[1:-1:2]:
        zombie.process.send_signal(signal.SIGCONT)

    assert last.process.returncode == 0
    assert [zombie.process.wait(10) for zombie in workers[1:-1:2]] == [FENCED] * (deaths // 2)
    events = await postgres_repository.events(record.id)
    assert [event.seq for event in events] == list(range(1, 2 * ANSWERS + 1))
    expected = [(kind, number) for number in range(1, ANSWERS + 1) for kind in ("asked", "heard")]
    assert [(event.type, event.payload["n"]) for event in events] == expected
    assert set(acknowledged) | {int(number) for number in rest} <= {event.payload["n"] for event in events}
    assert [event.epoch for event in events] == sorted(event.epoch for event in events)
    assert events[-1].epoch == deaths + 1
