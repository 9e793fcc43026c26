/**
 * The one automatic answer to what a person wrote. A phone may be in other hands, so it says no amount and no word for
 * debt: who answers, what happens now, where the rest stands, how to stop.
 */
import { phrasesOf } from './phrases.ts';
import { toGsm7 } from './sms.ts';

export type AnswerKind = 'proof' | 'promised' | 'promiseRefused' | 'terms' | 'hardship' | 'callBooked' | 'callWanted' | 'dispute' | 'help';

interface AnswerWords extends Readonly<Record<AnswerKind, string>> {
  readonly subject: string;
  /** In place of `help` for whom we know to be the person. */
  readonly helpConfirmed: string;
  readonly stopSms: string;
  readonly stopMail: string;
}

const ES: AnswerWords = {
  subject: 'Respuesta de {firm}',
  proof: 'gracias por su respuesta. Si tiene un comprobante, responda con la fecha y el número. Mientras lo revisamos no le enviaremos recordatorios. Detalle: {link}',
  promised: 'gracias, anotamos el {date}. Si necesita cambiarlo: {link}',
  promiseRefused: 'gracias por su respuesta. Una persona debe revisar esa fecha y le responderá. Otras opciones: {link}',
  terms: 'recibimos su consulta y una persona la leerá. Las opciones están en {link}',
  hardship: 'gracias por contarnos. Una persona leerá su mensaje y le responderá. Opciones: {link}',
  callBooked: 'le llamaremos el {date} a las {time}. Si prefiere otra hora: {link}',
  callWanted: 'recibimos su pedido. Una persona lo verá y buscará una hora para llamarle. Detalle: {link}',
  dispute: 'registramos lo que nos escribió y lo revisaremos. Mientras tanto no le enviaremos recordatorios. Detalle: {link}',
  help: 'tenemos un mensaje para usted. Puede verlo y ver qué hacer en {link} . Responda {call} para hablar con una persona o {notYou} si no es usted.',
  helpConfirmed: 'le escribimos por encargo de {creditor}. El detalle y cómo pagar están en {link} . Responda {call} para hablar con una persona.',
  stopSms: '{stop} para no recibir SMS.',
  stopMail: 'Para no recibir más correos: {unsubscribe}',
};

const PT: AnswerWords = {
  subject: 'Resposta de {firm}',
  proof: 'obrigado pela resposta. Se tiver um comprovante, responda com a data e o número. Enquanto verificamos, não enviaremos lembretes. Detalhe: {link}',
  promised: 'obrigado, anotamos {date}. Se precisar mudar: {link}',
  promiseRefused: 'obrigado pela resposta. Uma pessoa precisa ver essa data e vai responder. Outras opções: {link}',
  terms: 'recebemos sua pergunta e uma pessoa vai ler. As opções estão em {link}',
  hardship: 'obrigado por contar. Uma pessoa vai ler sua mensagem e responder. Opções: {link}',
  callBooked: 'vamos ligar em {date} às {time}. Se preferir outro horário: {link}',
  callWanted: 'recebemos seu pedido. Uma pessoa vai procurar um horário para ligar. Detalhe: {link}',
  dispute: 'registramos o que você escreveu e vamos verificar. Enquanto isso não enviaremos lembretes. Detalhe: {link}',
  help: 'temos uma mensagem para você. Veja a mensagem e o que fazer em {link} . Responda {call} para falar com uma pessoa ou {notYou} se não for você.',
  helpConfirmed: 'escrevemos em nome de {creditor}. O detalhe e como pagar estão em {link} . Responda {call} para falar com uma pessoa.',
  stopSms: '{stop} para não receber SMS.',
  stopMail: 'Para não receber mais e-mails: {unsubscribe}',
};

const EN: AnswerWords = {
  subject: 'Answer from {firm}',
  proof: 'thank you for your answer. If you have a receipt, reply with its date and number. While we check it we send you no reminders. Details: {link}',
  promised: 'thank you, we noted {date}. If you need to change it: {link}',
  promiseRefused: 'thank you for your answer. A person has to look at that date and will reply. Other options: {link}',
  terms: 'we received your question and a person will read it. The options are at {link}',
  hardship: 'thank you for telling us. A person will read your message and reply. Options: {link}',
  callBooked: 'we will call you on {date} at {time}. If you prefer another time: {link}',
  callWanted: 'we received your request. A person will look for a time to call you. Details: {link}',
  dispute: 'we registered what you wrote and will look into it. Meanwhile we send you no reminders. Details: {link}',
  help: 'we have a message for you. See it and what you can do at {link} . Reply {call} to talk to a person, or {notYou} if this is not you.',
  helpConfirmed: 'we write on behalf of {creditor}. The details and how to pay are at {link} . Reply {call} to talk to a person.',
  stopSms: '{stop} to get no more SMS.',
  stopMail: 'To get no more e-mails: {unsubscribe}',
};

const WORDS: Readonly<Record<string, AnswerWords>> = { es: ES, pt: PT, en: EN };

export interface AnswerData {
  readonly firm: string;
  readonly creditor: string;
  /** Whether the reader is known to be the person. */
  readonly confirmed: boolean;
  readonly link: string;
  readonly unsubscribeUrl: string | null;
  /** In words; of the kinds that name one. */
  readonly date?: string | undefined;
  readonly time?: string | undefined;
}

export type AnswerMessage = { readonly body: string } | { readonly subject: string; readonly text: string; readonly html: string };

/** The answer for a channel in a locale's language; Spanish for any other. */
export function answerMessage(channel: 'sms' | 'email', locale: string, kind: AnswerKind, data: AnswerData): AnswerMessage {
  const words = WORDS[locale.split('-')[0] ?? ''] ?? ES;
  const { replies } = phrasesOf(locale);
  const values: Readonly<Record<string, string | undefined>> = { ...replies, firm: data.firm, creditor: data.creditor, link: data.link, unsubscribe: data.unsubscribeUrl ?? '', date: data.date, time: data.time };
  const fill = (form: string): string => form.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const said = fill(words[kind === 'help' && data.confirmed ? 'helpConfirmed' : kind]);
  if (channel === 'sms') return { body: toGsm7(`${data.firm}: ${said} ${fill(words.stopSms)}`) };
  const lines = [`${data.firm}: ${said}`, ...(data.unsubscribeUrl === null ? [] : [fill(words.stopMail)])];
  return {
    subject: fill(words.subject), text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html><html><head><meta charset="utf-8"></head><body>${lines.map((line) => `<p>${escaped(line)}</p>`).join('')}</body></html>`,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter] ?? letter);
}
