/** An agent's call script for one person: the lines in order, the mandatory ones word for word with the id that is ticked. */
import { applies, sayBlock } from './blocks.ts';
import type { TextData } from './liquid.ts';
import { parseMessageData, type MessageDataInput } from './message-data.ts';
import { phrasesOf, type BlockId } from './phrases.ts';
import { engineOf } from './render.ts';
import type { ScriptBody } from './template.ts';

export interface ScriptLine {
  readonly id: string;
  readonly say: string;
  /** Must be said word for word, and ticked when it was. */
  readonly mandatory: boolean;
  readonly block?: BlockId;
}

export interface RenderedScript {
  readonly channel: 'call';
  readonly lines: readonly ScriptLine[];
  readonly blocks: readonly BlockId[];
}

/** Renders the script; until the person has confirmed who they are it ends before the first line that tells of a debt. */
export function renderScript(script: ScriptBody, locale: string, input: MessageDataInput): RenderedScript {
  const data = parseMessageData(input);
  const phrases = phrasesOf(locale);
  const engine = engineOf(locale);
  const given: TextData = { ...data, short: false, w: phrases.words };
  const lines = script.lines
    .filter((line) => (data.confirmed || !line.confirmed) && (line.block === undefined || applies(line.block, data)))
    .map(({ id, block, say }, index): ScriptLine => {
      const text = say === undefined ? (block === undefined ? '' : sayBlock(engine, phrases, block, given)) : engine.render(say, `lines.${index}`, given).replace(/\s+/g, ' ').trim();
      return { id, say: text, mandatory: block !== undefined, ...(block === undefined ? {} : { block }) };
    });
  return { channel: 'call', lines, blocks: lines.flatMap(({ block }) => block ?? []) };
}
