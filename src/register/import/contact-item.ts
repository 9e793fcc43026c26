/** A contact that another system made: counted by the law for every creditor of the person, shown in the timeline, no attempt of ours. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { agreementsOfPerson, followedByExternalId } from '../../db/agreements.ts';
import type { ImportedLine, RowError } from '../../db/imports.ts';
import { insertPastContact, pastContactByExternalId, type NewPastContact } from '../../db/past-contacts.ts';
import { personByExternalId, personById, type PersonRow } from '../../db/persons.ts';
import { HOUR, localDate } from '../../domain/zone.ts';
import { AppError, type FieldError } from '../../errors.ts';
import { externalIdText, plainText } from '../agreement-body.ts';
import { isConversation, OUTCOME_TREE } from '../call.ts';
import { underLockOf } from '../person-by-ref.ts';
import type { RegisterContext } from '../person-lock.ts';
import { appendTimeline, type NewTimelineEntry } from '../timeline.ts';
import { cellsByColumn, type Cells, type Column } from './columns.ts';
import { singleRow, type ImportWork, type ItemReader } from './item.ts';
import { readInstant } from './written-instant.ts';

type ContactCells = Cells<'contacts'>;

export const readContactItem: ItemReader = (work, lines) => {
  const row = singleRow(lines);
  if (row === null) return { errors: [] };
  const cells = cellsByColumn('contacts', work.file.columns, row.cells);
  const missing = missingCells(row, cells);
  if (missing.length > 0) return { errors: missing };
  return {
    enter: async (within) => takeIn(within, work, cells),
    errorsOf: (error) => (error.errors.length === 0
      ? [{ line: row.line, column: cells.agreement === '' ? 'person' : 'agreement', reason: error.message }]
      : error.errors.map(({ path, message }) => ({ line: row.line, column: path, reason: message }))),
  };
};

function missingCells({ line }: ImportedLine, cells: ContactCells): RowError[] {
  const wrong = (column: Column<'contacts'>, reason: string): RowError => ({ line, column, reason });
  return [
    ...(cells.agreement === '' && cells.person === '' ? [wrong('agreement', 'is missing, and person too: one of them is needed')] : []),
    ...(['channel', 'at'] as const).filter((column) => cells[column] === '').map((column) => wrong(column, 'is missing')),
  ];
}

/** Whom the row speaks of. */
interface Whom {
  readonly person: PersonRow;
  readonly agreementId: string | null;
  readonly zone: string | null;
}

async function takeIn(within: RegisterContext, { creditor, actor }: ImportWork, cells: ContactCells): Promise<boolean> {
  const whom = await whomOf(within, creditor.id, cells);
  return underLockOf(within, whom.person.id, async (lock, person) => {
    if (person.erased_at !== null) throw refusal('person', 'was erased: nothing new is kept about them');
    const told = readContact(cells, whom, lock.now);
    const contentHash = sha256({ ...told.facts, person: person.id, agreement: whom.agreementId });
    const externalId = told.externalId ?? `sha256:${contentHash}`;
    const known = await pastContactByExternalId(lock.trx, creditor.id, externalId);
    if (known !== undefined) {
      if (sha256(factsOf(known)) !== contentHash) throw refusal('external_id', 'a contact with this external id exists with another content');
      return false;
    }
    await insertPastContact(lock.trx, {
      ...told.facts, id: within.newId(), creditor_id: creditor.id, identity_id: lock.identityId, person_id: person.id, agreement_id: whom.agreementId, external_id: externalId,
      note: told.note, imported_by: actor.id, imported_at: lock.now, seq: await lock.nextSeq(),
    });
    const concerned = whom.agreementId === null ? (await agreementsOfPerson(lock.trx, person.id)).map(({ id }) => id) : [whom.agreementId];
    for (const agreementId of concerned) await appendTimeline(lock.trx, agreementId, entryOf(told.facts, whom.zone ?? 'UTC', lock.now));
    return true;
  });
}

async function whomOf({ db }: RegisterContext, creditorId: string, cells: ContactCells): Promise<Whom> {
  const agreement = cells.agreement === '' ? undefined : await followedByExternalId(db, creditorId, cells.agreement);
  if (cells.agreement !== '' && agreement === undefined) throw refusal('agreement', 'there is no such agreement of this creditor');
  const named = cells.person === '' ? undefined : await personByExternalId(db, creditorId, cells.person);
  if (cells.person !== '' && named === undefined) throw refusal('person', 'there is no such person at this creditor');
  if (agreement !== undefined && named !== undefined && agreement.person_id !== named.id) throw refusal('person', 'is not the person of the agreement');
  const person = named ?? (agreement === undefined ? undefined : await personById(db, agreement.person_id));
  if (person === undefined) throw new AppError('ERR_INTERNAL');
  return { person, agreementId: agreement?.id ?? null, zone: person.zone ?? agreement?.zone ?? null };
}

