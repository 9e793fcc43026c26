/**
 * `node temporal-download.ts <folder> <version>`: lets Temporal's own SDK download the CLI of that version into the folder.
 * A process of its own, because the SDK's native runtime takes over signals; the SDK only downloads in order to start, so it starts and stops it once.
 */
import { Runtime } from '@temporalio/worker';
import { freePort, LOOPBACK } from '../ports.ts';

const [folder, version] = process.argv.slice(2);
if (folder === undefined || version === undefined) {
  process.stderr.write('usage: temporal-download.ts <folder> <version>\n');
  process.exit(2);
}

try {
  const runtime = Runtime.instance();
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe: { type: 'cached-download', downloadDir: folder, version: `v${version}`, ttl: 0, sdkName: 'sdk-typescript', sdkVersion: '1.24.0' },
    namespace: 'default', ip: LOOPBACK, port: await freePort(), uiPort: null, dbFilename: null, ui: false,
    log: { format: 'pretty', level: 'error' }, extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
