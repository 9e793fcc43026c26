/** Fixed sentences put into a text: which of them apply to a message, and what they say there. */
import { AppError } from '../errors.ts';
import type { TextData, TextEngine } from './liquid.ts';
import type { MessageData } from './message-data.ts';
import { BLOCK_IDS, type BlockId, type Phrases } from './phrases.ts';

/** Whether the sentence has something to say in this message. What a rule demands and the data lack stays missing. */
export function applies(block: BlockId, data: MessageData): boolean {
  switch (block) {
    // A person whose country nobody knows may live in Chile.
    case 'notSeizure': return data.country === null || data.country === 'CL';
    case 'debtCollectorDisclosure': return data.country === 'US' && data.firm !== data.creditorName;
    case 'lender': return data.country === 'MX';
    case 'notYou': return !data.confirmed;
    case 'contract': case 'amount': case 'interest': case 'fees': return data.contracts.length > 0;
    case 'agentName': return data.contact.person !== null;
    case 'address': return data.contact.address !== null;
    case 'phone': return data.contact.phone !== null;
    case 'creditorNameAddressTaxId': return data.contact.creditorAddress !== null && data.contact.creditorTaxId !== null;
    default: return true;
  }
}

/** The sentence in this message. */
export function sayBlock(engine: TextEngine, phrases: Phrases, block: BlockId, data: TextData): string {
  return engine.render(phrases.blocks[block], `blocks.${block}`, data).replace(/ {2,}/g, ' ').trim();
}

/** `[[notSeizure]]` in a source is the fixed sentence, or nothing where it does not apply; the blocks named, too. */
export function withBlocks(source: string, phrases: Phrases, data: MessageData): { readonly source: string; readonly named: readonly BlockId[] } {
  const named: BlockId[] = [];
  const filled = source.replace(/\[\[(\w+)\]\]/g, (_, id: string) => {
    const block = BLOCK_IDS.find((known) => known === id);
    if (block === undefined) throw new AppError('ERR_TEMPLATE', `The template's sms names the unknown block ${id}.`, { errors: [{ path: 'sms', message: `unknown block ${id}` }] });
    if (!applies(block, data)) return '';
    named.push(block);
    return phrases.blocks[block];
  });
  return { source: filled, named };
}
