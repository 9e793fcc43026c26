/** The words of the pages that debtors open, in three languages; the sentence about goods comes from src/text, never from here. */

export const PAGE_LANGUAGES = ['es', 'pt', 'en'] as const;
export type PageLanguage = (typeof PAGE_LANGUAGES)[number];

export interface DebtorWords {
  readonly skip: string;
  readonly languageNav: string;
  readonly message: string;
  readonly protect: string;
  /** `numeric`: the id is made of digits only. */
  readonly digits: (id: string, numeric: boolean) => string;
  readonly digitsHint: string;
  readonly rutHint: string;
  readonly document: string;
  readonly next: string;
  readonly sendCode: string;
  readonly code: string;
  readonly codeHint: string;
  readonly codeSent: string;
  readonly codeFailed: string;
  readonly noId: string;
  readonly notMe: string;
  readonly doubt: (firm: string) => string;
  readonly callUs: string;
  readonly writeUs: string;
  readonly wrong: (left: number) => string;
  readonly lockedTitle: string;
  readonly lockedFor: (minutes: number) => string;
  readonly lockedForGood: string;
  readonly unknownTitle: string;
  readonly unknown: string;
  readonly thanksNotMeTitle: string;
  readonly thanksNotMe: string;
  readonly tooManyTitle: string;
  readonly tooMany: string;
  readonly failedTitle: string;
  readonly failed: string;
  readonly onBehalf: (creditor: string) => string;
  readonly hello: (name: string) => string;
  readonly notReceived: (what: string) => string;
  readonly nextDate: (what: string) => string;
  readonly openOf: (total: string) => string;
  readonly fell: string;
  readonly falls: string;
  readonly settled: string;
  readonly closed: string;
  readonly promised: (amount: string, date: string) => string;
  readonly alreadyPaid: string;
  readonly plan: string;
  readonly instalment: (number: number) => string;
  readonly down: string;
  readonly charge: string;
  readonly lapsed: string;
  /** Of a debt that has no agreement yet. */
  readonly wholeDebt: string;
  readonly debtSettled: string;
  readonly debtClosed: string;
  readonly paidWhole: string;
  readonly received: (amount: string) => string;
  readonly rest: string;
  readonly dueOn: (date: string) => string;
  readonly wasDueOn: (date: string) => string;
  readonly whatYouOwe: string;
  readonly creditor: string;
  readonly contract: string;
  readonly signedOn: (date: string) => string;
  readonly overdueSince: string;
  readonly agreedOn: string;
  readonly principal: string;
  readonly interest: string;
  readonly lateInterest: string;
  readonly fees: string;
  readonly taxes: string;
  readonly discount: string;
  readonly none: string;
  readonly paid: string;
  readonly owed: string;
  readonly howToPay: string;
  readonly payAt: (creditor: string) => string;
  readonly payDirectly: (creditor: string) => string;
  /** `firm`: who collects for the creditor, if anybody does. */
  readonly payOnly: (creditor: string, firm: string | null) => string;
  readonly rights: string;
  readonly rightsText: (creditor: string) => string;
  readonly talk: string;
  readonly talkText: string;
  readonly leave: string;
  readonly stopTitle: string;
  readonly stopText: (firm: string) => string;
  readonly stopButton: string;
  readonly stopKeep: string;
  readonly stoppedTitle: string;
  readonly stopped: (firm: string) => string;
  readonly stopUnknownTitle: string;
  readonly stopUnknown: string;
}

