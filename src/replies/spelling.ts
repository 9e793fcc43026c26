/** Slips of the finger in the words that decide: a letter missing, added, changed or swapped with its neighbour. */
import { foldWord, type Folded } from './words.ts';

/** Words that few real ones stand one letter away from; shorter ones and most verbs are left out, because a wrong guess would change what was said. */
const KEYS = new Set(`llamen llamar dejen pague mensaje mensajes mensagem mensagens whatsapp llamada llamadas llamarme llamando llamenme llameme escriban escribir escribirme escribiendo escribanme
  molesten molestar molestarme molestando moleste contacten contactar contactarme contacto manden mandarme mandando enviarme enviando envien borrenme borren saquenme eliminen eliminenme quitenme recibir recibiendo receber
  autorizo suscripcion recordatorios publicidad numero equivocado equivocada equivocaron conozco fallecio fallecido fallecida faleceu falecido difunto difunta pagado pagada deposite deposito depositar transferi transferir transferencia comprobante comprovante
  cancelado manana viernes miercoles domingo sabado proxima semana quincena diciembre noviembre trabajo dinero desempleado desempleada desempregado cesante descuento desconto cuotas parcelar reconozco reconheco gracias obrigado obrigada
  unsubscribe tomorrow payment already thursday wednesday saturday message messages calling texting contacting number installments ligacoes amanha telefono abogado superintendencia demandar refinanciar agradezco`.split(/\s+/).map(foldWord));
const SHORTEST = 5;

/** A difference in the last letters is another form of the word, not a slip: "recibió" is not "recibir". */
const ENDING = 3;

/** Whether one slip makes `written` into `key`; neither is empty and they are not the same. */
function isOneSlip(written: string, key: string): boolean {
  if (Math.abs(written.length - key.length) > 1 || written[0] !== key[0]) return false;
  let at = 0;
  while (at < written.length && written[at] === key[at]) at += 1;
  if (at > key.length - ENDING) return false;
  const [rest, wanted] = [written.slice(at), key.slice(at)];
  return rest.slice(1) === wanted.slice(1) || rest.slice(1) === wanted || rest === wanted.slice(1)
    || (rest.length > 1 && rest[0] === wanted[1] && rest[1] === wanted[0] && rest.slice(2) === wanted.slice(2));
}

/** The text with the slips put right that can mean one word only; a word that the rules know (`isKnown`) is never touched. */
export function respelled(text: Folded, isKnown: (word: string) => boolean): Folded {
  const seen = new Map<string, string>();
  return text.split(' ').map((word) => {
    if (word.length < SHORTEST - 1 || /\d/.test(word) || KEYS.has(word) || isKnown(word)) return word;
    const before = seen.get(word);
    if (before !== undefined) return before;
    const near = [...KEYS].filter((key) => key.length >= SHORTEST && isOneSlip(word, key));
    const meant = near.length === 1 ? near[0] ?? word : word;
    seen.set(word, meant);
    return meant;
  }).join(' ');
}
