-- Offers that were accepted, and plans that a supervisor let pass the creditor's limits: the evidence beside the fact
-- `renegotiated`. Instants are business time.

create table offer_acceptance (
  id           uuid primary key,
  agreement_id uuid not null references agreement,
  -- Digest of what was offered, of the day and of where the agreement stood. The same acceptance again is the same.
  offer_id     text not null,
  kind         text not null check (kind in ('moveDate', 'newPlan', 'payNow')),
  -- The plan that it made.
  version      integer not null,
  accepted_by  text not null check (accepted_by in ('debtor', 'agent')),
  -- Id of a key or of a session, `debtor`, or the name of a process; never a person's name.
  actor_id     text not null,
  channel      text not null check (channel in ('page', 'reply', 'phone', 'api')),
  link_id      uuid references link,
  accepted_at  timestamptz not null,
  -- Lower-case hex SHA-256 of the text that was shown or read out; the hash stays when the text is erased.
  text_hash    text not null,
  text_shown   text,
  unique (agreement_id, offer_id)
);

create table limit_override (
  agreement_id  uuid not null references agreement,
  version       integer not null,
  overridden_by text not null,
  at            timestamptz not null,
  -- Names of the bounds that the plan passes.
  bounds        text[] not null,
  -- Erased with the person.
  reason        text,
  primary key (agreement_id, version)
);
