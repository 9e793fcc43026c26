/** An example for every command, shown by its --help: the path of the command, then what stands behind it. */
import type { Command } from 'commander';

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  api: [''],
  worker: ['', '--queues deliver'],
  pump: [''],
  migrate: ['', '--json'],
  setup: [''],
  promote: ['', '--build-id 4f1c9a'],
  doctor: ['', '--json'],
  config: ['', '--json'],
  'agreement show': ['acme/A-1001', 'acme/A-1001 --json'],
  'agreement timeline': ['acme/A-1001'],
  'agreement explain': ['acme/A-1001'],
  'debt show': ['acme/D-77', 'acme/D-77 --json'],
  'debt withdraw': ['acme/D-77', 'acme/D-77 --reason "sold to another firm"'],
  pay: ['acme/A-1001 --amount-minor 45990 --currency CLP --external-id PAY-77', 'acme/A-1001 --amount-minor 45990 --currency CLP --external-id PAY-78 --paid-at 2026-12-04T15:00:00Z --instalment 2'],
  'import agreements': ['acuerdos.csv --creditor acme --dry-run', 'acuerdos.csv --creditor acme --json'],
  'import debts': ['deudas.csv --creditor acme --dry-run'],
  'import payments': ['pagos.csv --creditor acme'],
  'import bank': ['cartola.csv --creditor acme --dry-run', 'extracto.mt940 --creditor acme'],
  'import contacts': ['contactos.csv --creditor acme'],
  'source add': ['fuente.yaml', 'fuente.json --json'],
  'source list': ['', '--creditor acme --json'],
  'source run': ['acme/altas'],
  'source disable': ['acme/altas'],
  'person export': ['acme/P-77'],
  'person erase': ['acme/P-77', 'acme/P-77 --cancel-open --reason "order of the data protection agency"'],
  retention: ['--dry-run', '', '--dry-run --json'],
  'key add': ['--role system --creditor acme --name "core banking"'],
  'key revoke': ['5b0f8a52-6a0e-4f5e-9d43-2f1f3a1c7d10'],
  'key list': [''],
  'strategy validate': ['estrategia.yaml --country CL', 'estrategia.yaml --quick'],
  'strategy publish': ['estrategia.yaml'],
  'strategy diff': ['standard estrategia.yaml', 'standard@1 standard@2'],
  'strategy migrate': ['standard@1 standard@2 --dry-run'],
  'strategy feasibility': ['', '--out docs/feasibility.md'],
  'segment publish': ['segmentos.yaml'],
  'segment list': ['', '--json'],
  'segment propose': [''],
  'segment proposals': ['', '--json'],
  'segment approve': ['0b7c51f2-6a0e-4f5e-9d43-2f1f3a1c7d10'],
  'segment reject': ['0b7c51f2-6a0e-4f5e-9d43-2f1f3a1c7d10'],
  'template preview': ['aviso.yaml', 'aviso.yaml --country CL --html aviso.html'],
  'template publish': ['aviso.yaml --locale es-CL'],
  'policy list': ['', '--json'],
  'policy check': ['--file casos.jsonl'],
  'replies classify': ['--file respuestas.jsonl'],
  clock: ['', '--json'],
  'clock advance': ['7'],
  audit: ['', '--json'],
  'sending stop': ['', '--creditor acme --channel sms'],
  'sending start': ['', '--channel sms'],
  'outbox list': [''],
  'outbox retry': ['', '4711'],
  'attempts unknown': ['--json'],
  agreement: ['show acme/A-1001'],
  debt: ['show acme/D-77'],
  import: ['agreements acuerdos.csv --creditor acme --dry-run'],
  source: ['add fuente.yaml'],
  person: ['export acme/P-77'],
  key: ['add --role system --creditor acme'],
  strategy: ['validate estrategia.yaml'],
  segment: ['proposals'],
  template: ['preview aviso.yaml'],
  policy: ['check --file casos.jsonl'],
  replies: ['classify --file respuestas.jsonl'],
  sending: ['stop --creditor acme'],
  outbox: ['list'],
  attempts: ['unknown'],
};

/** Adds them to the help of the commands; a command that brings its own keeps it. */
export function addExamples(program: Command): void {
  for (const child of program.commands) visit(child, []);
}

function visit(command: Command, above: readonly string[]): void {
  const path = [...above, command.name()];
  const examples = EXAMPLES[path.join(' ')] ?? [];
  if (examples.length > 0) {
    const lines = examples.map((rest) => `  pacto ${[...path, ...(rest === '' ? [] : [rest])].join(' ')}`);
    command.addHelpText('after', `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`);
  }
  for (const child of command.commands) visit(child, path);
}
