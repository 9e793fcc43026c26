export { agreement, debt } from './agreement.ts';
export { callback } from './callback.ts';
export { importFile } from './import-file.ts';
export { preLegal } from './pre-legal.ts';
export { survey } from './survey.ts';
