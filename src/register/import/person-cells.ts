/** The cells of a row that tell of a person and how to reach them, for every kind of file that brings people in. */

/** Columns that tell of a person. */
export const PERSON_COLUMNS = [
  'person', 'name', 'id_country', 'id_number', 'language', 'zone', 'country', 'region', 'city', 'phone', 'email', 'person_type', 'sms_consent', 'call_consent', 'email_consent', 'consent_evidence',
] as const;
export type PersonColumn = (typeof PERSON_COLUMNS)[number];

/** What stands in a column; '' = absent. */
export type Told<C extends string = PersonColumn> = (column: C) => string;

export interface PlacedPoint {
  readonly line: number;
  readonly column: 'phone' | 'email';
  readonly consentColumn: 'sms_consent' | 'call_consent' | 'email_consent';
  readonly point: Readonly<Record<string, unknown>>;
}

/** Where in the file a field of the person stands. */
export const PERSON_FIELDS = {
  'person.externalId': 'person', 'person.name': 'name', 'person.type': 'person_type', 'person.language': 'language', 'person.zone': 'zone',
  'person.nationalId.country': 'id_country', 'person.nationalId.value': 'id_number', 'person.address.country': 'country', 'person.address.region': 'region',
  'person.address.city': 'city', 'person.contactPoints': 'phone',
} as const satisfies Readonly<Record<string, PersonColumn>>;

/** Whoever hands a person's number over to be called tells that it may be: granted, unless a column says otherwise. */
export function pointsOf(rows: readonly { readonly line: number; readonly cells: Readonly<Record<'phone' | 'email', string>> }[], told: Told): PlacedPoint[] {
  const consent = (column: PlacedPoint['consentColumn']): string => told(column).toLowerCase() || 'granted';
  const points = rows.flatMap(({ line, cells: { phone, email } }): PlacedPoint[] => [
    ...(phone === '' ? [] : ([['sms', 'sms_consent'], ['call', 'call_consent']] as const).map(([channel, consentColumn]): PlacedPoint => (
      { line, column: 'phone', consentColumn, point: { kind: 'phone', value: phone, channels: [channel], consent: consent(consentColumn) } }))),
    ...(email === '' ? [] : [{ line, column: 'email', consentColumn: 'email_consent', point: { kind: 'email', value: email, consent: consent('email_consent') } } as const]),
  ]);
  return points.filter((one, index) => points.findIndex((other) => other.consentColumn === one.consentColumn && other.point['value'] === one.point['value']) === index);
}

/** The person of a body; `country` is the creditor's. */
export function personOf(told: Told, country: string, points: readonly PlacedPoint[]): Readonly<Record<string, unknown>> {
  const address = { country: told('country') || undefined, region: told('region') || undefined, city: told('city') || undefined };
  return {
    externalId: told('person') || undefined, name: told('name') || undefined, type: told('person_type').toLowerCase() || undefined,
    language: told('language') || undefined, zone: told('zone') || undefined,
    nationalId: told('id_number') === '' ? undefined : { country: told('id_country') || told('country') || country, value: told('id_number') },
    address: Object.values(address).some((part) => part !== undefined) ? address : undefined,
    contactPoints: points.map(({ point }) => point),
  };
}

/** Where the contact point stands that a path of the body names; null when it names none. */
export function pointAt([top, second, third, fourth]: readonly PropertyKey[], points: readonly PlacedPoint[]): { readonly line: number; readonly column: PersonColumn } | null {
  const point = top === 'person' && second === 'contactPoints' && typeof third === 'number' ? points[third] : undefined;
  return point === undefined ? null : { line: point.line, column: fourth === 'consent' ? point.consentColumn : point.column };
}