const ES: DebtorWords = {
  skip: 'Saltar al contenido', languageNav: 'Idioma', message: 'Tenemos un mensaje para usted', protect: 'Para proteger sus datos, primero confirme que es usted.',
  digits: (id, numeric) => `Últimos 4 ${numeric ? 'números' : 'caracteres'} de su ${id}`, digitsHint: 'Sin puntos ni guiones.', rutHint: 'Sin el dígito verificador. En 11.222.333-4 son 2333.', document: 'documento de identidad',
  next: 'Continuar', sendCode: 'Envíenme un código', code: 'Código de 6 números', codeHint: 'Lo enviamos al mismo teléfono o correo donde recibió el mensaje. Dura 10 minutos.',
  codeSent: 'Si el código no llega en unos minutos, puede pedir otro.', codeFailed: 'Ahora no podemos enviar el código. Inténtelo más tarde, de lunes a sábado en horario de día, o comuníquese con nosotros.',
  noId: 'No tenemos un documento suyo para comprobarlo aquí: le enviamos un código.', notMe: 'No soy la persona que buscan',
  doubt: (firm) => `¿Duda de este enlace? Entre al sitio de la empresa con la que tiene su contrato y busque «${firm}».`, callUs: 'O llámenos al', writeUs: 'O escríbanos a',
  wrong: (left) => `No coincide. Revise lo que escribió. ${left === 1 ? 'Le queda 1 intento.' : `Le quedan ${left} intentos.`}`,
  lockedTitle: 'Espere un momento', lockedFor: (minutes) => `Hubo varios intentos que no coincidieron. Puede volver a intentarlo en ${minutes === 1 ? '1 minuto' : `${minutes} minutos`}.`,
  lockedForGood: 'Hubo muchos intentos que no coincidieron y este enlace quedó cerrado. El próximo mensaje traerá uno nuevo; también puede comunicarse con nosotros.',
  unknownTitle: 'No encontramos esta página', unknown: 'Puede que el enlace esté incompleto o que haya vencido. Ábralo desde el último mensaje que recibió; el próximo traerá uno nuevo.',
  thanksNotMeTitle: 'Gracias por avisarnos', thanksNotMe: 'No volveremos a escribir a este número o correo por este asunto.',
  tooManyTitle: 'Espere un momento', tooMany: 'Hubo muchos intentos seguidos desde su conexión. Vuelva a abrir el enlace en un minuto.',
  failedTitle: 'No pudimos mostrar la página', failed: 'Es un problema nuestro. Por favor, inténtelo de nuevo en unos minutos.',
  onBehalf: (creditor) => `por encargo de ${creditor}`, hello: (name) => `Hola, ${name}`, notReceived: (what) => `No registramos el pago completo de su ${what}.`, nextDate: (what) => `Su próxima fecha: ${what}.`,
  openOf: (total) => `Faltan de ${total}`, fell: 'venció el', falls: 'vence el', settled: 'Este acuerdo está pagado por completo. Muchas gracias.', closed: 'Este acuerdo está cerrado: no hay nada que pagar aquí.',
  promised: (amount, date) => `Anotamos su compromiso de ${amount} para el ${date}. Hasta entonces no le escribiremos por esto, salvo un recordatorio.`,
  alreadyPaid: 'Si ya pagó, no considere este mensaje.', plan: 'Su plan', instalment: (number) => `Cuota ${number}`, down: 'Cuota inicial', charge: 'Cargo', lapsed: 'Descuento que no se mantuvo',
  wholeDebt: 'Saldo del contrato', debtSettled: 'Este contrato está pagado por completo. Muchas gracias.', debtClosed: 'Aquí no hay nada que pagar por este contrato.',
  paidWhole: 'Pagada', received: (amount) => `Recibimos ${amount}.`, rest: 'faltan', dueOn: (date) => `Vence el ${date}`, wasDueOn: (date) => `Venció el ${date}.`,
  whatYouOwe: 'De dónde sale el monto', creditor: 'Acreedor', contract: 'Contrato', signedOn: (date) => `firmado el ${date}`, overdueSince: 'Vencido desde', agreedOn: 'Acuerdo del',
  principal: 'Capital', interest: 'Intereses', lateInterest: 'Intereses por mora', fees: 'Gastos de cobranza', taxes: 'Impuestos', discount: 'Descuento', none: 'Sin cobro aparte',
  paid: 'Pagado', owed: 'Pendiente', howToPay: 'Cómo pagar', payAt: (creditor) => `Pagar en la página de ${creditor}`, payDirectly: (creditor) => `Siempre puede pagar directamente en ${creditor}.`,
  payOnly: (creditor, firm) => `Se paga directamente en ${creditor}.${firm === null ? '' : ` ${firm} no recibe pagos.`}`,
  rights: 'Sus derechos', rightsText: (creditor) => `Puede pagar directamente en ${creditor}, pedir toda esta información por escrito, proponer otra fecha, y reclamar si algo no está bien.`,
  talk: 'Hablar con nosotros', talkText: 'Responda el mensaje que recibió.', leave: 'Cerrar esta página',
  stopTitle: '¿No quiere recibir más correos?', stopText: (firm) => `${firm} dejará de escribir a este correo. Puede seguir viendo su información en el enlace de los mensajes o comunicarse cuando quiera.`,
  stopButton: 'No quiero más correos', stopKeep: 'Si prefiere seguir recibiéndolos, cierre esta página: no cambia nada.', stoppedTitle: 'Listo: no le enviaremos más correos',
  stopped: (firm) => `${firm} no volverá a escribir a este correo. No hace falta nada más.`, stopUnknownTitle: 'No encontramos este enlace',
  stopUnknown: 'Puede que esté incompleto o que haya vencido. Para no recibir más correos, responda BAJA al correo que recibió.',
};

