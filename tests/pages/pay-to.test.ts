import { afterAll, beforeAll, expect, test } from 'vitest';
import { json } from '../../src/db/columns.ts';
import { cookieOf, open, openRig, post, reach, type Rig } from './rig.ts';

const PAGE = 'https://pagos.acme.example/ana';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

/** The page of a person of that country, as it is after the second factor. */
async function pageIn(country: string, type: 'firstParty' | 'thirdParty', lang = 'es'): Promise<string> {
  const { token, person } = await reach(rig);
  const firm = type === 'thirdParty' ? 'Andes Servicios' : 'Acme';
  await rig.desk.db.updateTable('creditor').set({ type, settings: json({ firm, payUrl: PAGE }) }).where('id', '=', person.creditorId).execute();
  await rig.desk.db.updateTable('person').set({ address: json({ country }) }).where('id', '=', person.personId).execute();
  const passed = await post(rig, `/d/${token}`, { digits: '7878' });
  return (await open(rig, `/d/${token}?lang=${lang}`, { cookie: cookieOf(passed) })).body;
}

test('a collector in Mexico offers no place to pay: the page says that one pays the creditor, and that the firm takes nothing', async () => {
  const page = await pageIn('MX', 'thirdParty');
  expect(page).toContain('Se paga directamente en Acme. Andes Servicios no recibe pagos.');
  expect(page).not.toContain(PAGE);
  expect(page).not.toContain('Pagar en la página');
  expect(await pageIn('MX', 'thirdParty', 'en')).toContain('You pay Acme directly. Andes Servicios takes no payments.');
  expect(await pageIn('MX', 'thirdParty', 'pt')).toContain('O pagamento é feito diretamente a Acme. Andes Servicios não recebe pagamentos.');
});

test('a creditor that writes for itself, and a collector elsewhere, shows the page of the creditor', async () => {
  for (const [country, type] of [['MX', 'firstParty'], ['CL', 'thirdParty'], ['CO', 'thirdParty']] as const) {
    const page = await pageIn(country, type);
    expect(page).toContain(`href="${PAGE}"`);
    expect(page).toContain('Siempre puede pagar directamente en Acme.');
  }
});
