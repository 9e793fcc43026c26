/** The page in docs/ is what the sweep says: every due date of the year, four strategies in four countries. Takes some 15 s of reckoning, so it is not among the fast tests. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { reportBlock, reportPage } from '../../src/strategy/feasibility/report.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';

it('docs/feasibility.md is what npm run feasibility writes, and every step can happen', { timeout: 300_000 }, () => {
  const policies = shippedPolicies('test');
  const page = reportPage(shippedStrategies().flatMap(({ strategy }) => strategy.country.map((country) => reportBlock(policies, strategy, country))));
  expect(page).toBe(readFileSync(new URL('../../docs/feasibility.md', import.meta.url), 'utf8'));
  expect(page).not.toContain('Not publishable');
  expect(page.match(/without a delivered notice: 0; without a call attempt: 0\./g)).toHaveLength(16);
});
