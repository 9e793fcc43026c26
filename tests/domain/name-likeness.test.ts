/** Names as they are written in two systems: alike whatever their order and accents; and when records are one person. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameLikeness, nameWords } from '../../src/domain/name-likeness.ts';
import { resemblance, type PersonRecord, type PointKind } from '../../src/domain/same-person.ts';
import { property } from './property.ts';

const WORDS = ['Ana', 'María', 'José', 'Núñez', 'Pérez', 'Soto', 'Gonçalves', 'João', 'Zúñiga', 'Muñoz', 'Ibáñez', 'O’Higgins', 'Lu', 'Peres', 'Prez', 'J', 'de', 'la', 'del', 'Aránguiz'];
const words = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ minLength: 1, maxLength: 7 })), { minLength: 1, maxLength: 7 });
const name = words.map((list) => list.join(' '));

property('two names are as alike in one direction as in the other', fc.property(name, name, (a, b) => {
  const likeness = nameLikeness(a, b);
  expect(nameLikeness(b, a)).toBe(likeness);
  expect(likeness).toBeGreaterThanOrEqual(0);
  expect(likeness).toBeLessThanOrEqual(1_000);
}));

property('every name is wholly alike to itself', fc.property(name, (a) => {
  expect(nameLikeness(a, a)).toBe(1_000);
}));

property('case, accents and the order of the words change nothing', fc.property(
  fc.uniqueArray(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }), fc.integer(), name, (list, seed, other) => {
    const turned = [...list].sort((a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7) || (seed % 2 === 0 ? 1 : -1));
    const plain = turned.join(' ').normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase();
    expect(nameLikeness(plain, other)).toBe(nameLikeness(list.join(' '), other));
  },
));

describe('names of the trade', () => {
  test.each([
    ['María José Pérez Soto', 'PEREZ SOTO, MARIA JOSE', 1_000, 1_000],
    ['Juan de la Cruz Díaz', 'Juan Cruz Diaz', 1_000, 1_000],
    ['Comercial Andes Ltda.', 'COMERCIAL ANDES S.P.A.', 750, 1_000],
    ['Juan Pérez Soto', 'J. Pérez Soto', 900, 960],
    ['Ana Soto', 'Ana María Soto Díaz', 750, 900],
    ['Jonathan Gonzáles', 'Jhonatan Gonzales', 800, 1_000],
    ['Juan Pérez Soto', 'Pedro Pérez Soto', 0, 749],
    ['Ana Pérez', 'Ana Soto', 0, 749],
    ['Luis Mora', 'Rosa Díaz', 0, 0],
    ['Ana', 'Eva', 0, 0],
  ])('%s and %s', (a, b, least, most) => {
    const likeness = nameLikeness(a, b);
    expect(likeness).toBeGreaterThanOrEqual(least);
    expect(likeness).toBeLessThanOrEqual(most);
  });

  test('particles and titles are silent, unless there is nothing else', () => {
    expect(nameWords('Sra. María del Carmen de los Ríos')).toEqual(['carmen', 'maria', 'rios']);
    expect(nameWords('De La')).toEqual(['de', 'la']);
  });
});

describe('one person or two', () => {
  const rut = (value: string): PersonRecord['nationalId'] => ({ country: 'CL', type: 'rut', value });
  const who = (given: Partial<PersonRecord> = {}): PersonRecord => ({ name: 'María José Pérez Soto', type: 'person', nationalId: null, ...given });
  const both: PointKind[] = ['phone', 'email'];
  test.each<[string, PersonRecord, PersonRecord, PointKind[], string]>([
    ['the same national id, whatever the name', who({ name: 'X', nationalId: rut('1') }), who({ nationalId: rut('1') }), [], 'sure'],
    ['two ids of one kind are two persons, whatever else they share', who({ nationalId: rut('1') }), who({ nationalId: rut('2') }), both, 'different'],
    ['the same whole name, phone and e-mail', who(), who({ name: 'Perez Soto Maria Jose' }), both, 'sure'],
    ['the same whole name and only the phone: father and daughter may share both', who(), who(), ['phone'], 'doubtful'],
    ['ids of two kinds never make it sure', who({ nationalId: rut('1') }), who({ nationalId: { country: 'CO', type: 'cc', value: '1' } }), both, 'doubtful'],
    ['a short name is never sure', who({ name: 'Ana Soto' }), who({ name: 'Ana Soto' }), both, 'doubtful'],
    ['another name at the same phone', who(), who({ name: 'Luis Mora' }), both, 'different'],
    ['the same name and nothing else', who(), who(), [], 'different'],
    ['a company is not its owner', who(), who({ type: 'company' }), both, 'different'],
  ])('%s', (_what, one, other, shared, verdict) => {
    expect(resemblance(one, other, shared).verdict).toBe(verdict);
    expect(resemblance(other, one, shared)).toEqual(resemblance(one, other, shared));
  });
});
