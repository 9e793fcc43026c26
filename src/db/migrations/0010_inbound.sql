-- What people write to us: one row a message and person. What it was taken to mean, what it brought about, and whether
-- somebody has to look (the inbox). Instants are business time.

create table reply (
  id               uuid primary key,
  -- Of provider_event: the message is stored there as it came.
  provider         text not null,
  event_id         text not null,
  channel          text not null check (channel in ('sms', 'email')),
  -- All null: nobody of ours has written to this address, or more than one could be meant.
  creditor_id      text references creditor,
  person_id        uuid references person,
  identity_id      uuid references identity,
  contact_point_id uuid references contact_point,
  agreement_id     uuid references agreement,
  -- False: it answered another creditor of whoever wrote, and only its opt-out holds here too.
  addressed        boolean not null,
  -- What was read: without the quoted mail and the signature. Null: erased, or written to another creditor.
  body             text,
  attachments      int not null default 0,
  class            text not null,
  -- 0 to 1.
  confidence       double precision not null,
  said_date        date,
  said_time        text,
  amount_minor     bigint,
  -- What came of it, a word of src/register/replies/done.ts.
  did              text not null,
  -- Why somebody must look; null: nobody.
  inbox            text,
  state            text not null check (state in ('open', 'done')),
  at               timestamptz not null,
  closed_at        timestamptz,
  closed_by        text,
  note             text,
  -- The one automatic answer: which, not before when, and what became of it.
  answer           text,
  answer_at        timestamptz,
  answer_state     text check (answer_state in ('wanted', 'made', 'dropped')),
  answer_attempt   uuid references attempt,
  unique nulls not distinct (provider, event_id, person_id)
);
create index reply_inbox on reply (at, id) where inbox is not null;
create index reply_identity on reply (identity_id, at);
create index reply_person on reply (person_id);
create index reply_answer on reply (answer_at) where answer_state = 'wanted';

-- Whose address is it, and what was last written to it.
create index contact_point_by_value on contact_point (value);
create index attempt_contact_point_begun on attempt (contact_point_id, begun_at);
