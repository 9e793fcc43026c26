/** One line that grows on a terminal; elsewhere a line now and then. */
import type { ImportAnswer } from '../../register/import/reads.ts';

export interface Bar {
  show(answer: Pick<ImportAnswer, 'kind' | 'state' | 'progress'>): void;
  /** Leaves the line. */
  end(): void;
}

const WIDTH = 30;
/** A log gets a line at every tenth. */
const TENTHS = 10;

/** null: nothing is shown. */
export function progressBar(stream: { readonly isTTY?: boolean; write(text: string): unknown } | null): Bar {
  let shown = '';
  return {
    show: (answer) => {
      if (stream === null) return;
      const line = lineOf(answer, stream.isTTY === true);
      if (line === shown) return;
      shown = line;
      stream.write(stream.isTTY === true ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end: () => {
      if (stream?.isTTY === true && shown !== '') stream.write('\n');
    },
  };
}

function lineOf({ kind, state, progress }: Pick<ImportAnswer, 'kind' | 'state' | 'progress'>, exact: boolean): string {
  const reading = state === 'reading';
  const [done, all] = reading ? [progress.readLines, progress.lines] : [progress.settled, progress.items];
  const share = all === 0 ? 1 : Math.min(1, done / all);
  const filled = Math.round(share * WIDTH);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
  if (!exact) return `pacto: ${reading ? 'reads the file' : `takes in ${kind}`}: ${Math.floor(share * TENTHS) * TENTHS} %`;
  return `${bar} ${Math.floor(share * 100)} % ${reading ? `line ${done} of ${all}` : `${done} of ${all} ${kind}, ${progress.rejected} rejected`}`;
}
