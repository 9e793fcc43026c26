#!/usr/bin/env node
// `bin: pacto`: the same door as `npm run pacto --`.
process.argv.splice(2, 0, 'pacto');
await import('./bootstrap.mjs');
