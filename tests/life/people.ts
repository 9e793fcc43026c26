/** Bodies of POST /v1/agreements for tests; every person here is invented. */

export interface BodyOptions {
  /** One per test file: all files share a Temporal server, and it is part of the workflow id. */
  readonly creditorId: string;
  readonly externalId: string;
  readonly personId?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly zone?: string;
  readonly strategy?: string;
  /** When the plan falls; absent: never. */
  readonly terms?: { readonly acceleratesAfterMissed: number };
  readonly instalments: readonly { readonly number: number; readonly dueOn: string; readonly amountMinor: number }[];
}

export function agreementBody(options: BodyOptions): Record<string, unknown> {
  const { creditorId, externalId, personId = `P-${externalId}`, phone = '+56961234567', email = 'ana.prueba@example.org', zone = 'America/Santiago' } = options;
  return {
    creditorId, externalId,
    person: {
      externalId: personId, name: 'Ana Prueba Ficticia', zone,
      contactPoints: [{ kind: 'phone', value: phone, consent: 'granted' }, { kind: 'email', value: email, consent: 'granted' }],
    },
    currency: 'CLP', instalments: options.instalments,
    ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
    ...(options.terms === undefined ? {} : { terms: options.terms }),
  };
}

export function creditorBody(id: string): Record<string, unknown> {
  return { id, name: 'Acme', type: 'firstParty', country: 'CL', currency: 'CLP' };
}

/** `YYYY-MM-DD`, days after a date. */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
