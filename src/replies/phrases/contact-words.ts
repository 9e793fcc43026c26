/** The words of contacting somebody and of ceasing to, in every form in which they are asked for or forbidden. */

/** The forms of a verb that ask, wish or name the deed; the past ("llamaron") and the present ("llaman") only tell. */
interface Forms {
  /** "llame, llamen": the form of commands and of what is wished or forbidden. */
  readonly wished: readonly string[];
  /** "llamaran, llamasen". */
  readonly politelyWished: readonly string[];
  /** "llamar". */
  readonly infinitive: readonly string[];
  readonly gerund: readonly string[];
}

function ar(stem: string, before_e = stem): Forms {
  return {
    wished: ['e', 'es', 'en', 'eis', 'em'].map((end) => before_e + end), politelyWished: ['ara', 'aras', 'aran', 'arais', 'ase', 'asen', 'asse', 'assem'].map((end) => stem + end),
    infinitive: [`${stem}ar`, `${stem}arem`], gerund: [`${stem}ando`],
  };
}

function er(stem: string, before_a = stem, before_io = stem): Forms {
  return {
    wished: ['a', 'as', 'an', 'ais', 'am'].map((end) => before_a + end), politelyWished: ['iera', 'ieras', 'ieran', 'ierais', 'iese', 'iesen', 'esse', 'essem'].map((end) => before_io + end),
    infinitive: [`${stem}er`, `${stem}ir`], gerund: [`${before_io}iendo`, `${stem}endo`],
  };
}

/** To call, write or bother: forbidding these is asking for silence, whatever follows. */
const REACH: readonly Forms[] = [
  ar('llam'), ar('marc', 'marqu'), ar('telefone'), ar('timbr'), ar('contact'), ar('contat'), ar('molest'), ar('fastidi'), ar('acos'), ar('hostig', 'hostigu'), ar('hinch'), ar('huev'), ar('hueve'), ar('webe'), ar('we'), ar('ching', 'chingu'), ar('spame'), ar('texte'), ar('whatsappe'), ar('mensaje'), ar('importun'),
  er('escrib'), er('escrev'), er('jod'), er('persegu', 'persig', 'persigu'), er('insist'), ar('lig', 'ligu'), ar('telefon'), ar('perturb'), ar('incomod'), er('ench'), ar('atosig', 'atosigu'), ar('atorment'), ar('agobi'), ar('cabre'), er('romp'), ar('cag', 'cagu'), ar('fregu'), ar('freg', 'fregu'), ar('sofoc', 'sofoqu'), ar('presion'), ar('amenac', 'amenac'), ar('amenaz', 'amenac'), ar('atosig', 'atosigu'), 
];
/** These need what is sent ("no me manden la factura" is no wish for silence). */
const SENDING: readonly Forms[] = [ar('mand'), ar('envi'), ar('reenvi'), ar('remit'), er('remit'), ar('llen'), ar('bombarde'), ar('satur'), ar('notific', 'notifiqu')];

const words = (verbs: readonly Forms[], ...forms: readonly (keyof Forms)[]): string[] => verbs.flatMap((verb) => forms.flatMap((form) => verb[form]));
const toMe = (list: readonly string[]): string[] => list.flatMap((word) => ['me', 'nos'].map((whom) => word + whom));
const either = (list: readonly string[]): string => [...new Set(list)].join('|');

/** "Llamen", "escriban": after "no me" or "que no". */
export const REACH_WISHED = either(words(REACH, 'wished', 'politelyWished'));
/** Without "me" the forms in -e of verbs in -ar could be the writer's own past ("no llamé") once the accent is lost. */
export const REACH_WISHED_OF_YOU = either(words(REACH, 'wished', 'politelyWished').filter((word) => !word.endsWith('e') || (/(?:gu|qu)e$/.test(word) && !word.startsWith('marqu'))));
export const REACH_ME = either([...toMe(words(REACH, 'infinitive', 'gerund').filter((word) => !word.endsWith('m')))]);
export const REACH_DOING = either(words(REACH, 'infinitive', 'gerund'));
export const SEND_WISHED = either(words(SENDING, 'wished', 'politelyWished'));
export const SEND_DOING = either([...words(SENDING, 'infinitive', 'gerund'), ...toMe(words(SENDING, 'infinitive', 'gerund').filter((word) => !word.endsWith('m')))]);