type Facts = Pick<NewPastContact, 'channel' | 'direction' | 'at' | 'conversation' | 'purpose' | 'outcome'>;

/** What makes two contacts the same; a note does not. */
function factsOf(row: Facts & { person_id: string; agreement_id: string | null }): unknown {
  const { channel, direction, at, conversation, purpose, outcome } = row;
  return { channel, direction, at, conversation, purpose, outcome, person: row.person_id, agreement: row.agreement_id };
}

function sha256(content: unknown): string {
  return createHash('sha256').update(canonicalize(content) ?? '').digest('hex');
}

const OUTCOMES = [...OUTCOME_TREE.noContact, ...OUTCOME_TREE.thirdParty, ...OUTCOME_TREE.rightParty, ...OUTCOME_TREE.deceased] as const;

function oneOf<const T extends readonly [string, ...string[]]>(values: T, otherwise?: T[number]) {
  const choice = z.enum(values, { error: `must be one of ${values.join(', ')}` });
  return otherwise === undefined ? choice : z.preprocess((text) => (text === '' ? otherwise : text), choice);
}

const contactFields = z.object({
  channel: oneOf(['call', 'visit', 'sms', 'whatsapp', 'email', 'letter']),
  kind: oneOf(['attempt', 'conversation'], 'attempt'),
  outcome: z.union([z.literal('').transform(() => null), z.enum(OUTCOMES)], { error: `must be one of ${OUTCOMES.join(', ')}` }),
  direction: oneOf(['out', 'in'], 'out'),
  purpose: oneOf(['collection', 'preDueReminder', 'transactional', 'survey', 'legalNotice', 'optOutAck', 'replyToDebtor'], 'collection'),
  external_id: z.union([z.literal('').transform(() => null), externalIdText], { error: 'must be 1 to 64 letters, digits, dots, hyphens or underscores' }),
  note: z.union([z.literal('').transform(() => null), plainText(2_000)], { error: 'must be at most 2,000 characters, none of them control characters' }),
});

/** The clock of the machine that wrote the file may be ahead of ours by this much. */
const AHEAD = HOUR;
/** Noon: the same date in the zones nearby too, and the law counts by dates. */
const NOON = 12 * HOUR;

/** ERR_BODY names every cell that is wrong by its column. */
function readContact(cells: ContactCells, { zone }: Whom, now: number): { facts: Facts; externalId: string | null; note: string | null } {
  const parsed = contactFields.safeParse(cells);
  const read = readInstant(cells.at, zone);
  const errors: FieldError[] = parsed.success ? [] : parsed.error.issues.map((issue) => ({ path: String(issue.path[0] ?? 'agreement'), message: issue.message }));
  if ('wrong' in read) errors.push({ path: 'at', message: read.wrong });
  else if (read.at > now + AHEAD) errors.push({ path: 'at', message: 'must not be in the future' });
  else if (read.dayOnly && cells.external_id === '') errors.push({ path: 'at', message: 'needs a time of day, or the row an external_id: two contacts of one day would else be one' });
  if (errors.length > 0 || !parsed.success || 'wrong' in read) throw new AppError('ERR_BODY', undefined, { errors });
  const { channel, kind, outcome, direction, purpose, external_id: externalId, note } = parsed.data;
  const at = read.dayOnly ? Math.min(read.at + NOON, now) : read.at;
  return { facts: { channel, direction, at, conversation: kind === 'conversation' || (outcome !== null && isConversation(outcome)), purpose, outcome }, externalId, note };
}

const NAMES = {
  call: { es: 'llamada', en: 'call' }, visit: { es: 'visita', en: 'visit' }, sms: { es: 'SMS', en: 'SMS' }, whatsapp: { es: 'WhatsApp', en: 'WhatsApp' },
  email: { es: 'correo', en: 'e-mail' }, letter: { es: 'carta', en: 'letter' },
} as const satisfies Record<Facts['channel'], { es: string; en: string }>;

function entryOf({ channel, direction, at, conversation, outcome }: Facts, zone: string, now: number): NewTimelineEntry {
  const day = localDate(zone, at);
  const { es, en } = NAMES[channel];
  return {
    at: now, kind: 'contactImported', channel, outcome: outcome ?? (conversation ? 'conversation' : 'attempt'),
    text: {
      es: `Contacto anterior al seguimiento, importado: ${es}${direction === 'in' ? ' de la persona' : ''} del ${day}.`,
      en: `Contact from before, imported: ${en}${direction === 'in' ? ' by the person' : ''} on ${day}.`,
    },
  };
}

function refusal(path: Column<'contacts'>, message: string): AppError {
  return new AppError('ERR_BODY', undefined, { errors: [{ path, message }] });
}
