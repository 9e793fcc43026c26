/** A profile made ready for questions: its layers put together, base first. */
import type {
  AudienceRule, BanRule, CapRule, ChannelLockRule, ConsentRule, ContactCase, ContactPolicy, HolidayRule, PolicySet, Purpose, Rule,
  SpacingRule, StopRule, WindowRule, ZonePolicy,
} from './policy.ts';

export interface Profile {
  /** `BASE@2026-11-23+HOUSE@2026-11-23`: every layer with its version. */
  readonly version: string;
  readonly exempt: ReadonlySet<Purpose>;
  readonly frequencyExempt: ReadonlySet<Purpose>;
  readonly zones: ZonePolicy;
  readonly searchDays: number;
  readonly stops: readonly StopRule[];
  readonly audience: readonly AudienceRule[];
  readonly bans: readonly BanRule[];
  readonly consent: readonly ConsentRule[];
  readonly holidays: readonly HolidayRule[];
  /** One entry a layer: within a layer some window must be open, and every layer must agree. */
  readonly windowLayers: readonly (readonly WindowRule[])[];
  readonly locks: readonly ChannelLockRule[];
  readonly caps: readonly CapRule[];
  readonly spacing: readonly SpacingRule[];
}

const SEARCH_DAYS = 20;

/** A policy set is data that never changes, so its profiles are put together once. */
const made = new WeakMap<PolicySet, Map<string, Profile | null>>();

/** The profile of that id, or null when there is none or a layer that it extends is missing. */
export function profileOf(policies: PolicySet, id: string): Profile | null {
  const known = made.get(policies) ?? new Map<string, Profile | null>();
  made.set(policies, known);
  const before = known.get(id);
  if (before !== undefined) return before;
  const layers = layersOf(policies, id, []);
  const profile = layers && combine([policies.base, ...layers]);
  known.set(id, profile);
  return profile;
}

function layersOf(policies: PolicySet, id: string, path: readonly string[]): ContactPolicy[] | null {
  const own = Object.hasOwn(policies.profiles, id) ? policies.profiles[id] : undefined;
  if (!own || path.includes(id)) return null;
  const layers: ContactPolicy[] = [];
  for (const parent of own.extends ?? []) {
    const above = layersOf(policies, parent, [...path, id]);
    if (!above) return null;
    for (const layer of above) if (!layers.includes(layer)) layers.push(layer);
  }
  return [...layers, own];
}

function combine(layers: readonly ContactPolicy[]): Profile {
  const last = <T>(read: (layer: ContactPolicy) => T | undefined): T | undefined =>
    layers.map(read).findLast((value) => value !== undefined);
  return {
    version: layers.map((layer) => `${layer.id}@${layer.version}`).join('+'),
    exempt: new Set(last((layer) => layer.exempt)),
    frequencyExempt: new Set(last((layer) => layer.frequencyExempt)),
    zones: last((layer) => layer.zones) ?? { all: [], onUnknown: 'refuse' },
    searchDays: last((layer) => layer.searchDays) ?? SEARCH_DAYS,
    stops: layers.flatMap((layer) => layer.stops ?? []),
    audience: layers.flatMap((layer) => layer.audience ?? []),
    bans: layers.flatMap((layer) => layer.bans ?? []),
    consent: layers.flatMap((layer) => layer.consent ?? []),
    holidays: layers.flatMap((layer) => layer.holidays ?? []),
    windowLayers: layers.map((layer) => layer.windows ?? []).filter((windows) => windows.length > 0),
    locks: layers.flatMap((layer) => layer.locks ?? []),
    caps: layers.flatMap((layer) => layer.caps ?? []),
    spacing: layers.flatMap((layer) => layer.spacing ?? []),
  };
}

/** Whether the rule speaks of this case on this local date; null (the zone is not known) takes every rule to be in force. */
export function binds(rule: Rule, contact: ContactCase, date: string | null): boolean {
  if (rule.channels && !rule.channels.includes(contact.channel)) return false;
  if (date !== null && rule.from !== undefined && date < rule.from) return false;
  if (date !== null && rule.to !== undefined && date >= rule.to) return false;
  const when = rule.when;
  if (!when) return true;
  if (when.creditorType !== undefined && when.creditorType !== contact.creditorType) return false;
  // A rule of a state or city binds also when the person's state or city is not known: missing data never permits.
  if (when.state && contact.state !== undefined && !when.state.includes(contact.state)) return false;
  if (when.city && contact.city !== undefined && !when.city.includes(contact.city)) return false;
  return true;
}
