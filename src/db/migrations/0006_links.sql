-- Links of messages: what stands in /d/{token} and /u/{token}. Only the hash of a token lies here; the token itself was
-- in the message and nowhere else. Instants are business time unless a column says wall.

create table link (
  id               uuid primary key,
  kind             text not null check (kind in ('debtor', 'unsubscribe')),
  -- Lower-case hex SHA-256.
  token_hash       text not null unique,
  attempt_id       uuid not null references attempt,
  creditor_id      text not null references creditor,
  person_id        uuid not null references person,
  contact_point_id uuid not null references contact_point,
  -- Whose wake the message was.
  agreement_id     uuid not null references agreement,
  created_at       timestamptz not null,
  expires_at       timestamptz not null,
  -- An attempt that surely left nothing and begins again gets new tokens; the old ones were never sent.
  unique (attempt_id, kind)
);
create index link_person on link (person_id);

-- Tries at the second factor of a debtor's page. What was typed is not kept.
create table factor_try (
  id        bigserial primary key,
  person_id uuid not null references person,
  link_id   uuid not null references link,
  factor    text not null check (factor in ('digits', 'code')),
  passed    boolean not null,
  at_wall   timestamptz not null default clock_timestamp()
);
create index factor_try_person on factor_try (person_id, id);
create index factor_try_link on factor_try (link_id);

-- A code sent to the contact point of the link, for people whose national id is not known. Hashed, short-lived.
create table factor_code (
  id         uuid primary key,
  link_id    uuid not null references link,
  code_hash  text not null,
  made_wall  timestamptz not null default clock_timestamp(),
  until_wall timestamptz not null,
  used       boolean not null default false
);
create index factor_code_link on factor_code (link_id, made_wall);

-- Whoever passed sees the page until then; the cookie holds a token, here is its hash.
create table page_session (
  token_hash text primary key,
  link_id    uuid not null references link,
  until_wall timestamptz not null
);
create index page_session_link on page_session (link_id);

-- Who published a text: 'pacto' came with a release, anything else is the installation's own and stays in force.
alter table template add column published_by text not null default 'pacto';
