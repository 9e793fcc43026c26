/** The commands of `pacto`. Each loads what it needs when it runs: `pacto config` opens no driver. */
import { Command, CommanderError } from 'commander';
import { addExamples } from './examples.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { PreviewFlags } from './commands/template.ts';
import { createOutput, type Streams } from './output.ts';

const HELP = `
Commands act on the running sandbox (.pacto/sandbox.json) unless DATABASE_URL is set; --data <dir> names another sandbox and wins.
--json prints one JSON document; --json and --data may stand anywhere. Exit code 0: ok, 1: an error (ERR_… on stderr), 2: wrong usage.`;

/** The command line without its global flags, which are given. */
export function createProgram(flags: GlobalFlags, streams: Streams): Command {
  const output = createOutput(flags, streams);
  const program = new Command('pacto').description('Follows payment agreements until they are settled.').addHelpText('after', HELP)
    .exitOverride().configureOutput({ writeOut: streams.out, writeErr: streams.err }).helpCommand(false);
  addProcesses(program, flags, output);
  addAgreements(program, flags, output);
  addImports(program, flags, output);
  addSources(program, flags, output);
  addPersons(program, flags, output);
  addRetention(program, flags, output);
  addAdministration(program, flags, output);
  addStrategies(program, flags, output);
  addTemplates(program, flags, output);
  addPolicies(program, output);
  addReplies(program, output);
  addOperations(program, flags, output);
  addExamples(program);
  return inherit(program);
}

/** Commander copies settings only to commands made after they were set on the parent. */
function inherit(command: Command): Command {
  for (const child of command.commands) inherit(child.copyInheritedSettings(command));
  return command;
}

/** A command that only groups others: without one of them it is wrong usage. */
function group(program: Command, name: string, description: string): Command {
  const command = program.command(name).description(description);
  return command.action(() => {
    command.outputHelp({ error: true });
    throw new CommanderError(2, 'pacto.group', `${name} needs a command`);
  });
}

type Output = ReturnType<typeof createOutput>;

function addProcesses(program: Command, flags: GlobalFlags, output: Output): void {
  const processes = () => import('./commands/processes.ts');
  const release = () => import('./commands/release.ts');
  program.command('api').description('the HTTP API').action(async () => (await processes()).api());
  program.command('worker').description('the Temporal workers').option('--queues <list>', 'comma list of agreements, deliver, batch (default all)')
    .action(async (options: { queues?: string }) => (await processes()).worker(options));
  program.command('pump').description('hands what PostgreSQL decided to Temporal').action(async () => (await processes()).pump());
  program.command('migrate').description('brings the schema, the shipped strategies and texts to this release').action(async () => (await release()).migrate(flags, output));
  program.command('setup').description('search attributes and retention of the Temporal namespace').action(async () => (await release()).setup(flags, output));
  program.command('promote').description('makes this build current once all queues poll it').option('--build-id <id>', 'another build')
    .action(async (options: { buildId?: string }) => (await release()).promoteBuild(flags, output, options.buildId ?? null));
  program.command('doctor').description('looks at every dependency and says what to do').action(async () => (await import('./commands/doctor.ts')).doctor(flags, output));
  program.command('config').description('the configuration in force, secrets masked').action(async () => (await import('./commands/config.ts')).showConfig(output));
}

