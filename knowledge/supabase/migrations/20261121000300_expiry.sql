-- Finishes interviews whose invite had expired at p_now and that nobody holds; returns their ids.
-- Ten minutes without a holder, or a day from the start where the lease was given up, as in knowledge/records.py.

create function public.finish_expired_interviews(p_now timestamptz) returns setof uuid
language sql security definer set search_path = '' as $$
  update public.interviews i
    set status = 'finished',
        outcome = case i.status when 'scheduled' then 'expired' else 'abandoned' end,
        ended_at = clock_timestamp(),
        lease_owner = null,
        lease_until = null,
        lease_epoch = i.lease_epoch + 1
    from public.invites v
    where v.interview_id = i.id
      and v.expires_at <= p_now
      and (i.status in ('scheduled', 'paused')
           or (i.status = 'live'
               and coalesce(i.lease_until, i.started_at + interval '1 day') + interval '10 minutes' <= p_now))
    returning i.id
$$;

revoke all on function public.finish_expired_interviews(timestamptz)
  from public, anon, authenticated, service_role, service_voice;
grant execute on function public.finish_expired_interviews(timestamptz) to service_role;
