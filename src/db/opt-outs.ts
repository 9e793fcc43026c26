/** What an opt-out writes: the denial of a consent, with its evidence. */
import { instant, json } from './columns.ts';
import type { ConsentChannel } from './database.ts';
import type { Trx } from './pool.ts';

export interface Denial {
  readonly id: string;
  readonly contactPointId: string;
  readonly channel: ConsentChannel;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly at: number;
  readonly seq: number;
}

export async function insertDenial(trx: Trx, denial: Denial): Promise<void> {
  await trx.insertInto('consent').values({
    id: denial.id, contact_point_id: denial.contactPointId, channel: denial.channel, state: 'denied',
    evidence: json(denial.evidence), at: instant(denial.at), seq: denial.seq,
  }).execute();
}
