"""The keeper against rooms in memory: who gets an agent, when, and that there is never more than one."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from agent.keeper import Keeper, KeeperAction, KeeperTimes
from agent.web.rooms import RoomServerUnreachable
from knowledge.records import InterviewStatus
from tests.unit.web.conftest import House

DISPATCHED, GHOST = KeeperAction.DISPATCHED, KeeperAction.GHOST_REMOVED
LEASE_S = 6.0


@dataclass
class Watched:
    """A keeper whose passes the test makes, a second apart."""

    house: House
    keeper: Keeper
    actions: Counter[KeeperAction] = field(default_factory=Counter)

    async def seconds(self, count: float, *, step_s: float = 1.0) -> None:
        """Let time pass, with a pass of the keeper each second and one at the start."""
        await self.keeper.reconcile()
        for _ in range(int(count / step_s)):
            self.house.clock.advance(step_s)
            await self.keeper.reconcile()

    async def scheduled(self) -> UUID:
        return (await self.house.invite()).interview_id

    async def live(self) -> UUID:
        """An interview under way: candidate and agent in the room, lease taken."""
        interview_id = await self.scheduled()
        self.house.rooms.candidate_joins(interview_id)
        self.house.rooms.agent_joins(interview_id)
        await self.house.repository.claim(interview_id, "first", LEASE_S)
        return interview_id

    async def agents(self, interview_id: UUID) -> int:
        return len((await self.house.rooms.view(interview_id)).agents)


@pytest.fixture
def watched(house: House) -> Watched:
    actions: Counter[KeeperAction] = Counter()
    keeper = Keeper(house.repository, house.rooms, clock=house.clock, on_action=lambda action: actions.update([action]))
    return Watched(house, keeper, actions)


async def test_first_dispatch_is_given_its_time(watched: Watched):
    interview_id = await watched.scheduled()
    watched.house.rooms.candidate_joins(interview_id)
    await watched.seconds(10)
    assert watched.actions[DISPATCHED] == 0


async def test_dropped_dispatch_is_made_again_after_three_seconds(watched: Watched):
    watched.house.rooms.workers_free = False
    interview_id = await watched.scheduled()
    watched.house.rooms.candidate_joins(interview_id)
    await watched.seconds(2)
    assert watched.actions[DISPATCHED] == 0
    await watched.seconds(1)
    assert watched.actions[DISPATCHED] == 1


async def test_back_off_while_no_worker_is_free_stays_short_enough_to_wait_for(watched: Watched):
    watched.house.rooms.workers_free = False
    interview_id = await watched.scheduled()
    watched.house.rooms.candidate_joins(interview_id)
    await watched.seconds(60)
    assert 5 <= watched.actions[DISPATCHED] <= 9
    before = watched.actions[DISPATCHED]
    await watched.seconds(13)
    assert watched.actions[DISPATCHED] > before
    assert len((await watched.house.rooms.view(interview_id)).dispatches) == 1


async def test_nudge_forgets_the_back_off(watched: Watched):
    watched.house.rooms.workers_free = False
    interview_id = await watched.scheduled()
    watched.house.rooms.candidate_joins(interview_id)
    await watched.seconds(60)
    before = watched.actions[DISPATCHED]
    watched.keeper.nudge(interview_id)
    await watched.seconds(4)
    assert watched.actions[DISPATCHED] == before + 1


async def test_worker_that_accepts_and_never_comes_is_replaced(watched: Watched):
    interview_id = await watched.scheduled()
    watched.house.rooms.candidate_joins(interview_id)
    await watched.seconds(16)
    assert watched.actions[DISPATCHED] == 1
    await watched.seconds(16)
    assert watched.actions[DISPATCHED] == 2


async def test_nobody_waits_nobody_is_sent(watched: Watched):
    watched.house.rooms.workers_free = False
    interview_id = await watched.scheduled()
    watched.house.rooms.candidate_joins(interview_id)
    watched.house.rooms.candidate_leaves(interview_id)
    await watched.seconds(30)
    assert watched.actions[DISPATCHED] == 0


async def test_running_interview_is_left_alone(watched: Watched):
    interview_id = await watched.live()
    for _ in range(20):
        claim_epoch = 1
        await watched.house.repository.renew(interview_id, claim_epoch, LEASE_S)
        await watched.seconds(2)
    assert not watched.actions


async def test_killed_worker_ghost_is_removed_and_replaced_once(watched: Watched):
    interview_id = await watched.live()
    await watched.seconds(5)
    assert not watched.actions
    await watched.seconds(3)
    assert (watched.actions[GHOST], watched.actions[DISPATCHED]) == (1, 1)
    assert await watched.agents(interview_id) == 0
    watched.house.rooms.agent_joins(interview_id)
    await watched.seconds(2)
    assert (watched.actions[GHOST], watched.actions[DISPATCHED]) == (1, 1)
    await watched.house.repository.claim(interview_id, "second", 600)
    await watched.seconds(60)
    assert (watched.actions[GHOST], watched.actions[DISPATCHED]) == (1, 1)
    assert await watched.agents(interview_id) == 1


async def test_replacement_that_dies_as_well_is_replaced(watched: Watched):
    interview_id = await watched.live()
    await watched.seconds(8)
    watched.house.rooms.agent_joins(interview_id)
    await watched.house.repository.claim(interview_id, "second", LEASE_S)
    await watched.seconds(8)
    assert (watched.actions[GHOST], watched.actions[DISPATCHED]) == (2, 2)


async def test_replacement_that_never_claims_is_a_ghost(watched: Watched):
    interview_id = await watched.live()
    await watched.seconds(8)
    watched.house.rooms.agent_joins(interview_id)
    await watched.seconds(11)
    assert watched.actions[GHOST] == 1
    await watched.seconds(3)
    assert (watched.actions[GHOST], watched.actions[DISPATCHED]) == (2, 2)


async def test_killed_worker_without_ghost(watched: Watched):
    interview_id = await watched.live()
    (agent,) = (await watched.house.rooms.view(interview_id)).agents
    await watched.house.rooms.remove_agent(interview_id, agent.identity)
    await watched.seconds(8)
    assert (watched.actions[GHOST], watched.actions[DISPATCHED]) == (0, 1)


async def test_interview_given_up_to_be_taken_over_is_taken_over_at_once(watched: Watched):
    interview_id = await watched.live()
    (agent,) = (await watched.house.rooms.view(interview_id)).agents
    await watched.house.rooms.remove_agent(interview_id, agent.identity)
    await watched.house.repository.release(interview_id, 1, "live")
    await watched.keeper.reconcile()
    assert watched.actions[DISPATCHED] == 1


async def test_lease_that_ran_out_a_moment_ago_may_still_be_renewed(watched: Watched):
    interview_id = await watched.live()
    await watched.keeper.reconcile()
    watched.house.clock.advance(LEASE_S + 0.2)
    await watched.keeper.reconcile()
    await watched.house.repository.renew(interview_id, 1, LEASE_S)
    await watched.seconds(4)
    assert not watched.actions


async def test_candidate_who_comes_back_to_a_paused_room_gets_an_agent_at_once(watched: Watched):
    interview_id = await watched.live()
    (agent,) = (await watched.house.rooms.view(interview_id)).agents
    watched.house.rooms.candidate_leaves(interview_id)
    await watched.house.rooms.remove_agent(interview_id, agent.identity)
    await watched.house.repository.release(interview_id, 1, "paused")
    await watched.seconds(30)
    assert not watched.actions
    watched.house.rooms.candidate_joins(interview_id)
    await watched.keeper.reconcile()
    assert watched.actions[DISPATCHED] == 1


async def test_candidate_who_opens_a_new_room_for_a_paused_interview_has_an_agent_on_its_way(watched: Watched):
    interview_id = await watched.live()
    await watched.house.repository.release(interview_id, 1, "paused")
    await watched.house.rooms.close_room(interview_id)
    await watched.seconds(5)
    watched.house.rooms.candidate_joins(interview_id)
    await watched.seconds(5)
    assert not watched.actions


async def test_candidate_left_in_the_room_of_a_finished_interview_is_sent_out(watched: Watched):
    interview_id = await watched.live()
    await watched.house.repository.finish(interview_id, 1, "completed", None)
    await watched.seconds(19)
    assert interview_id in await watched.house.rooms.open_interviews()
    await watched.seconds(3)
    assert interview_id not in await watched.house.rooms.open_interviews()
    assert watched.actions == {KeeperAction.ROOM_CLOSED: 1}


async def test_room_of_an_unknown_interview_is_none_of_our_business(watched: Watched):
    watched.house.rooms.candidate_joins(UUID(int=7))
    await watched.seconds(30)
    assert not watched.actions
    assert UUID(int=7) in await watched.house.rooms.open_interviews()


async def test_old_interviews_are_closed(watched: Watched):
    never, away, crashed, running = [await watched.scheduled() for _ in range(4)]
    repository = watched.house.repository
    claim = await repository.claim(away, "first", LEASE_S)
    await repository.release(away, claim.epoch, "paused")
    crashed_claim = await repository.claim(crashed, "first", LEASE_S)
    await watched.keeper.reconcile()
    watched.house.clock.advance(72 * 3600 + 1)
    await repository.claim(running, "first", LEASE_S)
    await watched.keeper.reconcile()
    outcomes = {record.id: (record.status, record.outcome) for record in await repository.interviews()}
    assert outcomes == {
        never: (InterviewStatus.FINISHED, "expired"),
        away: (InterviewStatus.FINISHED, "abandoned"),
        crashed: (InterviewStatus.FINISHED, "abandoned"),
        running: (InterviewStatus.LIVE, None),
    }
    assert watched.actions[KeeperAction.INTERVIEW_CLOSED] == 3
    assert crashed_claim.epoch == 1


async def test_keeper_forgets_rooms_that_are_gone(watched: Watched):
    watched.house.rooms.workers_free = False
    for interview_id in (await watched.scheduled(), await watched.live()):
        watched.house.rooms.candidate_joins(interview_id)
        await watched.keeper.reconcile()
        await watched.house.rooms.close_room(interview_id)
    await watched.keeper.reconcile()
    assert not watched.keeper._memory.watches
    assert not watched.keeper._memory.leases


async def test_unreachable_sfu_is_raised_by_a_pass(watched: Watched):
    watched.house.rooms.reachable = False
    with pytest.raises(RoomServerUnreachable):
        await watched.keeper.reconcile()


async def test_run_outlives_failures_and_hears_nudges(house: House, caplog: pytest.LogCaptureFixture):
    seen: asyncio.Queue[KeeperAction] = asyncio.Queue()
    times = KeeperTimes(poll_s=0.01, first_agent_s=0)
    keeper = Keeper(house.repository, house.rooms, clock=house.clock, on_action=seen.put_nowait, times=times)
    house.rooms.reachable = False
    house.rooms.workers_free = False
    interview_id = (await house.invite()).interview_id
    house.rooms.candidate_joins(interview_id)
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(5):
        for _ in range(3):
            assert await seen.get() is KeeperAction.FAILED
        house.rooms.reachable = True
        keeper.nudge(interview_id)
        while await seen.get() is not KeeperAction.DISPATCHED:
            pass
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
