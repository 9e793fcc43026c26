/** The health of an address: reckoned from what became of its messages, kept, and told in the timeline whenever it changes. */
import { healthAfter, signOfReceipt, SOFT_LIMITS, softStreak, type ContactHealth, type HealthSign, type MessageEnd } from '../../channels/contact-health.ts';
import { isProvider } from '../../channels/receipt-patience.ts';
import { isReceiptStatus } from '../../channels/receipts.ts';
import { agreementsOfPerson } from '../../db/agreements.ts';
import { endsAt } from '../../db/attempts.ts';
import { contactPointById, setHealth } from '../../db/contact-points.ts';
import type { PersonLock } from '../person-lock.ts';
import { appendTimeline, type EntryText } from '../timeline.ts';

/** Far more messages than a run of failures may have. */
const LATEST = 50;

/** Notes what was told about an address, under the lock of its person; true when its health changed. */
export async function noteSign(lock: PersonLock, contactPointId: string, sign: HealthSign): Promise<boolean> {
  const point = await contactPointById(lock.trx, contactPointId);
  if (point === undefined) return false;
  const next = healthAfter(point.health, sign, softStreak(await messageEnds(lock, contactPointId)), SOFT_LIMITS[point.kind === 'phone' ? 'sms' : 'email']);
  if (next === point.health) return false;
  await setHealth(lock.trx, contactPointId, next);
  for (const row of await agreementsOfPerson(lock.trx, point.person_id)) {
    if (row.phase !== 'closed') await appendTimeline(lock.trx, row.id, { at: lock.now, kind: 'contactPointHealth', outcome: next, text: TEXTS[point.kind][next] });
  }
  return true;
}

/** Somebody else may be reading there: nobody writes or calls to it before a person has looked. */
export function quarantinePoint(lock: PersonLock, contactPointId: string): Promise<boolean> {
  return noteSign(lock, contactPointId, 'wrongPerson');
}

async function messageEnds(lock: PersonLock, contactPointId: string): Promise<MessageEnd[]> {
  return (await endsAt(lock.trx, contactPointId, LATEST)).map(({ provider, receipt, receipt_code: code, receipt_at: at }) => ({
    sign: isProvider(provider) && isReceiptStatus(receipt) ? signOfReceipt(provider, receipt, code ?? undefined) : null, at: at ?? 0,
  }));
}

const TEXTS: Readonly<Record<'phone' | 'email', Readonly<Record<ContactHealth, EntryText>>>> = {
  phone: {
    valid: { es: 'El teléfono vuelve a recibir mensajes.', en: 'The phone receives messages again.' },
    softFailing: { es: 'El teléfono no recibió el último mensaje. Puede ser pasajero: se sigue usando.', en: 'The phone did not receive the last message. That may pass: it stays in use.' },
    landline: { es: 'El teléfono es fijo: no recibe SMS, solo llamadas.', en: 'The phone is a landline: it takes calls, no SMS.' },
    invalid: { es: 'El teléfono no existe o no recibe mensajes: ya no se usa.', en: 'The phone does not exist or receives no messages: it is not used any more.' },
    quarantined: { es: 'El teléfono puede ser de otra persona: no se usa hasta que alguien lo revise.', en: "The phone may be somebody else's: it is not used until somebody has looked." },
  },
  email: {
    valid: { es: 'La dirección de correo vuelve a recibir mensajes.', en: 'The e-mail address receives messages again.' },
    softFailing: { es: 'La dirección de correo no recibió el último mensaje. Puede ser pasajero: se sigue usando.', en: 'The e-mail address did not receive the last message. That may pass: it stays in use.' },
    landline: { es: 'La dirección de correo no recibe mensajes.', en: 'The e-mail address receives no messages.' },
    invalid: { es: 'La dirección de correo no existe o no recibe mensajes: ya no se usa.', en: 'The e-mail address does not exist or receives no messages: it is not used any more.' },
    quarantined: { es: 'La dirección de correo puede ser de otra persona: no se usa hasta que alguien la revise.', en: "The e-mail address may be somebody else's: it is not used until somebody has looked." },
  },
};
