import AxeBuilder from '@axe-core/playwright';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instant, json } from '../../src/db/columns.ts';
import { addDays } from '../../src/domain/zone.ts';
import { pay, seedAgent } from '../register/seed.ts';
import { openBrowser } from './browser.ts';
import { openRig, reach, type Reached, type Rig } from './rig.ts';

/** Set to a folder to keep what the pages look like. */
const PICTURES = process.env['PACTO_PICTURES'];

let rig: Rig;
let browser: Browser;
let base: string;

beforeAll(async () => {
  rig = await openRig({ base: 'http://127.0.0.1', unlimited: true });
  browser = await openBrowser();
  await seedAgent(rig.desk.db, 'g1');
  base = await rig.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await browser?.close();
  await rig?.close();
});

interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** A wrong try a look would lock the person: the page with the error is looked at on the phone only. */
const LOOKS: readonly Look[] = [360, 768, 1440].flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })));

async function inBrowser(look: Look, work: (page: Page, context: BrowserContext) => Promise<void>, javaScriptEnabled = false): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: look.width, height: 740 }, colorScheme: look.colorScheme, locale: 'es-CL' });
  try {
    await work(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

async function picture(page: Page, name: string, look: Look): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}-${look.width}-${look.colorScheme}.png`), fullPage: true });
}

/** Nothing sticks out to the side, and axe finds nothing serious. */
async function looksRight(page: Page, name: string, look: Look): Promise<void> {
  await picture(page, name, look);
  const { width, right } = { width: look.width, right: await page.locator('body').evaluate((body) => body.ownerDocument.documentElement.scrollWidth) };
  expect(right).toBeLessThanOrEqual(width);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}

const digitsOf = { right: '7878', wrong: '0000' };

describe('without script', () => {
  test('a person opens the link, errs once, gets in, reads the plan and closes the page', async () => {
    const reached = await reach(rig);
    await pay(rig.desk.ctx, reached.agreementId, 80_000);
    await inBrowser({ width: 360, colorScheme: 'light' }, async (page) => {
      await page.goto(`${base}/d/${reached.token}`);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Tenemos un mensaje para usted');
      await page.getByLabel(/Últimos 4/).fill(digitsOf.wrong);
      await page.getByRole('button', { name: 'Continuar' }).click();
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('Le quedan 4 intentos');
      await page.getByLabel(/Últimos 4/).fill(digitsOf.right);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Hola, Zulema' }).waitFor();
      expect(await page.locator('.big-money').first().textContent()).toBe('$65.407');
      await page.reload();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hola, Zulema');
      await page.getByRole('link', { name: 'English' }).click();
      await page.getByRole('heading', { level: 1, name: 'Hello, Zulema' }).waitFor();
      await page.getByRole('button', { name: 'Close this page' }).click();
      await page.getByRole('heading', { level: 1, name: 'We have a message for you' }).waitFor();
      expect(await page.content()).not.toContain('Zulema');
    });
  });

  test('a person promises a date, books, moves and calls off a call, disputes with a file, and stops the messages', async () => {
    const reached = await reach(rig);
    await grantCalls(reached);
    await inBrowser({ width: 360, colorScheme: 'light' }, async (page) => {
      await enter(page, reached);
      await page.getByRole('link', { name: 'Otra fecha' }).click();
      await page.getByRole('button', { name: 'Comprometer esta fecha' }).click();
      expect(await page.getByRole('alert').textContent()).toContain('Elija un día entre el jueves 5 de marzo');
      await page.getByRole('radio', { name: 'jueves 12 de marzo' }).check();
      await page.getByRole('button', { name: 'Comprometer esta fecha' }).click();
      await page.getByRole('heading', { level: 1, name: 'Anotamos su fecha' }).waitFor();
      await page.getByRole('link', { name: 'Volver a mi plan' }).click();
      await page.getByRole('link', { name: 'Que me llamen' }).click();
      for (const [slot, button] of [[1, 'Agendar la llamada'], [3, 'Cambiar a esta hora']] as const) {
        await page.getByRole('radio').nth(slot).check();
        await page.getByRole('button', { name: button }).click();
        await page.getByRole('heading', { level: 1, name: 'Llamada agendada' }).waitFor();
        await page.getByRole('link', { name: 'Cambiar la hora' }).click();
      }
      await page.getByRole('button', { name: 'Cancelar la llamada' }).click();
      await page.getByRole('heading', { level: 1, name: 'Llamada cancelada' }).waitFor();
      await page.getByRole('link', { name: 'Volver a mi plan' }).click();
      await page.getByRole('link', { name: 'Esto no es correcto' }).click();
      await page.getByRole('radio', { name: 'Ya pagué' }).check();
      await page.getByLabel('Adjuntar un comprobante').setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
      await page.getByRole('button', { name: 'Enviar el reclamo' }).click();
      await page.getByRole('heading', { level: 1, name: 'Recibimos su reclamo' }).waitFor();
      await page.getByRole('link', { name: 'Volver a mi plan' }).click();
      await page.getByRole('link', { name: 'Cómo escribirme' }).click();
      await page.getByRole('button', { name: 'No quiero mensajes de texto' }).click();
      await page.getByRole('status').waitFor();
    });
    const { db } = rig.desk;
    const kinds = (await rig.desk.events(reached.agreementId)).map(({ kind }) => kind);
    for (const kind of ['promiseMade', 'callbackBooked', 'disputed', 'optedOut'] as const) expect(kinds).toContain(kind);
    expect(await db.selectFrom('dispute_file').innerJoin('dispute', 'dispute.id', 'dispute_file.dispute_id').select('media_type').where('agreement_id', '=', reached.agreementId).execute()).toEqual([{ media_type: 'application/pdf' }]);
  });

  test('a person stops the mails with one button', async () => {
    const reached = await reach(rig, { channel: 'email' });
    await inBrowser({ width: 360, colorScheme: 'light' }, async (page) => {
      await page.goto(`${base}/u/${String(reached.unsubscribe)}`);
      await page.getByRole('button', { name: 'No quiero más correos' }).click();
      await page.getByRole('heading', { level: 1, name: 'Listo: no le enviaremos más correos' }).waitFor();
    });
  });
});

/** The consent that a call needs. */
async function grantCalls({ person }: Reached): Promise<void> {
  await rig.desk.db.insertInto('consent').values({ id: randomUUID(), contact_point_id: person.phoneId, channel: 'call', state: 'granted', evidence: json({ source: 'test' }), at: instant(0), seq: 0 }).execute();
}

async function enter(page: Page, { token }: Reached): Promise<void> {
  await page.goto(`${base}/d/${token}`);
  await page.getByLabel(/Últimos 4/).fill(digitsOf.right);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /Hola/ }).waitFor();
}

/** Each form as it opens, with its errors, and what it leads to; `first` is what is done on it before looking. */
const INSIDE: readonly { readonly name: string; readonly path: string; readonly first?: (page: Page) => Promise<void> }[] = [
  { name: 'date', path: '/date' }, { name: 'date-wrong', path: '/date', first: (page) => page.getByRole('button', { name: 'Comprometer esta fecha' }).click() },
  { name: 'call', path: '/call' }, { name: 'call-wrong', path: '/call', first: (page) => page.getByRole('button', { name: 'Agendar la llamada' }).click() },
  { name: 'dispute', path: '/dispute' }, { name: 'dispute-wrong', path: '/dispute', first: async (page) => {
    await page.getByLabel('Adjuntar un comprobante').setInputFiles({ name: 'a.exe', mimeType: 'application/pdf', buffer: Buffer.from('MZ') });
    await page.getByRole('button', { name: 'Enviar el reclamo' }).click();
  } },
  { name: 'contact', path: '/contact' }, { name: 'receipts', path: '/receipts' }, { name: 'plan-rest', path: '/plan' },
  { name: 'date-done', path: '/date', first: async (page) => {
    await page.getByRole('radio').nth(2).check();
    await page.getByRole('button', { name: 'Comprometer esta fecha' }).click();
    await page.getByRole('status').waitFor();
  } },
];

test('each form, with its errors and its confirmation, looks right and is light on a small phone, light and dark', async () => {
  const reached = await longest();
  await grantCalls(reached);
  await pay(rig.desk.ctx, reached.agreementId, 80_000);
  await inBrowser({ width: 360, colorScheme: 'light' }, async (page) => {
    await enter(page, reached);
    for (const { name, path, first } of INSIDE) {
      await page.goto(`${base}/d/${reached.token}${path}`);
      if (first !== undefined) await first(page);
      if (name.endsWith('-wrong')) await page.getByRole('alert').first().waitFor();
      expect(await weightOf(page)).toBeLessThan(50_000);
      for (const look of LOOKS.filter(({ width }) => PICTURES !== undefined || width === 360)) {
        await page.setViewportSize({ width: look.width, height: 740 });
        await page.emulateMedia({ colorScheme: look.colorScheme });
        await looksRight(page, name, look);
      }
      await page.setViewportSize({ width: 360, height: 740 });
    }
  }, true);
});

/** Bytes of the page and of everything it loads. */
async function weightOf(page: Page): Promise<number> {
  const sheets = await page.locator('link[rel=stylesheet]').evaluateAll((links) => links.map((link) => String(link.getAttribute('href'))));
  const sizes = await Promise.all(sheets.map(async (href) => (await (await fetch(`${base}${href}`)).arrayBuffer()).byteLength));
  return Buffer.byteLength(await page.content()) + sizes.reduce((sum, size) => sum + size, 0);
}

test('a plan of a hundred and twenty instalments stays light, and all of them can be read', async () => {
  const reached = await reach(rig);
  const instalments = Array.from({ length: 120 }, (_, n) => ({ number: n + 1, dueOn: addDays('2026-03-02', 30 * n), amountMinor: 10_001 }));
  const row = await rig.desk.db.selectFrom('agreement').select('terms').where('id', '=', reached.agreementId).executeTakeFirstOrThrow();
  await rig.desk.db.updateTable('agreement').set({ terms: json({ ...row.terms, instalments }) }).where('id', '=', reached.agreementId).execute();
  await inBrowser({ width: 360, colorScheme: 'light' }, async (page) => {
    await enter(page, reached);
    expect(await weightOf(page)).toBeLessThan(50_000);
    await page.getByRole('link', { name: 'Ver las 120 cuotas' }).click();
    for (let n = 1; n < 4; n += 1) {
      expect(await weightOf(page)).toBeLessThan(50_000);
      await page.getByRole('link', { name: 'Siguientes' }).click();
    }
    await page.getByText('Cuota 120').waitFor();
  });
});

/** A page as it opens; what it needs is made once. */
const PAGES: readonly { readonly name: string; readonly prepare: () => Promise<{ path: string; digits?: string }> }[] = [
  { name: 'door', prepare: async () => ({ path: `/d/${(await reach(rig)).token}` }) },
  { name: 'door-wrong', prepare: async () => ({ path: `/d/${(await reach(rig)).token}`, digits: digitsOf.wrong }) },
  { name: 'plan', prepare: async () => ({ path: `/d/${(await paidInPart()).token}`, digits: digitsOf.right }) },
  { name: 'plan-longest', prepare: async () => ({ path: `/d/${(await longest()).token}`, digits: digitsOf.right }) },
  { name: 'plan-emptiest', prepare: async () => ({ path: `/d/${(await reach(rig, { debt: false })).token}`, digits: digitsOf.right }) },
  { name: 'unsubscribe', prepare: async () => ({ path: `/u/${String((await reach(rig, { channel: 'email' })).unsubscribe)}` }) },
  { name: 'unknown', prepare: async () => ({ path: `/d/${'x'.repeat(22)}` }) },
];

async function paidInPart(): Promise<Reached> {
  const reached = await reach(rig);
  await pay(rig.desk.ctx, reached.agreementId, 80_000);
  return reached;
}

async function longest(): Promise<Reached> {
  const reached = await reach(rig);
  await rig.desk.db.updateTable('person').set({ name: 'Maximiliano-Sebastián Wolfeschlegelsteinhausenbergerdorff' }).where('id', '=', reached.person.personId).execute();
  return reached;
}

describe.each(PAGES)('the page $name', ({ name, prepare }) => {
  test('looks right from a small phone to a wide screen, light and dark', async () => {
    const { path, digits } = await prepare();
    for (const look of digits === digitsOf.wrong ? LOOKS.slice(0, 2) : LOOKS) {
      await inBrowser(look, async (page) => {
        await page.goto(`${base}${path}`);
        if (digits !== undefined) {
          await page.getByLabel(/4/).fill(digits);
          await page.keyboard.press('Enter');
          await (digits === digitsOf.wrong ? page.getByRole('alert') : page.getByRole('heading', { name: 'Su plan' })).first().waitFor();
        }
        await looksRight(page, name, look);
      }, true);
    }
  });
});
