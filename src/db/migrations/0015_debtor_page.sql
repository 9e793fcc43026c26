-- What a debtor hands in on the page beside the words of a dispute. The file lies here and nowhere else, so that it goes
-- with the person; no name, because people name files after themselves.
create table dispute_file (
  dispute_id  uuid primary key references dispute,
  -- Told by the bytes themselves, never by the name or the browser.
  media_type  text not null check (media_type in ('application/pdf', 'image/jpeg', 'image/png')),
  bytes       bytea not null check (length(bytes) between 1 and 5000000),
  received_at timestamptz not null
);
