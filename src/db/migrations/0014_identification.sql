-- Where debtors come from (sources), who may be the same person (matches), and identities that were joined, so that a
-- wrong join can be taken back exactly.

-- An identity that was joined with another stays, empty: its hash leads to the one that counts now, and an undo gives it back.
alter table identity add column joined_to uuid references identity;
-- Through which person a stop came in: after an undo it stays with that one. Null: before this release.
alter table stop add column person_id uuid references person;
-- The source that told the point; when a later delivery no longer had it. It stays as evidence and is not used.
alter table contact_point add column source_id uuid;
alter table contact_point add column ungiven_at timestamptz;
create index contact_point_value on contact_point (kind, value);

-- Two persons who may be one. While it is open, nothing leaves to person_id (who came later), and contacts of both count for the other.
create table identity_match (
  id              uuid primary key,
  person_id       uuid not null references person,
  other_person_id uuid not null references person,
  -- Likeness of the names, 0 to 1000; kinds of contact points that both have.
  score           int not null,
  shared          text[] not null,
  -- Sure enough to be joined without a person's decision.
  sure            boolean not null,
  state           text not null check (state in ('open', 'same', 'different')),
  found_at        timestamptz not null,
  decided_at      timestamptz,
  decided_by      text,
  check (person_id <> other_person_id)
);
create unique index identity_match_pair on identity_match (least(person_id, other_person_id), greatest(person_id, other_person_id));
create index identity_match_open on identity_match (person_id) where state = 'open';
create index identity_match_open_other on identity_match (other_person_id) where state = 'open';
create index identity_match_list on identity_match (state, found_at, id);

-- What a join moved. joined_seq is above every number of both identities at that moment, undone_seq likewise.
create table identity_join (
  id            uuid primary key,
  match_id      uuid not null references identity_match,
  from_identity uuid not null references identity,
  to_identity   uuid not null references identity,
  persons       uuid[] not null,
  stops         uuid[] not null,
  joined_seq    bigint not null,
  joined_at     timestamptz not null,
  joined_by     text not null,
  undone_seq    bigint,
  undone_at     timestamptz,
  undone_by     text
);
create unique index identity_join_standing on identity_join (match_id) where undone_at is null;
create index identity_join_to on identity_join (to_identity) where undone_at is null;

create table source (
  id          uuid primary key,
  creditor_id text not null references creditor,
  name        text not null,
  kind        text not null check (kind in ('folder', 'sql')),
  -- The newest of source_version, which is in force.
  version     int not null,
  active      boolean not null,
  created_at  timestamptz not null,
  -- Business clock; null: never looked at.
  looked_at   timestamptz,
  next_at     timestamptz not null,
  unique (creditor_id, name)
);
alter table contact_point add foreign key (source_id) references source;

-- Column mapping and place, without secrets: a connection is the name of a variable.
create table source_version (
  source_id    uuid not null references source,
  version      int not null,
  definition   jsonb not null,
  published_by text not null,
  published_at timestamptz not null,
  primary key (source_id, version)
);

-- A file in the folder as it was last seen: taken up when it has not changed for a while.
create table source_sighting (
  source_id  uuid not null references source,
  file_name  text not null,
  bytes      bigint not null,
  changed_ms bigint not null,
  since      timestamptz not null,
  primary key (source_id, file_name)
);

-- One delivery: claimed by the hash of what came, before anything is done with it.
create table source_run (
  id          uuid primary key,
  source_id   uuid not null references source,
  version     int not null,
  file_name   text,
  sha256      text not null,
  state       text not null check (state in ('claimed', 'importing', 'done', 'failed')),
  import_id   uuid references import_file,
  -- { withdrawn, ungiven, missing, missingWithdrawn, unchanged? }
  counts      jsonb not null default '{}',
  -- Codes and column names, no cell.
  error       text,
  claimed_at  timestamptz not null,
  ended_at    timestamptz
);
create unique index source_run_one_open on source_run (source_id) where state in ('claimed', 'importing');
create index source_run_list on source_run (source_id, claimed_at desc);

-- Agreements that the source has told; gone_at: a full delivery no longer had it.
create table source_row (
  source_id    uuid not null references source,
  agreement    text not null,
  seen_run     uuid not null references source_run,
  gone_at      timestamptz,
  primary key (source_id, agreement)
);

alter table import_file add column source_id uuid references source;
