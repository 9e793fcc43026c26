/** What a run of the tests says about a fault. Only a test that failed catches it: a file that does not load proves nothing. */
import { z } from 'zod';

export type Verdict =
  | { readonly kind: 'caught'; readonly by: string }
  | { readonly kind: 'survived'; readonly passed: number }
  | { readonly kind: 'broken'; readonly why: string };

const report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(z.object({
    name: z.string(), status: z.string(), message: z.string().default(''),
    assertionResults: z.array(z.object({ status: z.string(), title: z.string() })),
  })),
});

/** From vitest's JSON report; null: it wrote none. `folder` is taken off the file's name. */
export function verdictOf(text: string | null, folder: string): Verdict {
  const read = text === null ? null : report.safeParse(JSON.parse(text));
  if (read === null || !read.success) return { kind: 'broken', why: 'the runner wrote no report' };
  for (const file of read.data.testResults) {
    const failed = file.assertionResults.find(({ status }) => status === 'failed');
    if (failed !== undefined) return { kind: 'caught', by: `${file.name.replace(`${folder}/`, '')}: ${failed.title}` };
  }
  const unloaded = read.data.testResults.find(({ status }) => status === 'failed');
  if (unloaded !== undefined) return { kind: 'broken', why: `${unloaded.name.replace(`${folder}/`, '')} did not run: ${unloaded.message.split('\n')[0] ?? ''}` };
  if (read.data.numPassedTests === 0) return { kind: 'broken', why: 'no test ran' };
  return { kind: 'survived', passed: read.data.numPassedTests };
}
