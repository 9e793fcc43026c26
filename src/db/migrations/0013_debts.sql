-- Debts that were assigned before there is an agreement. A debt is a row of its own kind: one amount, due as a whole, no
-- plan; everything that follows an agreement (facts, contacts, money, evidence) follows it in the same tables.

alter table agreement add column kind text not null default 'agreement' check (kind in ('agreement', 'debt'));
-- Of a debt: the agreement that was logged for it and took its place.
alter table agreement add column agreed_in uuid references agreement;
alter table agreement add constraint agreement_agreed_in_of_debt check (agreed_in is null or kind = 'debt');

-- A creditor's books may give the debt and the agreement about it the same number.
alter table agreement drop constraint agreement_creditor_id_external_id_key;
alter table agreement add constraint agreement_creditor_id_kind_external_id_key unique (creditor_id, kind, external_id);
create index agreement_debt_list on agreement (creditor_id, logged_at, id) where kind = 'debt';
create index agreement_agreed_in on agreement (agreed_in) where agreed_in is not null;

alter table import_file drop constraint import_file_kind_check;
alter table import_file add constraint import_file_kind_check check (kind in ('agreements', 'debts', 'payments', 'contacts'));
