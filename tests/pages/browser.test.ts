import AxeBuilder from '@axe-core/playwright';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pay } from '../register/seed.ts';
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

  test('a person stops the mails with one button', async () => {
    const reached = await reach(rig, { channel: 'email' });
    await inBrowser({ width: 360, colorScheme: 'light' }, async (page) => {
      await page.goto(`${base}/u/${String(reached.unsubscribe)}`);
      await page.getByRole('button', { name: 'No quiero más correos' }).click();
      await page.getByRole('heading', { level: 1, name: 'Listo: no le enviaremos más correos' }).waitFor();
    });
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