/** What a contact is called. */
export const NOTES = 'mensages|mensaxes|sms|msm|wsps|waps|wsap|zaps|torpedos|torpedo|telegramas|comunicados|comunicado|comunicacao|comunicacoes|avisinho|cobranza|cobranzas|hostigo|hostigamientos|llamaditas|llamaditos|llamadita|mensaje|mensajes|mensajitos|mensajito|mensajeria|sms|whatsapp|whatsapps|wasaps|correo|correos|mail|mails|email|emails|e mails|aviso|avisos|notificacion|notificaciones|recordatorio|recordatorios|llamada|llamadas|llamado|llamados|llamadera|yamadas|texto|textos|txt|publicidad|spam|comunicacion|comunicaciones|alertas|cartas|mensagem|mensagens|recado|recados|ligacao|ligacoes|telefonema|telefonemas|chamada|chamadas|avisinhos|zap|lembrete|lembretes|notificacoes|cobranca|cobrancas|acoso|hostigamiento|hostigadera|jodedera|molestadera|contacto|contactos|contato';
/** Where somebody's number is kept. */
export const LIST = 'lista|listas|listado|listados|contacto|contato|base|bases|datos|registro|registros|sistema|contactos|contatos|numero|numeros|telefono|telefone|celular|correo|email|dados|cadastro|agenda|fono|movil|whatsapp|directorio';
/** The same, but only words that are not also somebody's own past ("dejé", "cancelé") or a quality ("alto"): up to some words may stand between these and the contact. */
export const CEASE_PLAINLY = 'dejense|dejate|dejese|dejaros|dejen|dejad|deixem|deixe|paren|parad|parem|parenle|parele|pararle|cesen|cesad|corten|cortenla|cortala|terminenla|suspendan|detengan|frenen|eviten|eviteis|abstenganse|abstengase|abstenerse|absteneos|interrompam|interrumpan|basta|chega|aflojen|bajenle|desactiven|desativem|cancelem|anulen|terminen|acaben|finalicen|stop|quit|cease|desistan|desista';
/** Polite or plain, said to the other side: to cease. Never the first person nor "no dejen de". */
export const CEASE = 'aflojen|afloja|afloje|aflojenle|bajenle|bajale|bajele|cortenle|cortale|yastuvo|pararem|deixarem|larguen|larga|terminenla|terminala|acabenla|acabala|acaben con|paralo|parenla|paren la mano|dejense|dejate|dejese|dejaros|dejarse|dejenme|dejeme|dejame|dejadme|dejennos|deixem me|deixeis|dejeis|pareis|ceseis|pode parar|podem parar|podrian parar|dejarian|dejarias|dejarias|dejaria|dejais|dejas|dejen|deje|deja|dejad|dejes|dejar|dejaran|dejara|dejase|deixem|deixe|deixa|deixar|paren|pare|parad|parem|parar|pararan|parara|parale|parenle|parele|cesen|cese|cesar|corten|corte|cortenla|cortala|cortenlo|cortela|corta|cortar|terminen|termine|terminar|acaben|suspendan|suspenda|suspender|suspende|suspendam|detengan|detenga|detener|frenen|frene|eviten|evite|evitenme|eviteme|evitar|evitarme|eviteis|abstenganse|abstengase|abstenerse|abstengan|absteneos|abstenham se|interrompam|interrompa|interrumpan|finalicen|basta|bastaya|chega|ya estuvo|ya estuvo bueno|alto|stop|cancelen|cancele|anulen|anule|desactiven|desactive|desactivar|desativem|desativar|desative';
/** Said to the other side: to take somebody's data away. */
const REMOVING: readonly Forms[] = [ar('sac', 'saqu'), ar('quit'), ar('borr'), ar('elimin'), ar('retir'), er('remov', 'remuev'), er('remov'), er('exclu', 'excluy'), er('exclu'), er('suprim'), ar('desvincul'), ar('desafili'), ar('descart'), ar('bloque'), ar('tir'), ar('apag', 'apagu'), ar('delet'), ar('tach')];
export const REMOVE = either([...words(REMOVING, 'wished', 'politelyWished', 'infinitive'), ...'bajen|baje|desmarquen|desanoten|descarte|descartem|inhabiliten|desactiven|remove|remueve|exclue|bloquea|bloqueen|bloquee|bloquear|bloqueie|bloqueia|desliguem|tachen|tache|quitadlo|borrad|quitad|sacad|eliminad|retirad|saquen|saque|saca|sacar|saquenlo|quiten|quite|quita|quitar|borren|borre|borra|borrar|borrenlo|eliminen|elimine|elimina|eliminar|eliminacion|supresion|suprimir|suprimid|suprima|suprimman|retiren|retire|retira|retirar|remuevan|remueva|remover|remova|removam|excluyan|excluya|excluir|exclua|excluam|exclui|tira|tire|tirem|tirar|apaga|apaguem|apague|apagar|deleta|delete|deletem|deletar|desvinculen|desvincular|desafilien|desafiliar|desinscriban|desinscribir|olviden|olvide|pierdan|pierda|esquecam|esqueca|esquece|descartar|descarten'.split('|')]);

const EN_REACHING = 'calling|texting|txting|writing|contacting|messaging|sending|emailing|bothering|harassing|phoning|spamming|bugging|ringing|pestering|disturbing|reaching|hounding|annoying|blowing|hitting|chasing|msging|dming|spaming|harrassing|pinging|nagging|badgering|following|buzzing|dialing|mailing|robocalling';
const EN_REACH = 'call|text|txt|write|contact|message|msg|send|email|bother|harass|phone|spam|bug|ring|pester|disturb|hound|annoy|reach|msg me|dm|ping|nag|dial|mail|robocall';
export const EN = {
  reach: EN_REACH, reaching: EN_REACHING, either: `${EN_REACH}|${EN_REACHING}`, reached: 'called|texted|contacted|messaged|emailed|phoned|bothered|harassed|reached|disturbed',
  notes: 'txts|txt|phone calls|phonecalls|robocalls|mails|mail|alert|updates|dms|calls|call|texts|text|messages|message|msgs|emails|email|sms|reminders|notifications|contact|communication|communications|harassment|spam|notices|alerts',
};