const PT: DebtorWords = {
  skip: 'Ir para o conteúdo', languageNav: 'Idioma', message: 'Temos uma mensagem para você', protect: 'Para proteger seus dados, primeiro confirme que é você.',
  digits: (id, numeric) => `Últimos 4 ${numeric ? 'números' : 'caracteres'} do seu ${id}`, digitsHint: 'Sem pontos nem traços.', rutHint: 'Sem o dígito verificador. Em 11.222.333-4 são 2333.', document: 'documento de identidade',
  next: 'Continuar', sendCode: 'Enviar um código', code: 'Código de 6 números', codeHint: 'Enviamos ao mesmo telefone ou e-mail em que você recebeu a mensagem. Vale por 10 minutos.',
  codeSent: 'Se o código não chegar em alguns minutos, peça outro.', codeFailed: 'Agora não podemos enviar o código. Tente mais tarde, de segunda a sábado em horário diurno, ou fale conosco.',
  noId: 'Não temos um documento seu para conferir aqui: enviamos um código.', notMe: 'Não sou a pessoa que procuram',
  doubt: (firm) => `Tem dúvida sobre este link? Entre no site da empresa com a qual você tem contrato e procure «${firm}».`, callUs: 'Ou ligue para', writeUs: 'Ou escreva para',
  wrong: (left) => `Não coincide. Confira o que digitou. ${left === 1 ? 'Resta 1 tentativa.' : `Restam ${left} tentativas.`}`,
  lockedTitle: 'Aguarde um momento', lockedFor: (minutes) => `Houve várias tentativas que não coincidiram. Você pode tentar de novo em ${minutes === 1 ? '1 minuto' : `${minutes} minutos`}.`,
  lockedForGood: 'Houve muitas tentativas que não coincidiram e este link foi fechado. A próxima mensagem trará um novo; você também pode falar conosco.',
  unknownTitle: 'Não encontramos esta página', unknown: 'Talvez o link esteja incompleto ou vencido. Abra a partir da última mensagem que recebeu; a próxima trará um novo.',
  thanksNotMeTitle: 'Obrigado por avisar', thanksNotMe: 'Não escreveremos mais a este número ou e-mail por este assunto.',
  tooManyTitle: 'Aguarde um momento', tooMany: 'Houve muitas tentativas seguidas da sua conexão. Abra o link de novo em um minuto.',
  failedTitle: 'Não conseguimos mostrar a página', failed: 'É um problema nosso. Por favor, tente de novo em alguns minutos.',
  onBehalf: (creditor) => `em nome de ${creditor}`, hello: (name) => `Olá, ${name}`, notReceived: (what) => `Não identificamos o pagamento completo: ${what}.`, nextDate: (what) => `Sua próxima data: ${what}.`,
  openOf: (total) => `Faltam de ${total}`, fell: 'venceu em', falls: 'vence em', settled: 'Este acordo está totalmente quitado. Muito obrigado.', closed: 'Este acordo está fechado: não há nada a pagar aqui.',
  promised: (amount, date) => `Anotamos o seu compromisso de ${amount} para ${date}. Até lá não escreveremos sobre isso, salvo um lembrete.`,
  alreadyPaid: 'Se já pagou, desconsidere esta mensagem.', plan: 'Seu plano', instalment: (number) => `Parcela ${number}`, down: 'Entrada', charge: 'Encargo', lapsed: 'Desconto que não se manteve',
  wholeDebt: 'Saldo do contrato', debtSettled: 'Este contrato está totalmente quitado. Muito obrigado.', debtClosed: 'Não há nada a pagar aqui por este contrato.',
  paidWhole: 'Paga', received: (amount) => `Recebemos ${amount}.`, rest: 'faltam', dueOn: (date) => `Vence em ${date}`, wasDueOn: (date) => `Venceu em ${date}.`,
  whatYouOwe: 'De onde sai o valor', creditor: 'Credor', contract: 'Contrato', signedOn: (date) => `assinado em ${date}`, overdueSince: 'Vencido desde', agreedOn: 'Acordo de',
  principal: 'Principal', interest: 'Juros', lateInterest: 'Juros de mora', fees: 'Despesas de cobrança', taxes: 'Impostos', discount: 'Desconto', none: 'Sem cobrança à parte',
  paid: 'Pago', owed: 'Em aberto', howToPay: 'Como pagar', payAt: (creditor) => `Pagar na página de ${creditor}`, payDirectly: (creditor) => `Você sempre pode pagar diretamente a ${creditor}.`,
  payOnly: (creditor, firm) => `O pagamento é feito diretamente a ${creditor}.${firm === null ? '' : ` ${firm} não recebe pagamentos.`}`,
  rights: 'Seus direitos', rightsText: (creditor) => `Você pode pagar diretamente a ${creditor}, pedir toda esta informação por escrito, propor outra data, e reclamar se algo não estiver certo.`,
  talk: 'Falar conosco', talkText: 'Responda a mensagem que recebeu.', leave: 'Fechar esta página',
  stopTitle: 'Não quer receber mais e-mails?', stopText: (firm) => `${firm} deixará de escrever a este e-mail. Você pode continuar vendo a sua informação no link das mensagens ou falar conosco quando quiser.`,
  stopButton: 'Não quero mais e-mails', stopKeep: 'Se preferir continuar recebendo, feche esta página: nada muda.', stoppedTitle: 'Pronto: não enviaremos mais e-mails',
  stopped: (firm) => `${firm} não escreverá mais a este e-mail. Não é preciso fazer mais nada.`, stopUnknownTitle: 'Não encontramos este link',
  stopUnknown: 'Talvez esteja incompleto ou vencido. Para não receber mais e-mails, responda SAIR ao e-mail que recebeu.',
};