function addAgreements(program: Command, flags: GlobalFlags, output: Output): void {
  const agreements = () => import('./commands/agreement.ts');
  const agreement = group(program, 'agreement', 'one agreement, by id or creditor/externalId');
  agreement.command('show').description('its state').argument('<agreement>').action(async (ref: string) => (await agreements()).showAgreement(flags, output, ref));
  agreement.command('timeline').description('everything that was decided').argument('<agreement>').action(async (ref: string) => (await agreements()).showTimeline(flags, output, ref));
  agreement.command('explain').description('why, and what is next').argument('<agreement>').action(async (ref: string) => (await agreements()).explainAgreement(flags, output, ref));
  const debts = () => import('./commands/debt.ts');
  const debt = group(program, 'debt', 'one debt that has no agreement yet, by id or creditor/externalId');
  debt.command('show').description('its state').argument('<debt>').action(async (ref: string) => (await debts()).showDebt(flags, output, ref));
  debt.command('withdraw').description('the creditor takes it back: nobody is contacted about it any more').argument('<debt>').option('--reason <text>', 'why; kept as a note')
    .action(async (ref: string, options: { reason?: string }) => (await debts()).withdraw(flags, output, ref, options));
  program.command('pay').description('records a payment').argument('<agreement>', 'id or creditor/externalId; of a debt debt/creditor/externalId')
    .requiredOption('--amount-minor <n>', 'in the minor unit of the currency').requiredOption('--currency <c>', 'ISO 4217').requiredOption('--external-id <x>', 'id of the payment')
    .option('--paid-at <instant>', 'RFC 3339 (default now)').option('--method <m>', 'transfer card cash cheque directDebit link other').option('--instalment <n>', 'the instalment it is for')
    .action(async (ref: string, options: PayOptions) => (await import('./commands/pay.ts')).pay(flags, output, ref, options));
}

const IMPORTS = {
  agreements: 'agreements, one row an instalment',
  debts: 'debts that have no agreement yet, one row a debt',
  payments: 'what was paid; what was paid before an agreement was logged causes neither thanks nor survey',
  contacts: 'whom another system contacted and when, so that the caps are right from the first day',
} as const;

function addImports(program: Command, flags: GlobalFlags, output: Output): void {
  const imports = group(program, 'import', 'files of another system');
  for (const [kind, description] of Object.entries(IMPORTS)) {
    imports.command(kind).description(`imports a CSV file: ${description}`).argument('<file.csv>').requiredOption('--creditor <id>', 'whose file it is')
      .option('--dry-run', 'tells what would be rejected; stores nothing')
      .action(async (file: string, options: { creditor: string; dryRun?: boolean }) =>
        (await import('./commands/import.ts')).importCsv(flags, output, kind as keyof typeof IMPORTS, file, options));
  }
  addBankFiles(imports, flags, output);
}

function addBankFiles(imports: Command, flags: GlobalFlags, output: Output): void {
  imports.command('bank').description('books a bank statement (CSV, CAMT.053, MT940): what is certain to its agreement, the rest to suspense; the same file twice changes nothing').argument('<file>')
    .requiredOption('--creditor <id>', 'whose account it is').option('--format <format>', 'csv, camt053 or mt940; told by the first bytes else')
    .option('--currency <code>', "of the account, where no column has it; the creditor's else").option('--account <account>', 'where no column has it').option('--dry-run', 'tells what can be read; books nothing')
    .action(async (file: string, options: { creditor: string }) => (await import('./commands/bank.ts')).importBankFile(flags, output, file, options));
}

function addSources(program: Command, flags: GlobalFlags, output: Output): void {
  const sources = () => import('./commands/source.ts');
  const source = group(program, 'source', "where a creditor's debtors come from: a folder of files, or a query");
  source.command('add').description('saves a source with its column mapping; another content is its next version').argument('<file>', 'JSON or YAML')
    .action(async (file: string) => (await sources()).addSource(flags, output, file));
  source.command('list').description('sources and their last delivery').option('--creditor <id>', 'only of this creditor')
    .action(async (options: { creditor?: string }) => (await sources()).listAll(flags, output, options));
  source.command('run').description('looks at a source now').argument('<source>', 'creditor/name')
    .action(async (ref: string) => (await sources()).runNow(flags, output, ref));
  source.command('disable').description('looks at it no more; a delivery under way goes on').argument('<source>', 'creditor/name')
    .action(async (ref: string) => (await sources()).disable(flags, output, ref));
}

