-- Every write of more than one row, each a single transaction.
-- SQLSTATEs PTnnn reach a PostgREST caller as HTTP nnn; psycopg reads them from the error:
-- PT404 no such interview, PT409 fenced, PT410 finished, PT423 held by another worker.

-- Refuses a caller whose claims do not name the interview, unless its role is above row level security.
create function public.require_claim(p_interview uuid) returns void
language plpgsql stable set search_path = '' as $$
declare
  caller text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
begin
  if p_interview is distinct from public.claimed_interview()
     and not exists (select from pg_roles where rolname = caller and (rolbypassrls or rolsuper)) then
    raise exception 'the claims do not name interview %', p_interview using errcode = '42501';
  end if;
end $$;

-- Locks the interview and returns it, if p_epoch holds it.
-- An expired lease that nobody took over still holds: only a higher epoch or a release ends it.
create function public.hold_interview(p_interview uuid, p_epoch integer) returns public.interviews
language plpgsql set search_path = '' as $$
declare
  held public.interviews;
begin
  perform public.require_claim(p_interview);
  select * into held from public.interviews where id = p_interview for update;
  if not found then
    raise exception 'there is no interview %', p_interview using errcode = 'PT404';
  end if;
  if held.lease_epoch <> p_epoch or held.lease_owner is null then
    raise exception 'epoch % no longer holds interview %', p_epoch, p_interview using errcode = 'PT409';
  end if;
  return held;
end $$;

create function public.create_interview(
  p_id uuid, p_flow_id text, p_title text, p_candidate_name text, p_email text, p_plan jsonb,
  p_token_sha256 bytea, p_access_code_hmac bytea, p_expires_at timestamptz
) returns void
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.interviews (id, flow_id, title, candidate_name, email, plan)
    values (p_id, p_flow_id, p_title, p_candidate_name, p_email, p_plan)
    on conflict (id) do nothing;
  if not found then
    return;  -- the caller repeats a call whose reply was lost
  end if;
  insert into public.invites (interview_id, token_sha256, access_code_hmac, expires_at)
    values (p_id, p_token_sha256, p_access_code_hmac, p_expires_at);
end $$;

create function public.claim_interview(
  p_interview uuid, p_worker text, p_ttl_s double precision,
  out epoch integer, out status text, out plan jsonb, out last_seq bigint
)
language plpgsql security definer set search_path = '' as $$
declare
  found_row public.interviews;
begin
  perform public.require_claim(p_interview);
  select * into found_row from public.interviews i where i.id = p_interview for update;
  if not found then
    raise exception 'there is no interview %', p_interview using errcode = 'PT404';
  end if;
  if found_row.status = 'finished' then
    raise exception 'the interview is finished' using errcode = 'PT410';
  end if;
  if found_row.lease_owner <> p_worker and found_row.lease_until > clock_timestamp() then
    raise exception 'the interview is held by another worker' using errcode = 'PT423',
      detail = jsonb_build_object('owner', found_row.lease_owner, 'until', found_row.lease_until)::text;
  end if;
  epoch := found_row.lease_epoch + 1;
  status := found_row.status;
  plan := found_row.plan;
  last_seq := found_row.last_seq;
  update public.interviews i
    set status = 'live', started_at = coalesce(i.started_at, clock_timestamp()), lease_owner = p_worker,
        lease_epoch = found_row.lease_epoch + 1,
        lease_until = clock_timestamp() + make_interval(secs => p_ttl_s)
    where i.id = p_interview;
end $$;

