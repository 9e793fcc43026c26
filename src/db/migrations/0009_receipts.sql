-- What providers report after they took a message, and what becomes of an address by it.

-- Why a delivery failed, in the provider's own code: from it the health of the address is reckoned anew whatever the order
-- of the receipts. And when the reconcile job looks for the end of a message that nobody has told (business clock); null:
-- nothing more is expected, or it was given up: sent, unconfirmed.
alter table attempt add column receipt_code text;
alter table attempt add column receipt_due_at timestamptz;
create index attempt_receipt_due on attempt (receipt_due_at) where receipt_due_at is not null;

-- The run of failures to one address is counted from here.
create index attempt_contact_point on attempt (contact_point_id, begin_seq);

-- Messages of before this release are looked for like new ones, oldest first, in the batches of the job.
update attempt set receipt_due_at = ended_at + interval '1 hour' where state = 'sent' and receipt_rank < 4 and ended_at is not null;
