/** `/s/{token}`: one question for who has paid everything. Works without script, shows no person and no amount. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { answerSurvey, surveyAnswer, surveyByToken, type SurveyPage } from '../register/survey.ts';
import { notice, pageSender, type Notice, type View } from './page.ts';

export interface SurveyPagesDeps {
  readonly ctx: RegisterContext;
  /** Requests of one address in so many wall milliseconds; false: no limit. */
  readonly rateLimit: { readonly max: number; readonly timeWindow: number } | false;
}

const CHOICES = [
  { score: 5, word: 'Muy bueno' }, { score: 4, word: 'Bueno' }, { score: 3, word: 'Ni bueno ni malo' }, { score: 2, word: 'Malo' }, { score: 1, word: 'Muy malo' },
] as const;

/** A token as we make them; anything else names no survey and is not looked up. */
const token = z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/) });

/** What came with the form, as text. */
const form = z.object({ score: z.string().optional().catch(undefined), comment: z.string().optional().catch(undefined) });

const ANSWERED: Notice = { kind: 'thanks', status: 200, title: 'Su respuesta ya está registrada', text: 'Gracias por responder. No hace falta nada más.' };
const ANSWERED_BEFORE: Notice = { ...ANSWERED, status: 409 };
const EXPIRED: Notice = { kind: 'closed', status: 410, title: 'Esta encuesta ya cerró', text: 'El plazo para responder terminó. Gracias por su interés; no hace falta nada más.' };
const UNKNOWN: Notice = {
  kind: 'closed', status: 404, title: 'No encontramos esta encuesta',
  text: 'Puede que el enlace esté incompleto. Ábralo de nuevo desde el mensaje que recibió.',
};

const TOO_MANY: Notice = { kind: 'closed', status: 429, title: 'Espere un momento', text: 'Hubo muchos intentos seguidos desde su conexión. Vuelva a abrir el enlace en un minuto.' };
const FAILED: Notice = { kind: 'closed', status: 500, title: 'No pudimos guardar su respuesta', text: 'Es un problema nuestro. Por favor, inténtelo de nuevo en unos minutos.' };

/** Registers the page; form bodies are parsed by whoever registers it. */
export async function surveyPages(app: FastifyInstance, { ctx, rateLimit }: SurveyPagesDeps): Promise<void> {
  const send = pageSender();
  const config = { rateLimit };
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 429) return send(reply, notice(TOO_MANY));
    ctx.log.error({ err: error, requestId: request.id }, 'the survey page failed');
    return send(reply, notice(FAILED));
  });
  app.get('/s/:token', { config }, async (request, reply) => {
    const given = token.safeParse(request.params);
    const survey = given.success ? await find(ctx, given.data.token) : null;
    return send(reply, survey === null ? notice(UNKNOWN) : standing(survey, ANSWERED) ?? question(survey, {}, 200));
  });
  app.post('/s/:token', { config }, async (request, reply) => {
    const given = token.safeParse(request.params);
    return send(reply, given.success ? await take(ctx, given.data.token, request.body) : notice(UNKNOWN));
  });
}

/** Takes the answer of a form, and gives what to show then. */
async function take(ctx: RegisterContext, given: string, body: unknown): Promise<View> {
  const survey = await find(ctx, given);
  if (survey === null) return notice(UNKNOWN);
  const over = standing(survey, ANSWERED_BEFORE);
  if (over !== null) return over;
  const filled = form.catch({}).parse(body ?? {});
  const answer = surveyAnswer.safeParse(answerOf(filled));
  if (!answer.success) return question(survey, { ...filled, wrong: answer.error.issues.map((issue) => String(issue.path[0])) }, 422);
  try {
    await answerSurvey(ctx, given, answer.data);
  } catch (error) {
    // Answered twice at once, or expired while it was being read.
    if (error instanceof AppError && error.code === 'ERR_STATE') return standing((await find(ctx, given)) ?? survey, ANSWERED_BEFORE) ?? notice(EXPIRED);
    throw error;
  }
  return notice(thanks(answer.data.score));
}

/** What to show of a survey that takes no answer any more; null while it does. */
function standing(survey: SurveyPage, answered: Notice): View | null {
  if (survey.state === 'open') return null;
  return notice(survey.state === 'answered' ? answered : EXPIRED);
}

async function find(ctx: RegisterContext, given: string): Promise<SurveyPage | null> {
  try {
    return await surveyByToken(ctx, given);
  } catch (error) {
    if (error instanceof AppError && error.code === 'ERR_NOT_FOUND') return null;
    throw error;
  }
}

interface Filled {
  readonly score?: string | undefined;
  readonly comment?: string | undefined;
  readonly wrong?: readonly string[];
}

function answerOf({ score, comment }: Filled): { score: number; comment?: string } {
  const text = (comment ?? '').replaceAll('\r\n', '\n').trim();
  return { score: /^[1-5]$/.test(score ?? '') ? Number(score) : Number.NaN, ...(text === '' ? {} : { comment: text }) };
}

function thanks(score: number): Notice {
  const word = CHOICES.find((choice) => choice.score === score)?.word.toLowerCase() ?? '';
  return score <= 2
    ? { kind: 'thanks', status: 200, title: 'Gracias por decirlo', text: `Anotamos: ${score}, ${word}. Lo leerá una persona responsable.` }
    : { kind: 'thanks', status: 200, title: 'Gracias por responder', text: `Anotamos: ${score}, ${word}. No hace falta nada más.` };
}

function question({ creditorName }: SurveyPage, filled: Filled, status: number): View {
  return {
    status, template: 'survey.eta',
    data: {
      title: '¿Cómo fue su experiencia?', creditorName, initials: initials(creditorName), choices: CHOICES,
      score: Number(filled.score), comment: filled.comment ?? '',
      scoreError: filled.wrong?.includes('score') ?? false, commentError: filled.wrong?.includes('comment') ?? false,
    },
  };
}

function initials(name: string): string {
  return name.split(/\s+/).filter((word) => word !== '').slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join('');
}