-- p_events: a JSON array of {type, payload, idem_key, actor, at_s}. Returns the newest seq.
create function public.append_events(
  p_interview uuid, p_epoch integer, p_events jsonb, p_ttl_s double precision
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  held public.interviews;
  event jsonb;
  head bigint;
begin
  held := public.hold_interview(p_interview, p_epoch);
  head := held.last_seq;
  for event in select value from jsonb_array_elements(p_events) with ordinality order by ordinality loop
    insert into public.interview_events (interview_id, seq, type, payload, actor, epoch, idem_key, at_s)
      values (p_interview, head + 1, event ->> 'type', event -> 'payload', event ->> 'actor', p_epoch,
              event ->> 'idem_key', (event ->> 'at_s')::double precision)
      on conflict (interview_id, idem_key) do nothing;
    if found then
      head := head + 1;
    end if;
  end loop;
  update public.interviews
    set last_seq = head, lease_until = clock_timestamp() + make_interval(secs => p_ttl_s)
    where id = p_interview;
  return head;
end $$;

create function public.renew_interview(p_interview uuid, p_epoch integer, p_ttl_s double precision) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.hold_interview(p_interview, p_epoch);
  update public.interviews set lease_until = clock_timestamp() + make_interval(secs => p_ttl_s)
    where id = p_interview;
end $$;

create function public.release_interview(p_interview uuid, p_epoch integer, p_status text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_claim(p_interview);
  if p_status not in ('live', 'paused') then
    raise exception 'an interview is released as live or paused, not %', p_status using errcode = '22023';
  end if;
  perform from public.interviews
    where id = p_interview and lease_epoch = p_epoch and lease_owner is null and status = p_status;
  if found then
    return;
  end if;
  perform public.hold_interview(p_interview, p_epoch);
  update public.interviews set status = p_status, lease_owner = null, lease_until = null where id = p_interview;
end $$;

create function public.finish_interview(p_interview uuid, p_epoch integer, p_outcome text, p_report jsonb)
returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform public.require_claim(p_interview);
  perform from public.interviews where id = p_interview and lease_epoch = p_epoch and status = 'finished';
  if found then
    return;
  end if;
  perform public.hold_interview(p_interview, p_epoch);
  update public.interviews
    set status = 'finished', outcome = p_outcome, ended_at = clock_timestamp(), lease_owner = null,
        lease_until = null
    where id = p_interview;
  if p_report is not null then
    insert into public.reports (interview_id, body) values (p_interview, p_report)
      on conflict (interview_id) do update set body = excluded.body, created_at = excluded.created_at;
  end if;
end $$;

create function public.erase_interview(p_interview uuid, p_actor text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform set_config('viva.erasing', p_interview::text, true);
  delete from public.interviews where id = p_interview;  -- cascades to invite, events and report
  if not found then
    perform from public.audit_log where action = 'erased' and object_id = p_interview::text;
    if not found then
      raise exception 'there is no interview %', p_interview using errcode = 'PT404';
    end if;
    return;
  end if;
  perform set_config('viva.erasing', '', true);
  insert into public.audit_log (actor, action, object_type, object_id)
    values (p_actor, 'erased', 'interview', p_interview::text);
end $$;

revoke all on function
  public.require_claim(uuid),
  public.hold_interview(uuid, integer),
  public.create_interview(uuid, text, text, text, text, jsonb, bytea, bytea, timestamptz),
  public.claim_interview(uuid, text, double precision),
  public.append_events(uuid, integer, jsonb, double precision),
  public.renew_interview(uuid, integer, double precision),
  public.release_interview(uuid, integer, text),
  public.finish_interview(uuid, integer, text, jsonb),
  public.erase_interview(uuid, text)
  from public, anon, authenticated, service_role, service_voice;
grant execute on function
  public.claim_interview(uuid, text, double precision),
  public.append_events(uuid, integer, jsonb, double precision),
  public.renew_interview(uuid, integer, double precision),
  public.release_interview(uuid, integer, text),
  public.finish_interview(uuid, integer, text, jsonb)
  to service_voice, service_role;
grant execute on function
  public.create_interview(uuid, text, text, text, text, jsonb, bytea, bytea, timestamptz),
  public.erase_interview(uuid, text)
  to service_role;
