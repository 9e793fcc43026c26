/** What changes from one version of a strategy to another, in words for who decides about it. */
import type { Step, Strategy } from './strategy.ts';

export interface StrategyDifference {
  /** Key of the step; null: it concerns the whole strategy. */
  readonly step: string | null;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly text: { readonly es: string; readonly en: string };
}

/** Every difference, in the order of the newer strategy's steps; empty when both do the same. */
export function differencesOf(from: Strategy, to: Strategy): StrategyDifference[] {
  const before = new Map(from.steps.map((step) => [step.key, step]));
  const after = new Set(to.steps.map(({ key }) => key));
  return [
    ...wholeDifferences(from, to),
    ...to.steps.flatMap((step): StrategyDifference[] => {
      const old = before.get(step.key);
      if (old === undefined) return [{ step: step.key, kind: 'added', text: { es: `Paso nuevo: ${wordsOf(step).es}.`, en: `New step: ${wordsOf(step).en}.` } }];
      const changes = changesOf(old, step);
      return changes.length === 0 ? [] : [{ step: step.key, kind: 'changed', text: { es: `${changes.map(({ es }) => es).join('; ')}.`, en: `${changes.map(({ en }) => en).join('; ')}.` } }];
    }),
    ...from.steps.filter(({ key }) => !after.has(key)).map((step): StrategyDifference => ({
      step: step.key, kind: 'removed', text: { es: `Se elimina el paso: ${wordsOf(step).es}.`, en: `Step removed: ${wordsOf(step).en}.` } })),
  ];
}

interface Words {
  readonly es: string;
  readonly en: string;
}

function wholeDifferences(from: Strategy, to: Strategy): StrategyDifference[] {
  const changes = [
    changed({ es: 'Países', en: 'Countries' }, from.country.join(', '), to.country.join(', ')),
    changed({ es: 'Días de gracia', en: 'Days of grace' }, String(from.graceDays), String(to.graceDays)),
    changed({ es: 'Saldo mínimo', en: 'Small balance' }, amounts(from.smallBalance), amounts(to.smallBalance)),
    changed({ es: 'Topes', en: 'Caps' }, capsOf(from), capsOf(to)),
  ].flat();
  return changes.map((text) => ({ step: null, kind: 'changed', text: { es: `${text.es}.`, en: `${text.en}.` } }));
}

function changesOf(a: Step, b: Step): Words[] {
  return [
    changed({ es: 'se cuenta desde', en: 'counts from' }, a.anchor, b.anchor), changed({ es: 'día', en: 'day' }, signed(a.days), signed(b.days)),
    changed({ es: 'hora', en: 'time' }, clock(a.atMinute), clock(b.atMinute)), changed({ es: 'condición', en: 'condition' }, a.if ?? '-', b.if ?? '-'),
    changed({ es: 'acción', en: 'action' }, a.do, b.do), changed({ es: 'canales', en: 'channels' }, a.channels.join(', '), b.channels.join(', ')),
    changed({ es: 'texto', en: 'template' }, a.template ?? '-', b.template ?? '-'), changed({ es: 'vence a los días', en: 'expires after days' }, String(a.expiresDays ?? '-'), String(b.expiresDays ?? '-')),
    changed({ es: 'propósito', en: 'purpose' }, a.purpose, b.purpose), changed({ es: 'requisitos', en: 'requirements' }, requiresOf(a), requiresOf(b)),
    changed({ es: 'atraso mínimo', en: 'least overdue' }, amounts(a.minOverdue), amounts(b.minOverdue)), changed({ es: 'topes', en: 'caps' }, capsOf(a), capsOf(b)),
  ].flat();
}

function changed(what: Words, before: string, after: string): Words[] {
  return before === after ? [] : [{ es: `${what.es}: ${before} → ${after}`, en: `${what.en}: ${before} -> ${after}` }];
}

const ACTIONS: Readonly<Record<Step['do'], Words>> = {
  contact: { es: 'mensaje', en: 'message' }, callback: { es: 'llamada de un gestor', en: 'agent call' }, preLegal: { es: 'prejudicial', en: 'pre-legal' }, survey: { es: 'encuesta', en: 'survey' },
};

function wordsOf(step: Step): Words {
  const action = ACTIONS[step.do];
  const tail = `${signed(step.days)} (${step.anchor})${step.channels.length === 0 ? '' : `, ${step.channels.join(', ')}`}`;
  return { es: `${step.key}, ${action.es}, día ${tail}`, en: `${step.key}, ${action.en}, day ${tail}` };
}

function signed(days: number): string {
  return days > 0 ? `+${days}` : String(days);
}

function clock(minute: number | null): string {
  return minute === null ? '-' : `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function byName<T>(given: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
}

function amounts(given: Readonly<Record<string, number>>): string {
  return byName(given).map(([currency, minor]) => `${currency} ${minor}`).join(', ') || '-';
}

function requiresOf({ requires }: Step): string {
  return byName({ ...requires }).map(([name, value]) => `${name} ${value}`).join(', ') || '-';
}

function capsOf({ caps = [] }: Pick<Strategy, 'caps'>): string {
  return caps.map(({ channels, max, over }) => `${channels?.join('+') ?? 'all'} ${max}/${Object.entries(over).map(([span, n]) => `${span} ${n}`).join('')}`).join(', ') || '-';
}
