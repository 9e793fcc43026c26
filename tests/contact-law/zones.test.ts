import { describe, expect, test } from 'vitest';
import { profileFor, sendingProfileFor } from '../../src/contact-law/place.ts';
import { profileOf } from '../../src/contact-law/profile.ts';
import { candidateZones, zonesOfPhone, type ZoneEvidence } from '../../src/contact-law/zones.ts';
import phones from '../../src/contact-law/phone-zones.json' with { type: 'json' };
import { isZone } from '../../src/domain/zone.ts';
import { POLICIES } from './cases.ts';

const zonesIn = (id: string, evidence: ZoneEvidence): readonly string[] => {
  const profile = profileOf(POLICIES, id);
  if (!profile) throw new Error(`there is no profile ${id}`);
  return candidateZones(evidence, profile.zones);
};

describe('where a person may be', () => {
  test('nothing known is nothing said: the profile then takes all its zones', () => {
    expect(zonesIn('CL', {})).toEqual([]);
    expect(zonesIn('CL', { address: { country: 'CL' } })).toEqual([]);
    expect(zonesIn('US', { address: { country: 'US', state: 'Atlantis' } })).toEqual([]);
  });

  test.each([
    ['CL', { country: 'CL', state: 'CL-RM', city: 'Santiago' }, ['America/Santiago']],
    ['CL', { country: 'CL', state: 'Región de Magallanes' }, ['America/Punta_Arenas']],
    ['CL', { country: 'CL', state: 'CL-VS' }, ['America/Santiago', 'Pacific/Easter']],
    ['CL', { country: 'CL', state: 'CL-VS', city: 'Viña del Mar' }, ['America/Santiago']],
    ['CL', { country: 'CL', city: 'Hanga Roa' }, ['Pacific/Easter']],
    ['MX', { country: 'MX', state: 'Baja California Sur' }, ['America/Mazatlan']],
    ['MX', { country: 'MX', state: 'MX-CHH', city: 'Ciudad Juárez' }, ['America/Ciudad_Juarez']],
    ['US', { country: 'US', state: 'AR' }, ['America/Chicago']],
    ['US', { country: 'US', state: 'Texas' }, ['America/Chicago', 'America/Denver']],
    ['ES', { country: 'ES', state: 'Las Palmas de Gran Canaria' }, ['Atlantic/Canary']],
    ['BR', { country: 'BR', state: 'BR-AC' }, ['America/Rio_Branco']],
  ])('%s, address %j', (profile, address, zones) => {
    expect(zonesIn(profile, { address })).toEqual(zones);
  });

  test('an area code of two zones is narrowed by an address in one of them', () => {
    expect(zonesOfPhone('+12082000000')).toEqual(['America/Boise', 'America/Los_Angeles']);
    expect(zonesIn('US', { phone: '+12082000000', declared: 'America/Boise' })).toEqual(['America/Boise']);
  });

  test('sources that disagree all stand: declared, address and number', () => {
    expect(zonesIn('US', { phone: '+12125550100', address: { country: 'US', state: 'CA' } })).toEqual(['America/Los_Angeles', 'America/New_York']);
    expect(zonesIn('CL', { declared: 'Pacific/Easter', address: { country: 'CL', state: 'CL-RM' } })).toEqual(['Pacific/Easter', 'America/Santiago']);
  });

  test('two names of one zone agree; a name that is no zone stays, so that it is refused', () => {
    expect(zonesIn('AR', { declared: 'America/Buenos_Aires', address: { country: 'AR' } })).toEqual(['America/Buenos_Aires']);
    expect(zonesIn('CL', { declared: 'Chile/Nowhere' })).toEqual(['Chile/Nowhere']);
  });

  test('the number is asked only where the profile trusts it', () => {
    expect(zonesIn('MX', { phone: '+526641234567' })).toEqual(['America/Tijuana']);
    expect(zonesIn('CL', { phone: '+56322123456' })).toEqual([]);
  });

  test('every zone of a profile and of the table of numbers exists here', () => {
    const zones = [...Object.values(POLICIES.profiles).flatMap((policy) => policy.zones?.all ?? []), ...phones.areas.flatMap((area) => area.zones)];
    expect(zones.filter((zone) => !isZone(zone))).toEqual([]);
    expect(zones.length).toBeGreaterThan(100);
  });
});

describe('which profile holds at a place', () => {
  test.each([
    [{ country: 'CL', state: 'CL-RM' }, 'CL'], [{ country: 'GB' }, 'UK'], [{ country: 'FR' }, null], [{ country: 'HOUSE' }, null], [{ country: 'PROVIDER' }, null],
    [{ country: 'US', state: 'US-MA' }, 'US_MA'], [{ country: 'US', state: 'Florida' }, 'US_FL'], [{ country: 'US', state: 'TX' }, 'US'],
    [{ country: 'US', state: 'NY', city: 'New York' }, 'US_NYC'], [{ country: 'US', state: 'NY', city: 'Albany' }, 'US'],
    [{ country: 'BR', state: 'sao paulo' }, 'BR_SP'], [{ country: 'BR', state: 'MG' }, 'BR'],
  ])('%j', (place, profile) => {
    expect(profileFor(POLICIES, place)).toBe(profile);
  });

  test('what is not told could be any of them: a state of New York without its city is New York City, no state is every overlay', () => {
    expect(profileFor(POLICIES, { country: 'US', state: 'NY' })).toBe('US_NYC');
    expect(profileFor(POLICIES, { country: 'US' })).toBe('US_MA+US_FL+US_NYC+US_DC+US_WA');
    expect(profileOf(POLICIES, 'US_MA+US_FL+US_NYC+US_DC+US_WA')?.version).toMatch(/^BASE@.*\+US@.*\+US_MA@.*\+US_WA@/);
  });

  test('a real sending adds the margin of the house and what providers forbid there', () => {
    expect(sendingProfileFor(POLICIES, { country: 'CL' })).toBe('CL+MARGIN+PROVIDER');
    expect(sendingProfileFor(POLICIES, { country: 'US', state: 'TX' })).toBe('US+MARGIN+PROVIDER+PROVIDER_US');
    expect(sendingProfileFor(POLICIES, { country: 'MX' })).toBe('MX+MARGIN+PROVIDER+PROVIDER_MX');
    expect(sendingProfileFor(POLICIES, { country: 'CA' })).toBeNull();
  });

  test('a layer of prohibitions alone is no profile', () => {
    expect(profileOf(POLICIES, 'PROVIDER')).toBeNull();
    expect(profileOf(POLICIES, 'CL+NOWHERE')).toBeNull();
  });
});
