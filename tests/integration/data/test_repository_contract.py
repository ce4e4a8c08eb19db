"""What every `InterviewRepository` does: the same tests over memory and over Postgres."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.errors import Conflict, Fenced, LeaseHeld, NotFound
from knowledge.memory_repository import MemoryRepository
from knowledge.postgres_repository import PostgresRepository
from knowledge.records import ABANDONED_AFTER, InterviewStatus
from knowledge.repository import InterviewRepository
from tests.integration.data.interviews import an_event, an_interview

TTL_S = 30.0
OVER = 0.0
"""A lease that has run out when it starts."""


@pytest.fixture(params=["memory", "postgres"])
async def repository(request: pytest.FixtureRequest) -> AsyncIterator[InterviewRepository]:
    store: InterviewRepository
    if request.param == "memory":
        store = MemoryRepository()
    else:
        store = await PostgresRepository.connect(request.getfixturevalue("database_dsn"))
    yield store
    await store.aclose()


async def test_a_new_interview_is_scheduled_and_found_by_id_token_and_code(repository: InterviewRepository):
    new = an_interview()

    record = await repository.create_interview(new)

    assert (record.flow_id, record.title, record.candidate_name) == (new.flow_id, new.title, new.candidate_name)
    assert (record.email, record.plan, record.expires_at) == (new.email, new.plan, new.expires_at)
    assert (record.status, record.outcome, record.last_seq) == (InterviewStatus.SCHEDULED, None, 0)
    assert (record.started_at, record.ended_at, record.lease_until) == (None, None, None)
    assert abs(record.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert await repository.interview(record.id) == record
    assert await repository.interview_by_token(new.token_sha256) == record
    assert await repository.interview_by_code(new.access_code_hmac) == record


async def test_times_come_back_in_utc(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())

    assert record.created_at.tzinfo is UTC
    assert record.expires_at.tzinfo is UTC


async def test_unknown_ids_tokens_and_codes(repository: InterviewRepository):
    nobody = uuid.uuid4()

    with pytest.raises(NotFound):
        await repository.interview(nobody)
    assert await repository.interview_by_token(bytes(32)) is None
    assert await repository.interview_by_code(bytes(32)) is None
    assert await repository.events(nobody) == []
    assert await repository.report(nobody) is None
    for attempt in (
        repository.claim(nobody, "worker", TTL_S),
        repository.append(nobody, 1, [an_event("a")], TTL_S),
        repository.renew(nobody, 1, TTL_S),
        repository.release(nobody, 1, "paused"),
        repository.finish(nobody, 1, "completed", None),
        repository.save_report(nobody, {}),
        repository.erase_interview(nobody, "owner"),
    ):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.parametrize("taken", ["token_sha256", "access_code_hmac"])
async def test_a_token_or_code_serves_one_interview(repository: InterviewRepository, taken: str):
    first = an_interview()
    await repository.create_interview(first)

    with pytest.raises(Conflict):
        await repository.create_interview(an_interview(**{taken: getattr(first, taken)}))

    assert len(await repository.interviews()) == 1


async def test_an_expired_or_finished_interview_is_still_found_by_its_token(repository: InterviewRepository):
    new = an_interview(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    record = await repository.create_interview(new)
    claim = await repository.claim(record.id, "worker", TTL_S)
    await repository.finish(record.id, claim.epoch, "completed", None)

    found = await repository.interview_by_token(new.token_sha256)

    assert found is not None
    assert (found.id, found.status) == (record.id, InterviewStatus.FINISHED)
    assert found == await repository.interview_by_code(new.access_code_hmac)


async def test_interviews_come_newest_first_up_to_a_limit(repository: InterviewRepository):
    made = [(await repository.create_interview(an_interview())).id for _ in range(3)]

    assert [record.id for record in await repository.interviews()] == made[::-1]
    assert [record.id for record in await repository.interviews(limit=2)] == made[:0:-1]


async def test_what_postgres_cannot_store_is_replaced(repository: InterviewRepository):
    record = await repository.create_interview(an_interview(candidate_name="A\x00da", plan={"name": "\ud800"}))
    claim = await repository.claim(record.id, "worker", TTL_S)
    await repository.append(record.id, claim.epoch, [an_event("a", text="nul \x00 \U0001f600")], TTL_S)

    assert (record.candidate_name, claim.plan) == ("A\ufffdda", {"name": "\ufffd"})
    assert (await repository.events(record.id))[0].payload == {"text": "nul \ufffd \U0001f600"}


async def test_a_claim_makes_it_live_and_a_second_worker_is_held_off(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())

    claim = await repository.claim(record.id, "first", TTL_S)

    assert (claim.epoch, claim.status, claim.plan, claim.last_seq) == (1, InterviewStatus.SCHEDULED, record.plan, 0)
    live = await repository.interview(record.id)
    assert live.status is InterviewStatus.LIVE
    assert live.started_at is not None
    assert live.lease_until is not None
    with pytest.raises(LeaseHeld) as refused:
        await repository.claim(record.id, "second", TTL_S)
    assert (refused.value.owner, refused.value.until) == ("first", live.lease_until)


async def test_the_same_worker_claims_again_and_its_earlier_epoch_ends(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    earlier = await repository.claim(record.id, "worker", TTL_S)

    later = await repository.claim(record.id, "worker", TTL_S)

    assert (later.epoch, later.status) == (earlier.epoch + 1, InterviewStatus.LIVE)
    with pytest.raises(Fenced):
        await repository.append(record.id, earlier.epoch, [an_event("a")], TTL_S)


async def test_an_expired_lease_is_taken_over_and_the_start_time_stays(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    lost = await repository.claim(record.id, "first", OVER)
    started_at = (await repository.interview(record.id)).started_at

    taken = await repository.claim(record.id, "second", TTL_S)

    assert taken.epoch == lost.epoch + 1
    assert (await repository.interview(record.id)).started_at == started_at


async def test_a_worker_whose_lease_ran_out_goes_on_while_nobody_took_over(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "first", OVER)

    assert await repository.append(record.id, claim.epoch, [an_event("a")], TTL_S) == 1

    with pytest.raises(LeaseHeld):
        await repository.claim(record.id, "second", TTL_S)


async def test_events_are_stored_in_order_without_gaps(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)

    assert await repository.append(record.id, claim.epoch, [an_event("a", n=1), an_event("b", n=2)], TTL_S) == 2
    assert await repository.append(record.id, claim.epoch, [an_event("c", n=3)], TTL_S) == 3

    stored = await repository.events(record.id)
    assert [(event.seq, event.payload["n"]) for event in stored] == [(1, 1), (2, 2), (3, 3)]
    assert {(event.type, event.actor, event.epoch, event.at_s) for event in stored} == {
        ("heard", "candidate", claim.epoch, 1_800_000_000.25)
    }
    assert [event.seq for event in await repository.events(record.id, after_seq=2)] == [3]
    assert (await repository.interview(record.id)).last_seq == 3


@pytest.mark.parametrize("at_s", [0.1 + 0.2, 1_795_272_869.3526537, 0.0])
async def test_times_of_events_come_back_exactly(repository: InterviewRepository, at_s: float):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    event = an_event("a", started_s=at_s)
    event = type(event)(event.type, event.payload, event.idem_key, event.actor, at_s)

    await repository.append(record.id, claim.epoch, [event], TTL_S)

    stored = (await repository.events(record.id))[0]
    assert (stored.at_s, stored.payload) == (at_s, {"started_s": at_s})


async def test_a_call_repeated_after_a_lost_reply_stores_nothing_twice(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    batch = [an_event("a", n=1), an_event("b", n=2)]
    await repository.append(record.id, claim.epoch, batch, TTL_S)

    assert await repository.append(record.id, claim.epoch, batch, TTL_S) == 2
    assert await repository.append(record.id, claim.epoch, [*batch, an_event("c", n=3)], TTL_S) == 3

    assert [event.payload["n"] for event in await repository.events(record.id)] == [1, 2, 3]


async def test_a_key_belongs_to_one_interview(repository: InterviewRepository):
    for _ in range(2):
        record = await repository.create_interview(an_interview())
        claim = await repository.claim(record.id, "worker", TTL_S)
        assert await repository.append(record.id, claim.epoch, [an_event("same")], TTL_S) == 1


async def test_a_batch_is_stored_whole_or_not_at_all(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)

    with pytest.raises(ValueError, match="JSON"):
        await repository.append(record.id, claim.epoch, [an_event("a"), an_event("b", n=float("nan"))], TTL_S)

    assert await repository.events(record.id) == []


async def test_no_events_renew_the_lease_only(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", OVER)

    assert await repository.append(record.id, claim.epoch, [], TTL_S) == 0

    assert await repository.stalled(datetime.now(UTC)) == []


async def test_a_zombie_is_fenced_from_every_write(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    zombie = await repository.claim(record.id, "zombie", OVER)
    heir = await repository.claim(record.id, "heir", TTL_S)

    for attempt in (
        repository.append(record.id, zombie.epoch, [an_event("a")], TTL_S),
        repository.renew(record.id, zombie.epoch, TTL_S),
        repository.release(record.id, zombie.epoch, "paused"),
        repository.finish(record.id, zombie.epoch, "completed", {"by": "zombie"}),
    ):
        with pytest.raises(Fenced):
            await attempt

    assert await repository.events(record.id) == []
    assert await repository.report(record.id) is None
    assert await repository.append(record.id, heir.epoch, [an_event("a")], TTL_S) == 1


async def test_writers_racing_for_one_interview_have_one_winner(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())

    outcomes = await asyncio.gather(
        *(repository.claim(record.id, f"worker {n}", TTL_S) for n in range(6)), return_exceptions=True
    )

    assert sum(isinstance(outcome, LeaseHeld) for outcome in outcomes) == 5


async def test_appends_at_the_same_time_keep_the_log_contiguous(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)

    await asyncio.gather(
        *(repository.append(record.id, claim.epoch, [an_event(f"{n % 10}")], TTL_S) for n in range(20))
    )

    assert [event.seq for event in await repository.events(record.id)] == list(range(1, 11))


async def test_renewing_keeps_others_off(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "first", OVER)

    await repository.renew(record.id, claim.epoch, TTL_S)

    with pytest.raises(LeaseHeld):
        await repository.claim(record.id, "second", TTL_S)


@pytest.mark.parametrize("status", ["paused", "live"])
async def test_a_released_interview_is_free_at_once_and_closed_to_its_old_worker(
    repository: InterviewRepository, status: str
):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "first", TTL_S)

    for _ in range(2):
        await repository.release(record.id, claim.epoch, "paused" if status == "paused" else "live")

    released = await repository.interview(record.id)
    assert (released.status, released.lease_until) == (InterviewStatus(status), None)
    with pytest.raises(Fenced):
        await repository.append(record.id, claim.epoch, [an_event("a")], TTL_S)
    assert (await repository.claim(record.id, "second", TTL_S)).status is InterviewStatus(status)


async def test_finishing_ends_the_lease_and_stores_the_report_once(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)

    for report in ({"version": 1}, {"version": 2}):
        await repository.finish(record.id, claim.epoch, "completed", report)

    finished = await repository.interview(record.id)
    assert (finished.status, finished.outcome, finished.lease_until) == (InterviewStatus.FINISHED, "completed", None)
    assert finished.ended_at is not None
    assert await repository.report(record.id) == {"version": 1}
    with pytest.raises(Conflict):
        await repository.claim(record.id, "worker", TTL_S)
    with pytest.raises(Fenced):
        await repository.append(record.id, claim.epoch, [an_event("a")], TTL_S)


async def test_a_report_can_come_later_and_be_replaced(repository: InterviewRepository):
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    await repository.finish(record.id, claim.epoch, "completed", None)
    assert await repository.report(record.id) is None

    await repository.save_report(record.id, {"version": 1})
    await repository.save_report(record.id, {"version": 2})

    assert await repository.report(record.id) == {"version": 2}


async def test_stalled_are_live_interviews_that_nobody_holds(repository: InterviewRepository):
    scheduled, held, dead, given_up, paused, finished = [
        await repository.create_interview(an_interview()) for _ in range(6)
    ]
    await repository.claim(held.id, "worker", TTL_S)
    await repository.claim(dead.id, "worker", OVER)
    await repository.release(given_up.id, (await repository.claim(given_up.id, "worker", TTL_S)).epoch, "live")
    await repository.release(paused.id, (await repository.claim(paused.id, "worker", TTL_S)).epoch, "paused")
    await repository.finish(finished.id, (await repository.claim(finished.id, "w", TTL_S)).epoch, "completed", None)
    now = datetime.now(UTC)

    assert [record.id for record in await repository.stalled(now)] == [dead.id, given_up.id]
    later = [record.id for record in await repository.stalled(now + timedelta(seconds=TTL_S + 1))]
    assert later == [held.id, dead.id, given_up.id]
    assert scheduled.id not in later


async def test_expired_invites_close_what_nobody_will_take_up(repository: InterviewRepository):
    past = datetime.now(UTC) - timedelta(seconds=1)
    unused, waiting, dead, held = [await repository.create_interview(an_interview(expires_at=past)) for _ in range(4)]
    valid = await repository.create_interview(an_interview())
    await repository.release(waiting.id, (await repository.claim(waiting.id, "worker", TTL_S)).epoch, "paused")
    lost = await repository.claim(dead.id, "worker", OVER)
    kept = await repository.claim(held.id, "worker", TTL_S)
    soon = datetime.now(UTC)

    assert set(await repository.finish_expired(soon)) == {unused.id, waiting.id}
    # The renewed lease of the held one reaches past the moment at which the dead one is given up.
    await repository.renew(held.id, kept.epoch, ABANDONED_AFTER.total_seconds() + TTL_S)
    assert await repository.finish_expired(soon + ABANDONED_AFTER) == [dead.id]

    outcomes = {record.id: record.outcome for record in await repository.interviews()}
    assert outcomes == {
        unused.id: "expired", waiting.id: "abandoned", dead.id: "abandoned", held.id: None, valid.id: None
    }  # fmt: skip
    with pytest.raises(Fenced):
        await repository.append(dead.id, lost.epoch, [an_event("a")], TTL_S)


async def test_erasing_leaves_nothing_but_an_audit_line(repository: InterviewRepository):
    new = an_interview()
    record = await repository.create_interview(new)
    other = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", TTL_S)
    await repository.append(record.id, claim.epoch, [an_event("a", text="private")], TTL_S)
    await repository.save_report(record.id, {"name": new.candidate_name})

    for _ in range(2):
        await repository.erase_interview(record.id, "owner")

    with pytest.raises(NotFound):
        await repository.interview(record.id)
    assert await repository.interview_by_token(new.token_sha256) is None
    assert await repository.interview_by_code(new.access_code_hmac) is None
    assert await repository.events(record.id) == []
    assert await repository.report(record.id) is None
    with pytest.raises(NotFound):
        await repository.append(record.id, claim.epoch, [an_event("b")], TTL_S)
    assert [kept.id for kept in await repository.interviews()] == [other.id]
    (line,) = await repository.audit()
    assert (line.actor, line.action, line.object_type, line.object_id) == (
        "owner", "erased", "interview", str(record.id)
    )  # fmt: skip
