/**
 * A profile made ready for questions: its layers put together, base first, and its rules sorted by channel with dates as
 * day numbers. Made once for a policy set; a decision then reads arrays.
 */
import { dayNumberOf } from '../domain/zone.ts';
import { overlaysAt } from './place.ts';
import type {
  AudienceRule, BanRule, CallerIdRule, CapRule, ChannelLockRule, ConsentRule, ContactPolicy, ContentRule, DutyRule, HolidayCalendar, HolidayRule, LawChannel,
  OptOutRule, PayToRule, PolicySet, Purpose, ReadingSetting, ReplyAllowance, Rule, SpacingRule, StopRule, WindowRule, ZonePolicy,
} from './policy.ts';

/** A rule with its dates of force as day numbers, half-open. */
export interface Bound<R extends Rule> {
  readonly rule: R;
  readonly from: number;
  readonly to: number;
}
export interface BoundHoliday extends Bound<HolidayRule> {
  /** Day numbers of the calendar; null: there is no such calendar. */
  readonly closed: ReadonlySet<number> | null;
  /** Whether the calendar knows the year of a day. */
  readonly knows: (day: number) => boolean;
}
export interface BoundWindow extends Bound<WindowRule> {
  /** By weekday, 1 to 7. */
  readonly on: readonly boolean[];
  /** Minutes of the local day. */
  readonly open: number;
  readonly close: number;
}
/** A rule that counts the history: its channels as a bucket, and what the count is narrowed to. */
export interface BoundCount<R extends Rule> extends Bound<R> {
  readonly bucket: ReadonlySet<LawChannel> | null;
  readonly perDebt: boolean;
  readonly perCreditor: boolean;
}
/** Within a layer some window must be open; every layer must agree. */
export interface WindowLayer {
  readonly windows: readonly BoundWindow[];
  readonly replyAllowance: Bound<ReplyAllowance> | null;
}

/** What binds one channel. */
export interface ChannelRules {
  readonly stops: readonly Bound<StopRule>[];
  readonly audience: readonly Bound<AudienceRule>[];
  readonly bans: readonly Bound<BanRule>[];
  readonly consent: readonly Bound<ConsentRule>[];
  readonly content: readonly Bound<ContentRule>[];
  readonly holidays: readonly BoundHoliday[];
  readonly windowLayers: readonly WindowLayer[];
  readonly locks: readonly Bound<ChannelLockRule>[];
  readonly caps: readonly BoundCount<CapRule>[];
  readonly spacing: readonly BoundCount<SpacingRule>[];
  readonly counts: boolean;
}

export interface Profile {
  /** `BASE@2026-11-23+CL@2026-11-27`: every layer with its version, and the readings that are not the default. */
  readonly version: string;
  readonly exempt: ReadonlySet<Purpose>;
  readonly frequencyExempt: ReadonlySet<Purpose>;
  /** Purposes that neither count nor are counted against. */
  readonly uncounted: ReadonlySet<Purpose>;
  readonly zones: ZonePolicy;
  readonly searchDays: number;
  readonly retentionYears: number;
  readonly channels: Readonly<Record<LawChannel, ChannelRules>>;
  readonly optOut: readonly OptOutRule[];
  readonly audience: readonly AudienceRule[];
  readonly content: readonly ContentRule[];
  readonly duties: readonly DutyRule[];
  readonly callerId: readonly CallerIdRule[];
  readonly payTo: readonly PayToRule[];
}

const SEARCH_DAYS = 20;
/** Longer than any profile asks: where no layer says, nothing is thrown away early. */
const RETENTION_YEARS = 5;
const CHANNELS: readonly LawChannel[] = ['call', 'visit', 'sms', 'whatsapp', 'email', 'letter'];

/** What an id names, before it is known where the person is. */
interface Named {
  readonly layers: readonly ContactPolicy[];
  readonly country: string;
  readonly hasOverlays: boolean;
  readonly profile: Profile | null;
}

/** A policy set is data that never changes, so its profiles are put together once. */
const named = new WeakMap<PolicySet, Map<string, Named | null>>();
const overlaid = new WeakMap<PolicySet, Map<string, Profile | null>>();