function addPersons(program: Command, flags: GlobalFlags, output: Output): void {
  const persons = () => import('./commands/person.ts');
  const person = group(program, 'person', 'what is held about a person, by id or creditor/externalId');
  person.command('export').description('everything that is held about the person at that creditor, as JSON').argument('<person>')
    .action(async (ref: string) => (await persons()).exportOf(flags, output, ref));
  person.command('erase').description('takes the personal data away; money and evidence stay without the person').argument('<person>')
    .option('--cancel-open', 'ends agreements that are open, instead of refusing').option('--reason <text>', 'why; kept, so it must name nobody')
    .action(async (ref: string, options: { cancelOpen?: boolean; reason?: string }) => (await persons()).erase(flags, output, ref, options));
}

function addRetention(program: Command, flags: GlobalFlags, output: Output): void {
  program.command('retention').description('erases whoever has owed nothing for longer than the law of their place keeps data (done daily anyway)').option('--dry-run', 'says who would be erased; changes nothing')
    .action(async (options: { dryRun?: boolean }) => (await import('./commands/retention.ts')).retention(flags, output, options.dryRun === true));
}

function addAdministration(program: Command, flags: GlobalFlags, output: Output): void {
  const keys = () => import('./commands/key.ts');
  const key = group(program, 'key', 'API keys');
  key.command('add').description('makes a key and shows it once').requiredOption('--role <role>', 'admin system agent supervisor lawyer creditor')
    .option('--creditor <id>', 'sees only this creditor').option('--name <name>', 'what it is for')
    .action(async (options: { role: string; creditor?: string; name?: string }) => (await keys()).addApiKey(flags, output, options));
  key.command('revoke').description('ends a key at once').argument('<id>').action(async (id: string) => (await keys()).revokeApiKey(flags, output, id));
  key.command('list').description('all keys').action(async () => (await keys()).listApiKeys(flags, output));
}

function addStrategies(program: Command, flags: GlobalFlags, output: Output): void {
  const strategies = () => import('./commands/strategy.ts');
  const strategy = group(program, 'strategy', 'strategies');
  strategy.command('validate').description('checks a strategy file and lives it through a year under the law').argument('<file>').option('--country <c>', 'only for this country').option('--quick', 'only the form, no year')
    .action(async (file: string, options: { country?: string; quick?: boolean }) => (await strategies()).validateStrategy(output, file, options));
  strategy.command('publish').description('publishes a file as the next version; refused when a step can never happen').argument('<file>')
    .action(async (file: string) => (await strategies()).publishStrategyFile(flags, output, file));
  strategy.command('diff').description('what changes from one to the other, in words').argument('<a>', 'a file, a shipped name, or a published version').argument('<b>')
    .action(async (a: string, b: string) => (await strategies()).diffStrategies(flags, output, a, b));
  strategy.command('migrate').description('moves running agreements to another strategy').argument('<from>', 'standard@1, or standard for all its versions').argument('<to>', 'standard@2, or standard for the newest').option('--dry-run', 'says which would move')
    .action(async (from: string, to: string, options: { dryRun?: boolean }) => (await strategies()).migrateStrategies(flags, output, from, to, options.dryRun === true));
  strategy.command('feasibility').description('the feasibility report of the shipped strategies').option('--out <file>', 'written there instead of printed')
    .action(async (options: { out?: string }) => (await strategies()).reportFeasibility(output, options.out ?? null));
  const segments = () => import('./commands/segment.ts');
  const segment = group(program, 'segment', 'the rules that choose a strategy, and what they propose');
  segment.command('publish').description('publishes a file of ordered rules as the next version').argument('<file>')
    .action(async (file: string) => (await segments()).publishSegmentFile(flags, output, file));
  segment.command('list').description('the rules in force').action(async () => (await segments()).listSegmentSets(flags, output));
  segment.command('propose').description('looks at every running agreement now (done daily anyway)').action(async () => (await segments()).proposeNow(flags, output));
  segment.command('proposals').description('open proposals').action(async () => (await segments()).listOpenProposals(flags, output));
  segment.command('approve').description('moves the agreement').argument('<proposal>').action(async (id: string) => (await segments()).decideNow(flags, output, id, 'approved'));
  segment.command('reject').description('keeps its strategy').argument('<proposal>').action(async (id: string) => (await segments()).decideNow(flags, output, id, 'rejected'));
}

