/** The policies that this release ships, put together: base layer, profiles, overlays, provider layers, calendars. */
import { CALENDARS, CALENDAR_VERSION } from './calendars.ts';
import { BASE, HOUSE } from './house.ts';
import type { ContactPolicy, PolicySet } from './policy.ts';
import { AR } from './profiles/ar.ts';
import { BR, BR_AL, BR_AM, BR_ES, BR_RJ, BR_SP } from './profiles/br.ts';
import { CL } from './profiles/cl.ts';
import { CO } from './profiles/co.ts';
import { EC } from './profiles/ec.ts';
import { ES } from './profiles/es.ts';
import { MARGIN } from './profiles/margin.ts';
import { MX } from './profiles/mx.ts';
import { PE } from './profiles/pe.ts';
import { PROVIDER, PROVIDER_MX, PROVIDER_US } from './profiles/providers.ts';
import { UK } from './profiles/uk.ts';
import { US, US_DC, US_FL, US_MA, US_NYC, US_WA } from './profiles/us.ts';

const LAYERS: readonly ContactPolicy[] = [
  HOUSE, CL, CO, MX, PE, EC, AR, BR, BR_SP, BR_RJ, BR_ES, BR_AM, BR_AL, ES, UK, US, US_MA, US_FL, US_NYC, US_DC, US_WA, MARGIN, PROVIDER, PROVIDER_US, PROVIDER_MX,
];

/** The policies in force. `tzVersion` is that of the evaluating process; `readings` chooses among open readings. */
export function shippedPolicies(tzVersion: string, readings: Readonly<Record<string, string>> = {}): PolicySet {
  const profiles = Object.fromEntries(LAYERS.map((layer) => [layer.id, layer]));
  return { base: BASE, profiles, calendars: CALENDARS, calendarVersion: CALENDAR_VERSION, tzVersion, readings };
}
