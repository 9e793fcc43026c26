/** `npm run temporal -- <arguments>`: the Temporal CLI this project uses, pointed at the running sandbox. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { resolveTemporalBinary } from './temporal-binary.ts';

const addresses = z.object({ temporalAddress: z.string(), namespace: z.string() });

try {
  const binary = await resolveTemporalBinary({ env: process.env, say: (line) => process.stderr.write(`pacto: ${line}\n`) });
  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit', env: { ...sandboxAddress(), ...process.env } });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  process.stderr.write(`pacto: ${error instanceof AppError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function sandboxAddress(): Record<string, string> {
  const file = join(process.env['PACTO_DATA'] || '.pacto', 'sandbox.json');
  try {
    const sandbox = addresses.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { TEMPORAL_ADDRESS: sandbox.temporalAddress, TEMPORAL_NAMESPACE: sandbox.namespace };
  } catch {
    return {};
  }
}