function addTemplates(program: Command, flags: GlobalFlags, output: Output): void {
  const template = group(program, 'template', 'texts of messages and call scripts');
  template.command('preview').description('renders a template file with three fixtures and checks it against the law; needs no server').argument('<file>')
    .option('--locale <l>', 'the language it is written in, such as es-CL').option('--country <c>', 'whose law it must keep (default: every country of the language)')
    .option('--html <file>', 'writes the mail as HTML').option('--segment-price <usd>', 'what a segment costs you')
    .action(async (file: string, options: PreviewFlags) => (await import('./commands/template.ts')).preview(output, file, options));
  template.command('publish').description('stores a template file as the next version of its text').argument('<file>').option('--locale <l>', 'the language it is written in')
    .action(async (file: string, options: { locale?: string }) => (await import('./commands/template.ts')).publish(flags, output, file, options));
}

function addPolicies(program: Command, output: Output): void {
  const policies = () => import('./commands/policy.ts');
  const policy = group(program, 'policy', 'contact law: what may leave, when, to whom');
  policy.command('list').description('every profile with its rules and where they are written').action(async () => (await policies()).listPolicies(output));
  policy.command('check').description('judges worked cases, a JSON object a line; exit 1 when one is not as expected').requiredOption('--file <cases.jsonl>', 'the cases')
    .action(async ({ file }: { file: string }) => (await policies()).checkPolicies(output, file));
}

function addReplies(program: Command, output: Output): void {
  const replies = group(program, 'replies', 'what debtors answer');
  replies.command('classify').description('classifies replies, a JSON object a line; exit 1 when one is not as expected').requiredOption('--file <replies.jsonl>', 'the replies')
    .action(async ({ file }: { file: string }) => (await import('./commands/replies.ts')).classifyReplies(output, file));
}

function addOperations(program: Command, flags: GlobalFlags, output: Output): void {
  const clocks = () => import('./commands/clock.ts');
  const clock = program.command('clock').description('the virtual clock (sandbox only)').action(async () => (await clocks()).showClock(flags, output));
  clock.command('advance').description('lives this many days').argument('<days>').action(async (days: string) => (await clocks()).advanceClock(flags, output, days));
  program.command('audit').description('compares everything with everything').action(async () => (await import('./commands/audit.ts')).audit(flags, output));
  const sending = group(program, 'sending', 'the emergency stop');
  for (const verb of ['stop', 'start'] as const) {
    sending.command(verb).description(`${verb}s sending: everything, or a creditor, or a channel`).option('--creditor <id>').option('--channel <c>', 'sms or email')
      .action(async (options: { creditor?: string; channel?: string }) => (await import('./commands/sending.ts')).changeSending(flags, output, verb, options));
  }
  const outbox = group(program, 'outbox', 'what has not reached Temporal');
  outbox.command('list').description('rows that wait or were set aside').action(async () => (await import('./commands/outbox.ts')).listOutbox(flags, output));
  outbox.command('retry').description('sends set-aside rows again').argument('[id]', 'only this row').action(async (id?: string) => (await import('./commands/outbox.ts')).retryOutbox(flags, output, id));
  const attempts = group(program, 'attempts', 'contacts');
  attempts.command('unknown').description('contacts whose outcome nobody knows').action(async () => (await import('./commands/attempts.ts')).listUnknown(flags, output));
}

interface PayOptions {
  amountMinor: string;
  currency: string;
  externalId: string;
  paidAt?: string;
  method?: string;
  instalment?: string;
}
