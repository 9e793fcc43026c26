/** The invented agents of the sandbox and their weeks. */

export interface SampleAgent {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
}

export const SAMPLE_AGENTS: readonly SampleAgent[] = [
  { id: 'gestora-norte', name: 'Rosalba Maitén', zone: 'America/Santiago' },
  { id: 'gestor-sur', name: 'Anselmo Raulí', zone: 'America/Santiago' },
  { id: 'gestora-andes', name: 'Delfina Ceibo', zone: 'America/Bogota' },
];

export interface SampleShift {
  readonly agentId: string;
  /** 1 = Monday. */
  readonly weekday: number;
  readonly fromMinute: number;
  readonly untilMinute: number;
}

const WORKING_DAYS = [1, 2, 3, 4, 5];
const SATURDAY = 6;
const HOUR = 60;

/** Monday to Friday nine to six, Saturday morning for the first of them. */
export function shiftsOf(agent: SampleAgent): readonly SampleShift[] {
  const week = WORKING_DAYS.map((weekday) => ({ agentId: agent.id, weekday, fromMinute: 9 * HOUR, untilMinute: 18 * HOUR }));
  return agent.id === SAMPLE_AGENTS[0]?.id ? [...week, { agentId: agent.id, weekday: SATURDAY, fromMinute: 10 * HOUR, untilMinute: 14 * HOUR }] : week;
}
