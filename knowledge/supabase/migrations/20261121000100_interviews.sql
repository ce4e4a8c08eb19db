-- Interviews, their invites, event log and reports, and the audit trail.
-- Portable over Supabase and plain Postgres 15+ after platform.sql. Rules for every migration:
-- no superuser, no search path, row level security and explicit grants on every table.

do $$
begin
  if to_regrole('service_voice') is null then
    create role service_voice nologin noinherit;
  end if;
  grant service_voice to authenticator;
  -- Superusers may set any role; anyone else needs membership to set a role in a transaction.
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant service_voice to %I', current_user);
  end if;
end $$;
grant usage on schema public to service_voice;

create table public.interviews (
  id uuid primary key,
  flow_id text not null,
  title text not null,
  candidate_name text not null,
  email text,
  plan jsonb not null check (jsonb_typeof(plan) = 'object'),
  status text not null default 'scheduled' check (status in ('scheduled', 'live', 'paused', 'finished')),
  outcome text,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  last_seq bigint not null default 0 check (last_seq >= 0),
  lease_owner text,
  lease_epoch integer not null default 0,
  lease_until timestamptz,
  check ((status = 'finished') = (ended_at is not null)),
  check ((status = 'finished') = (outcome is not null)),
  check ((lease_owner is null) = (lease_until is null)),
  check (lease_owner is null or status = 'live')
);
comment on column public.interviews.lease_epoch is
  'Rises with every claim; a write that names a lower epoch is refused.';
create index interviews_created on public.interviews (created_at desc, id);
create index interviews_live on public.interviews (lease_until) where status = 'live';

create table public.invites (
  interview_id uuid primary key references public.interviews on delete cascade,
  token_sha256 bytea not null unique check (octet_length(token_sha256) = 32),
  access_code_hmac bytea not null unique check (octet_length(access_code_hmac) = 32),
  expires_at timestamptz not null
);

create table public.interview_events (
  interview_id uuid not null references public.interviews on delete cascade,
  seq bigint not null check (seq > 0),
  type text not null,
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  actor text not null,
  epoch integer not null,
  idem_key text not null,
  at_s double precision not null,
  stored_at timestamptz not null default clock_timestamp(),
  primary key (interview_id, seq),
  unique (interview_id, idem_key)
);
comment on column public.interview_events.at_s is
  'Unix seconds: the time the interview machine was given, so that a fold of the log repeats its decisions.';

create table public.reports (
  interview_id uuid primary key references public.interviews on delete cascade,
  body jsonb not null check (jsonb_typeof(body) = 'object'),
  created_at timestamptz not null default clock_timestamp()
);

-- No foreign key and no personal data: a line outlives what it speaks of.
create table public.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  object_type text not null,
  object_id text not null
);
create index audit_log_object on public.audit_log (object_id);

-- The log and the audit trail are append-only for everyone, their owner included.
-- The one exception is erasure, which names the interview it erases for its own transaction.
create function public.forbid_rewrite() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'interview_events' then
    -- A condition of its own: "old" has this column on one table only.
    if current_setting('viva.erasing', true) = old.interview_id::text then
      return old;
    end if;
  end if;
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;
create trigger append_only before update or delete on public.interview_events
  for each row execute function public.forbid_rewrite();
create trigger no_truncate before truncate on public.interview_events
  for each statement execute function public.forbid_rewrite();
create trigger append_only before update or delete on public.audit_log
  for each row execute function public.forbid_rewrite();
create trigger no_truncate before truncate on public.audit_log
  for each statement execute function public.forbid_rewrite();

-- The interview that the caller's claims name, or null.
create function public.claimed_interview() returns uuid
language sql stable set search_path = '' as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'interview_id', '')::uuid
$$;

alter table public.interviews enable row level security;
alter table public.invites enable row level security;
alter table public.interview_events enable row level security;
alter table public.reports enable row level security;
alter table public.audit_log enable row level security;

-- The subselect makes the claim a value computed once per statement rather than once per row.
create policy voice_reads_its_interview on public.interviews for select to service_voice
  using (id = (select public.claimed_interview()));
create policy voice_reads_its_events on public.interview_events for select to service_voice
  using (interview_id = (select public.claimed_interview()));

-- Supabase may grant new objects to its API roles by default, so what is not theirs is taken back by name.
revoke all on public.interviews, public.invites, public.interview_events, public.reports, public.audit_log
  from public, anon, authenticated, service_role, service_voice;
revoke all on sequence public.audit_log_id_seq from public, anon, authenticated, service_role, service_voice;
revoke all on function public.forbid_rewrite(), public.claimed_interview()
  from public, anon, authenticated, service_role, service_voice;

-- The worker needs the candidate's name only as the plan speaks it, and never the address.
grant select (id, flow_id, title, plan, status, outcome, created_at, started_at, ended_at, last_seq,
  lease_owner, lease_epoch, lease_until) on public.interviews to service_voice;
grant select on public.interview_events to service_voice;
grant execute on function public.claimed_interview() to service_voice;
grant select on public.interviews, public.invites, public.interview_events, public.reports, public.audit_log
  to service_role;
grant insert, update on public.reports to service_role;
