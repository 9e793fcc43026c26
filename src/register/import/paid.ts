/** The payment that stands for what an import says was paid on an instalment. */
import { createHash } from 'node:crypto';

const LONGEST = 64;

/** The same for every import of the same instalment; readable where it fits. */
export function paidExternalId(agreement: string, instalment: number): string {
  const readable = `import.${agreement}.${instalment}`;
  return readable.length <= LONGEST ? readable : `import.${createHash('sha256').update(readable).digest('hex').slice(0, 40)}`;
}
