/** The day a reply means: over the ends of months and years, and where clocks change. */
import { describe, expect, test } from 'vitest';
import { classifyReply } from '../../src/replies/classify.ts';

function dateOf(text: string, now: string, zone: string, locale = 'es-CL'): string | undefined {
  return classifyReply({ text, locale, zone, now: Date.parse(now) }).date;
}

describe('counted from the local day', () => {
  test.each([
    // Santiago puts its clocks forward at midnight of 2026-09-06 and back at midnight of 2026-04-05.
    ['te pago mañana', '2026-09-06T03:30:00Z', 'America/Santiago', '2026-09-06'], ['te pago mañana', '2026-09-06T04:30:00Z', 'America/Santiago', '2026-09-07'],
    ['te pago hoy', '2026-04-05T03:30:00Z', 'America/Santiago', '2026-04-04'], ['te pago en 2 días', '2026-04-04T15:00:00Z', 'America/Santiago', '2026-04-06'],
    ['pago hoy', '2026-11-01T03:30:00Z', 'America/New_York', '2026-10-31'], ['pago mañana', '2026-11-01T05:30:00Z', 'America/New_York', '2026-11-02'],
    ['pago mañana', '2026-10-25T00:30:00Z', 'Europe/Madrid', '2026-10-26'],
    ['pago hoy', '2026-12-01T02:30:00Z', 'America/Bogota', '2026-11-30'], ['pago mañana', '2026-12-01T04:59:59Z', 'America/Bogota', '2026-12-01'], ['pago mañana', '2026-12-01T05:00:00Z', 'America/Bogota', '2026-12-02'],
  ])('%s at %s in %s: %s', (text, now, zone, date) => {
    expect(dateOf(text, now, zone)).toBe(date);
  });
});

describe('ends of months and years', () => {
  test.each([
    ['pago a fin de mes', '2026-02-10', '2026-02-28'], ['pago a fin de mes', '2028-02-10', '2028-02-29'], ['pago a fin de mes', '2026-11-30', '2026-11-30'], ['pago a fin de mes', '2026-12-31', '2026-12-31'], ['pago mañana', '2026-12-31', '2027-01-01'],
    ['le pago el 30', '2026-02-10', '2026-02-28'], ['le pago el 31', '2026-11-30', '2026-11-30'], ['le pago el 5', '2026-12-20', '2027-01-05'], ['le pago el 31', '2026-12-31', '2026-12-31'], ['le pago el 30', '2026-01-31', '2026-02-28'], ['le pago el 10', '2026-11-10', '2026-11-10'],
    ['pago el 5 de enero', '2026-12-20', '2027-01-05'], ['pago el 29 de febrero', '2028-01-05', '2028-02-29'], ['pago el 31 de noviembre', '2026-11-05', undefined], ['pago el primero de diciembre', '2026-11-25', '2026-12-01'],
    ['pago el 15/12', '2026-11-25', '2026-12-15'], ['pago el 3/1', '2026-11-25', '2027-01-03'], ['pago el 15-12-2026', '2026-11-25', '2026-12-15'], ['pago el 31/02', '2026-01-25', undefined],
  ])('%s on %s: %s', (text, day, date) => {
    expect(dateOf(text, `${day}T15:00:00Z`, 'America/Santiago')).toBe(date);
  });

  test.each([['2026-11-10', '2026-11-15', '2026-11-15'], ['2026-11-15', '2026-11-15', '2026-11-15'], ['2026-11-20', '2026-11-30', '2026-12-15']])('the quincena on %s: %s in Mexico, %s in Chile', (day, mexico, chile) => {
    expect(dateOf('pago en la quincena', `${day}T18:00:00Z`, 'America/Mexico_City', 'es-MX')).toBe(mexico);
    expect(dateOf('pago en la quincena', `${day}T18:00:00Z`, 'America/Santiago', 'es-CL')).toBe(chile);
  });
});

describe('days of the week and of the tongue', () => {
  test.each([
    ['pago el viernes', 'es-CL', '2026-12-04'], ['pago mañana', 'es-CL', '2026-11-28'], ['pago pasado mañana', 'es-CL', '2026-11-29'], ['pago mañana en la mañana', 'es-CL', '2026-11-28'], ['pago el sabado', 'es-CL', '2026-11-28'], ['pago el lunes', 'es-CL', '2026-11-30'], ['pago la otra semana', 'es-CL', '2026-12-04'], ['pago esta semana', 'es-CL', '2026-11-27'], ['pago el fin de semana', 'es-CL', '2026-11-28'], ['pago el martes de la otra semana', 'es-CL', '2026-12-01'],
    ['pago en una semana', 'es-CL', '2026-12-04'], ['pago en un mes', 'es-CL', '2026-12-27'], ['pago en quince dias', 'es-CL', '2026-12-12'], ['hoy no, mañana pago', 'es-CL', '2026-11-28'], ['no puedo el lunes, pago el martes', 'es-CL', '2026-12-01'], ['pago el lunes o el martes', 'es-CL', '2026-12-01'],
    ['pago segunda', 'pt-BR', '2026-11-30'], ['pago depois de amanhã', 'pt-BR', '2026-11-29'], ['pago daqui a 3 dias', 'pt-BR', '2026-11-30'], ['pago dia 5 de janeiro', 'pt-BR', '2027-01-05'],
    ['I will pay on monday', 'en-US', '2026-11-30'], ['I will pay on 12/01', 'en-US', '2026-12-01'], ['I will pay december 3rd', 'en-US', '2026-12-03'], ['I will pay in two weeks', 'en-US', '2026-12-11'],
  ])('on a Friday "%s" (%s): %s', (text, locale, date) => {
    expect(dateOf(text, '2026-11-27T18:00:00Z', 'America/Bogota', locale)).toBe(date);
  });

  test('a number of something else is no day', () => {
    for (const text of ['pago 15 lucas', 'pago el 50 por ciento', 'pago las 3 cuotas', 'pago el 20 mil']) expect(dateOf(text, '2026-11-27T18:00:00Z', 'America/Santiago')).toBeUndefined();
  });
});
