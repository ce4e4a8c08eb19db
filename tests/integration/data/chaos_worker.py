"""A worker for test_chaos: claims an interview, goes on where its log ends, and says each write it got acknowledged.

Waits for a line on its input before it starts. Ends with 0 when the log holds every answer, with 3 when it is fenced.
"""

from __future__ import annotations

import asyncio
import sys
import time
from uuid import UUID

from knowledge.errors import Fenced, LeaseHeld
from knowledge.postgres_repository import PostgresRepository
from knowledge.records import Claim, EventDraft

TTL_S = 0.4


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _claim(repository: PostgresRepository, interview_id: UUID, worker: str) -> Claim:
    while True:
        try:
            return await repository.claim(interview_id, worker, TTL_S)
        except LeaseHeld:
            await asyncio.sleep(0.02)


async def main(dsn: str, interview_id: UUID, worker: str, answers: int) -> int:
    repository = await PostgresRepository.connect(dsn, patience_s=10.0)
    _say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    claim = await _claim(repository, interview_id, worker)
    done = len(await repository.events(interview_id)) // 2
    try:
        for number in range(done + 1, answers + 1):
            drafts = [
                EventDraft(kind, {"n": number}, f"{kind}:{number}", worker, time.time()) for kind in ("asked", "heard")
            ]
            await repository.append(interview_id, claim.epoch, drafts, TTL_S)
            _say(str(number))
    except Fenced:
        return 3
    finally:
        await repository.aclose()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], UUID(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
