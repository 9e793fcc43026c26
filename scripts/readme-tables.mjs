// Writes the configuration and error tables of README.md from the code that uses them: `node scripts/readme-tables.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { configurationTable, errorTable, withTables } from '../tests/readme/tables.ts';

const file = new URL('../README.md', import.meta.url);
writeFileSync(file, withTables(readFileSync(file, 'utf8'), { configuration: configurationTable(), errors: errorTable() }));