const EN: DebtorWords = {
  skip: 'Skip to content', languageNav: 'Language', message: 'We have a message for you', protect: 'To protect your data, please confirm first that it is you.',
  digits: (id, numeric) => `Last 4 ${numeric ? 'digits' : 'characters'} of your ${id}`, digitsHint: 'Without dots or hyphens.', rutHint: 'Without the check digit. In 11.222.333-4 they are 2333.', document: 'identity document',
  next: 'Continue', sendCode: 'Send me a code', code: 'Code of 6 digits', codeHint: 'We sent it to the phone or e-mail where you received the message. It lasts 10 minutes.',
  codeSent: 'If the code does not arrive within a few minutes, you can ask for another.', codeFailed: 'We cannot send the code now. Try later, Monday to Saturday during the day, or get in touch with us.',
  noId: 'We have no document of yours to check here: we will send you a code.', notMe: 'I am not the person you are looking for',
  doubt: (firm) => `Not sure about this link? Go to the site of the company you have your contract with and look for “${firm}”.`, callUs: 'Or call us at', writeUs: 'Or write to us at',
  wrong: (left) => `It does not match. Check what you typed. You have ${left === 1 ? '1 try' : `${left} tries`} left.`,
  lockedTitle: 'Please wait a moment', lockedFor: (minutes) => `Several tries did not match. You can try again in ${minutes === 1 ? '1 minute' : `${minutes} minutes`}.`,
  lockedForGood: 'Many tries did not match, and this link is closed. The next message will bring a new one; you can also get in touch with us.',
  unknownTitle: 'We cannot find this page', unknown: 'The link may be incomplete or have expired. Open it from the last message that you received; the next one will bring a new one.',
  thanksNotMeTitle: 'Thank you for telling us', thanksNotMe: 'We will not write to this number or address again about this matter.',
  tooManyTitle: 'Please wait a moment', tooMany: 'There were many tries in a row from your connection. Open the link again in a minute.',
  failedTitle: 'We could not show the page', failed: 'It is a problem of ours. Please try again in a few minutes.',
  onBehalf: (creditor) => `on behalf of ${creditor}`, hello: (name) => `Hello, ${name}`, notReceived: (what) => `We have not received the full payment of ${what}.`, nextDate: (what) => `Your next date: ${what}.`,
  openOf: (total) => `Left of ${total}`, fell: 'was due on', falls: 'due on', settled: 'This agreement is paid in full. Thank you very much.', closed: 'This agreement is closed: there is nothing to pay here.',
  promised: (amount, date) => `We noted your promise of ${amount} for ${date}. Until then we will not write about it, except for one reminder.`,
  alreadyPaid: 'If you have already paid, please disregard this message.', plan: 'Your plan', instalment: (number) => `Instalment ${number}`, down: 'Down payment', charge: 'Charge', lapsed: 'Discount that did not hold',
  wholeDebt: 'Balance of the contract', debtSettled: 'This contract is paid in full. Thank you very much.', debtClosed: 'There is nothing to pay here for this contract.',
  paidWhole: 'Paid', received: (amount) => `We received ${amount}.`, rest: 'left', dueOn: (date) => `Due on ${date}`, wasDueOn: (date) => `Was due on ${date}.`,
  whatYouOwe: 'Where the amount comes from', creditor: 'Creditor', contract: 'Contract', signedOn: (date) => `signed on ${date}`, overdueSince: 'Past due since', agreedOn: 'Agreement of',
  principal: 'Principal', interest: 'Interest', lateInterest: 'Late interest', fees: 'Collection fees', taxes: 'Taxes', discount: 'Discount', none: 'None on top',
  paid: 'Paid', owed: 'Open', howToPay: 'How to pay', payAt: (creditor) => `Pay on the page of ${creditor}`, payDirectly: (creditor) => `You can always pay ${creditor} directly.`,
  payOnly: (creditor, firm) => `You pay ${creditor} directly.${firm === null ? '' : ` ${firm} takes no payments.`}`,
  rights: 'Your rights', rightsText: (creditor) => `You can pay ${creditor} directly, ask for all of this in writing, propose another date, and complain if something is wrong.`,
  talk: 'Talk to us', talkText: 'Reply to the message that you received.', leave: 'Close this page',
  stopTitle: 'No more e-mails?', stopText: (firm) => `${firm} will stop writing to this address. You can still see your information at the link in the messages, or get in touch at any time.`,
  stopButton: 'I want no more e-mails', stopKeep: 'If you would rather keep receiving them, close this page: nothing changes.', stoppedTitle: 'Done: we will send you no more e-mails',
  stopped: (firm) => `${firm} will not write to this address again. There is nothing else to do.`, stopUnknownTitle: 'We cannot find this link',
  stopUnknown: 'It may be incomplete or expired. To get no more e-mails, reply STOP to the e-mail that you received.',
};

const WORDS: Readonly<Record<PageLanguage, DebtorWords>> = { es: ES, pt: PT, en: EN };

export function wordsIn(language: PageLanguage): DebtorWords {
  return WORDS[language];
}

/** The language that was asked for, else the person's, else Spanish. */
export function pageLanguage(asked: string | undefined, personLanguage: string): PageLanguage {
  const of = (text: string | undefined): PageLanguage | undefined => PAGE_LANGUAGES.find((one) => one === text?.split('-')[0]?.toLowerCase());
  return of(asked) ?? of(personLanguage) ?? 'es';
}
