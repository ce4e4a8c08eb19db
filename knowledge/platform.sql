-- What Supabase provides and plain Postgres does not: roles, the extensions schema, pgvector.
-- Run by a superuser before the migrations on plain or embedded Postgres, never on Supabase. Safe to repeat.

do $$
begin
  if to_regrole('supabase_auth_admin') is not null then
    raise exception 'this is a Supabase database; platform.sql is not for it';
  end if;
end $$;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated'] loop
    if to_regrole(wanted) is null then
      execute format('create role %I nologin noinherit', wanted);
    end if;
  end loop;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  if to_regrole('authenticator') is null then
    create role authenticator login noinherit;
  end if;
  -- As on Supabase, "postgres" is not a superuser: a migration that needs one fails here too.
  if to_regrole('postgres') is null then
    create role postgres login createdb createrole replication bypassrls;
  end if;
end $$;

grant anon, authenticated, service_role to authenticator;
do $$
begin
  -- A superuser named postgres has every role already; a grant to itself is refused.
  if not (select rolsuper from pg_roles where rolname = 'postgres') then
    grant anon, authenticated, service_role to postgres with admin option;
    grant authenticator to postgres with admin option;
  end if;
  execute format('grant create, connect, temporary on database %I to postgres', current_database());
end $$;

create schema if not exists extensions authorization postgres;
grant usage on schema extensions to public;
create extension if not exists vector with schema extensions;

alter schema public owner to postgres;
grant usage on schema public to anon, authenticated, service_role;
