/** The real Chromium of the tests, one a file. */
import chromium from '@sparticuz/chromium';
import { chromium as launcher, type Browser } from 'playwright-core';

/** Made for a cloud function that runs one page and dies: with these it dies here too when a context closes, or checks less than a person's browser. */
const NOT_OURS: ReadonlySet<string> = new Set(['--single-process', '--no-zygote', '--disable-web-security', '--allow-running-insecure-content']);

export async function openBrowser(): Promise<Browser> {
  return launcher.launch({ executablePath: await chromium.executablePath(), args: chromium.args.filter((arg) => !NOT_OURS.has(arg)) });
}