/**
 * The profile of that id (or of several, `CL+PROVIDER`), with the overlays of the state and city where they are told; null
 * when there is none, a layer that it extends is missing, or it says nothing about zones (an overlay or ban alone).
 */
export function profileOf(policies: PolicySet, id: string, state?: string, city?: string): Profile | null {
  const found = kept(named, policies, id, () => nameOf(policies, id));
  if (found === null || !found.hasOverlays || (state === undefined && city === undefined)) return found?.profile ?? null;
  const overlays = overlaysAt(policies, { country: found.country, state, city }, 'certain').filter((overlay) => !found.layers.includes(overlay));
  if (overlays.length === 0) return found.profile;
  const key = [id, ...overlays.map((overlay) => overlay.id)].join('+');
  return kept(overlaid, policies, key, () => combine(policies, [policies.base, ...found.layers, ...overlays]));
}

function kept<T>(where: WeakMap<PolicySet, Map<string, T>>, policies: PolicySet, key: string, make: () => T): T {
  let known = where.get(policies);
  if (known === undefined) where.set(policies, (known = new Map()));
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

function nameOf(policies: PolicySet, id: string): Named | null {
  const layers = layersOf(policies, id.split('+'));
  const country = layers?.find((layer) => layer.zones !== undefined)?.id;
  if (!layers || country === undefined) return null;
  const hasOverlays = Object.values(policies.profiles).some(({ place }) => place?.country === country);
  return { layers, country, hasOverlays, profile: combine(policies, [policies.base, ...layers]) };
}

function layersOf(policies: PolicySet, ids: readonly string[]): ContactPolicy[] | null {
  const layers: ContactPolicy[] = [];
  for (const id of ids) {
    const own = withParents(policies, id, []);
    if (!own) return null;
    for (const layer of own) if (!layers.includes(layer)) layers.push(layer);
  }
  return layers;
}

function withParents(policies: PolicySet, id: string, path: readonly string[]): ContactPolicy[] | null {
  const own = Object.hasOwn(policies.profiles, id) ? policies.profiles[id] : undefined;
  if (!own || path.includes(id)) return null;
  const layers: ContactPolicy[] = [];
  for (const parent of own.extends ?? []) {
    const above = withParents(policies, parent, [...path, id]);
    if (!above) return null;
    layers.push(...above);
  }
  return [...layers, own];
}

function combine(policies: PolicySet, all: readonly ContactPolicy[]): Profile | null {
  const settings = all.flatMap((layer) => layer.readings ?? []);
  const chosen = new Map(settings.map((setting) => [setting.id, policies.readings?.[setting.id] ?? setting.default]));
  if (settings.some((setting) => !isReading(setting, chosen.get(setting.id)))) return null;
  const layers = all.map((layer) => readAs(layer, chosen));
  const last = <T>(read: (layer: ContactPolicy) => T | undefined): T | undefined => layers.map(read).findLast((value) => value !== undefined);
  const union = <T>(read: (layer: ContactPolicy) => readonly T[] | undefined): T[] => layers.flatMap((layer) => read(layer) ?? []);
  const [exempt, frequencyExempt] = [new Set(last((layer) => layer.exempt)), new Set(last((layer) => layer.frequencyExempt))];
  const zones = last((layer) => layer.zones);
  if (zones === undefined) return null;
  const readings = settings.filter((setting) => chosen.get(setting.id) !== setting.default).map((setting) => `[${setting.id}=${chosen.get(setting.id)}]`);
  return {
    version: layers.map((layer) => `${layer.id}@${layer.version}`).join('+') + readings.join(''),
    exempt, frequencyExempt, uncounted: new Set([...exempt, ...frequencyExempt]), zones,
    searchDays: last((layer) => layer.searchDays) ?? SEARCH_DAYS, retentionYears: Math.max(...layers.map((layer) => layer.retentionYears ?? 0)) || RETENTION_YEARS,
    channels: eachChannel((channel) => channelRules(policies, layers, channel)),
    optOut: union((layer) => layer.optOut), audience: union((layer) => layer.audience), content: union((layer) => layer.content),
    duties: union((layer) => layer.duties), callerId: union((layer) => layer.callerId), payTo: union((layer) => layer.payTo),
  };
}

function eachChannel<T>(make: (channel: LawChannel) => T): Readonly<Record<LawChannel, T>> {
  return { call: make('call'), visit: make('visit'), sms: make('sms'), whatsapp: make('whatsapp'), email: make('email'), letter: make('letter') };
}

function isReading(setting: ReadingSetting, option: string | undefined): boolean {
  return option === setting.default || setting.others.some((other) => other === option);
}

/** The layer without the rules of readings that were not chosen. */
function readAs(layer: ContactPolicy, chosen: ReadonlyMap<string, string>): ContactPolicy {
  const inReading = <R extends Rule>(rules: readonly R[] = []): R[] => rules.filter(({ reading }) => reading === undefined || chosen.get(reading.setting) === reading.is);
  return {
    ...layer, stops: inReading(layer.stops), audience: inReading(layer.audience), bans: inReading(layer.bans), consent: inReading(layer.consent),
    content: inReading(layer.content), holidays: inReading(layer.holidays), windows: inReading(layer.windows), locks: inReading(layer.locks),
    caps: inReading(layer.caps), spacing: inReading(layer.spacing), duties: inReading(layer.duties),
  };
}

function channelRules(policies: PolicySet, layers: readonly ContactPolicy[], channel: LawChannel): ChannelRules {
  const of = <R extends Rule>(read: (layer: ContactPolicy) => readonly R[] | undefined): Bound<R>[] =>
    layers.flatMap((layer) => read(layer) ?? []).filter((rule) => concerns(rule, channel)).map(bound);
  const [locks, caps, spacing] = [of((layer) => layer.locks), of((layer) => layer.caps).map(boundCount), of((layer) => layer.spacing).map(boundCount)];
  return {
    stops: of((layer) => layer.stops), audience: of((layer) => layer.audience), bans: of((layer) => layer.bans), consent: of((layer) => layer.consent),
    content: of((layer) => layer.content), holidays: of((layer) => layer.holidays).map((rule) => boundHoliday(rule, policies.calendars[rule.rule.calendar])),
    windowLayers: layers.map((layer) => windowLayer(layer, channel)).filter(({ windows }) => windows.length > 0),
    locks, caps, spacing, counts: locks.length + caps.length + spacing.length > 0,
  };
}

function concerns(rule: Rule, channel: LawChannel): boolean {
  return rule.channels === undefined || rule.channels.includes(channel);
}

function bound<R extends Rule>(rule: R): Bound<R> {
  return { rule, from: rule.from === undefined ? -Infinity : dayNumberOf(rule.from), to: rule.to === undefined ? Infinity : dayNumberOf(rule.to) };
}

function boundCount<R extends CapRule | SpacingRule>(one: Bound<R>): BoundCount<R> {
  const { channels, per } = one.rule;
  return {
    ...one, bucket: channels === undefined || channels.length === CHANNELS.length ? null : new Set(channels),
    perDebt: per.includes('debt') || per.includes('account'), perCreditor: per.includes('creditor'),
  };
}

function boundHoliday(one: Bound<HolidayRule>, calendar: HolidayCalendar | undefined): BoundHoliday {
  if (calendar === undefined) return { ...one, closed: null, knows: () => false };
  const years = calendar.years.map((year) => [dayNumberOf(`${year}-01-01`), dayNumberOf(`${year + 1}-01-01`)] as const);
  return { ...one, closed: new Set(calendar.dates.map(dayNumberOf)), knows: (day) => years.some(([from, to]) => day >= from && day < to) };
}

function windowLayer(layer: ContactPolicy, channel: LawChannel): WindowLayer {
  const windows = (layer.windows ?? []).filter((rule) => concerns(rule, channel)).map((rule) => ({
    ...bound(rule), on: [0, 1, 2, 3, 4, 5, 6, 7].map((day) => rule.days.some((one) => one === day)), open: minuteOf(rule.open), close: minuteOf(rule.close),
  }));
  return { windows, replyAllowance: layer.replyAllowance === undefined ? null : bound(layer.replyAllowance) };
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}
