/** The words of the payment page, in the languages of the pages. */
import type { PageLanguage } from './debtor-words.ts';

export interface PaymentWords {
  readonly title: string;
  readonly text: (firm: string) => string;
  readonly due: (amount: string) => string;
  readonly all: (amount: string) => string;
  readonly next: string;
  readonly doubt: string;
  readonly onTitle: string;
  readonly on: string;
  readonly onButton: string;
  readonly closedTitle: string;
  readonly closed: string;
  readonly failedTitle: string;
  readonly failed: string;
  readonly paidTitle: string;
  readonly paid: string;
  readonly waitingTitle: string;
  readonly waiting: string;
}

export const PAYMENT_WORDS: Readonly<Record<PageLanguage, PaymentWords>> = {
  es: {
    title: 'Pago en línea', text: (firm) => `Aquí puede pagar lo acordado con ${firm}.`,
    due: (amount) => `Pagar ${amount}`, all: (amount) => `Pagar el saldo completo: ${amount}`,
    next: 'El pago se hace en la página del medio de pago. Nosotros no vemos los datos de su tarjeta ni de su cuenta.',
    doubt: 'Si no esperaba este enlace, no pague y consulte directamente con la empresa.',
    onTitle: 'Continúe en la página de pago', on: 'Falta un paso: toque el botón para ir a la página donde se hace el pago.', onButton: 'Ir a la página de pago',
    closedTitle: 'Este enlace ya no sirve', closed: 'No hay nada que pagar por este enlace: venció, o lo que mostraba ya cambió o está pagado. Si recibió un mensaje más nuevo, use el enlace de ese mensaje.',
    failedTitle: 'El pago no se hizo', failed: 'No se cobró nada por este intento. Puede abrir de nuevo el enlace de su mensaje e intentarlo otra vez.',
    paidTitle: 'Recibimos su pago', paid: 'Quedó registrado. No necesita enviar un comprobante.',
    waitingTitle: 'Su pago está en proceso', waiting: 'El medio de pago todavía no lo confirma; algunos tardan hasta tres días hábiles. No pague otra vez: le avisaremos cuando llegue la confirmación.',
  },
  pt: {
    title: 'Pagamento on-line', text: (firm) => `Aqui você pode pagar o que combinou com ${firm}.`,
    due: (amount) => `Pagar ${amount}`, all: (amount) => `Pagar o saldo total: ${amount}`,
    next: 'O pagamento é feito na página do meio de pagamento. Nós não vemos os dados do seu cartão nem da sua conta.',
    doubt: 'Se não esperava este link, não pague e consulte diretamente a empresa.',
    onTitle: 'Continue na página de pagamento', on: 'Falta um passo: toque no botão para ir à página onde o pagamento é feito.', onButton: 'Ir à página de pagamento',
    closedTitle: 'Este link não vale mais', closed: 'Não há nada a pagar por este link: ele venceu, ou o que mostrava mudou ou já está pago. Se recebeu uma mensagem mais nova, use o link dela.',
    failedTitle: 'O pagamento não foi feito', failed: 'Nada foi cobrado nesta tentativa. Você pode abrir de novo o link da sua mensagem e tentar outra vez.',
    paidTitle: 'Recebemos seu pagamento', paid: 'Ficou registrado. Não é preciso enviar comprovante.',
    waitingTitle: 'Seu pagamento está em processamento', waiting: 'O meio de pagamento ainda não o confirma; alguns demoram até três dias úteis. Não pague outra vez: avisaremos quando a confirmação chegar.',
  },
  en: {
    title: 'Online payment', text: (firm) => `Here you can pay what you agreed with ${firm}.`,
    due: (amount) => `Pay ${amount}`, all: (amount) => `Pay the whole balance: ${amount}`,
    next: 'The payment is made on the page of the payment provider. We do not see the details of your card or account.',
    doubt: 'If you did not expect this link, do not pay, and ask the company directly.',
    onTitle: 'Go on at the payment page', on: 'One step is left: use the button to go to the page where the payment is made.', onButton: 'Go to the payment page',
    closedTitle: 'This link does not work any more', closed: 'There is nothing to pay by this link: it is too old, or what it showed has changed or is paid. If you got a newer message, use the link in that one.',
    failedTitle: 'The payment was not made', failed: 'Nothing was charged for this attempt. You may open the link of your message and try again.',
    paidTitle: 'We have received your payment', paid: 'It is on record. You do not need to send a proof.',
    waitingTitle: 'Your payment is under way', waiting: 'The payment provider has not confirmed it yet; some take up to three working days. Do not pay again: we will tell you when the confirmation comes.',
  },
};
