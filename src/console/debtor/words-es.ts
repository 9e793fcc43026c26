/** What a debtor does on the page, in Spanish. */
import type { ActWords } from './words.ts';

export const ES: ActWords = {
  back: 'Volver a mi plan', again: 'La página llevaba mucho tiempo abierta y no guardamos nada. Revise y envíe de nuevo.', problem: 'Revise lo marcado',
  others: 'También con nosotros', wholePlan: (count) => `Ver las ${count} cuotas`, earlier: 'Anteriores', later: 'Siguientes',
  pay: (amount) => `Pagar ${amount}`, payGone: 'Ahora no se puede pagar por aquí. Vea abajo cómo pagar.', otherDate: 'Otra fecha', talk: 'Que me llamen', more: 'Qué puede hacer',
  disputed: 'Estamos revisando su reclamo. Mientras tanto no le pediremos pagar.',

  dateTitle: '¿Qué día le acomoda pagar?', dateLink: 'Comprometer una fecha', dateLegend: 'Día', dateOther: 'Otro día', dateUntil: (date) => `hasta el ${date}`,
  dateHint: (from, until) => `Entre el ${from} y el ${until}.`, dateMissing: (from, until) => `Elija un día entre el ${from} y el ${until}.`,
  dateOutside: (from, until) => `Ese día no se puede comprometer. Elija uno entre el ${from} y el ${until}.`,
  amountLegend: 'Monto', amountDue: 'Lo que corresponde ahora', amountAll: 'Todo lo pendiente', dateSave: 'Comprometer esta fecha',
  dateThen: 'Hasta ese día no le escribiremos por esto, salvo un recordatorio la víspera.', dateLeft: (left) => (left === 1 ? 'Puede comprometer una fecha más.' : `Puede comprometer hasta ${left} fechas seguidas.`),
  dateNone: 'No hay nada pendiente que comprometer.', dateFull: 'Ya comprometió las fechas que aquí se pueden anotar. Para otra, hablemos: pida que le llamen.',
  dateNotNow: 'No pudimos anotar esa fecha, porque algo cambió mientras tanto. Revise y elija de nuevo.', dateDone: 'Anotamos su fecha', dateDoneText: (amount, date) => `${amount} el ${date}.`, dateChange: 'Cambiar la fecha',

  callLink: 'Pedir que me llamen', callTitle: '¿Cuándo le llamamos?', callText: (firm) => `Le llamará una persona de ${firm}, a la hora que elija.`, callHint: 'Hora de donde usted vive.', callSave: 'Agendar la llamada',
  callMove: 'Cambiar a esta hora', callMoveTitle: 'Cambiar la hora', callCancel: 'Cancelar la llamada', callAt: (date, hour) => `${date} a las ${hour}`, callBooked: 'Su llamada agendada',
  callNone: 'Por ahora no hay horas disponibles, o no tenemos un teléfono al que podamos llamarle.', callMissing: 'Elija una hora.', callTaken: 'Esa hora ya no está disponible. Elija otra.',
  callNotNow: 'No pudimos agendar la llamada, porque algo cambió mientras tanto. Revise y elija de nuevo.', callDone: 'Llamada agendada', callDoneText: (when) => `Le llamaremos el ${when}.`,
  callOff: 'Llamada cancelada', callOffText: 'No le llamaremos a esa hora. Puede agendar otra cuando quiera.',

  disputeLink: 'Esto no es correcto', disputeTitle: 'Cuéntenos qué no es correcto', disputeText: 'Lo revisará una persona. Mientras tanto no le pediremos pagar.', disputeLegend: '¿Qué no es correcto?',
  disputeReasons: { paid: 'Ya pagué', notMine: 'No es mi deuda', amount: 'El monto está mal', other: 'Otra cosa' }, disputeWords: 'Cuéntenos más', disputeWordsHint: 'Si quiere. Hasta 2.000 letras.',
  disputeFile: 'Adjuntar un comprobante', disputeFileHint: 'Si tiene. Un PDF o una foto JPG o PNG de hasta 5 MB. Solo lo ve quien revisa su reclamo.', disputeSave: 'Enviar el reclamo',
  disputeReasonMissing: 'Elija qué no es correcto.', disputeWordsMissing: 'Cuéntenos con sus palabras qué no es correcto.', disputeWordsLong: 'El texto es muy largo o tiene signos que no podemos guardar. Use hasta 2.000 letras.',
  disputeFileLarge: 'El archivo pesa más de 5 MB. Elija uno más liviano o una foto de menor tamaño.', disputeFileKind: 'Ese archivo no es un PDF ni una foto JPG o PNG. Elija otro.', disputeFileAgain: 'Si había elegido un archivo, elíjalo de nuevo.',
  disputeDone: 'Recibimos su reclamo', disputeDoneText: (date) => `Lo recibimos el ${date}. Mientras lo revisamos no le pediremos pagar.`, disputeNotNow: 'Ya hay un reclamo en revisión, o no hay nada que reclamar aquí.',

  contactLink: 'Cómo escribirme', contactTitle: 'Cómo podemos comunicarnos con usted', contactText: 'Escribimos y llamamos solo en los días y horas que permite la ley. Quite lo que no quiera recibir.',
  channels: { sms: 'Mensajes de texto', email: 'Correos', call: 'Llamadas' }, channelOff: 'No lo usamos.', stop: { sms: 'No quiero mensajes de texto', email: 'No quiero correos', call: 'No quiero llamadas' },
  stopAllTitle: 'No recibir nada más', stopAllText: (creditor) => `No le escribiremos ni llamaremos más por ${creditor}. Puede seguir viendo esta página mientras el enlace dure.`, stopAll: 'No quiero recibir nada más',
  stopDone: 'Listo, lo anotamos. Si cambia de opinión, puede volver a pedirlo hablando con nosotros.', contactNone: 'No tenemos un teléfono ni un correo suyo en uso.',

  receiptsLink: 'Mis pagos', receiptsTitle: 'Pagos que recibimos', receiptsNone: 'Todavía no registramos pagos. Si ya pagó, puede avisarnos en «Esto no es correcto».', reversed: (date) => `Devuelto o anulado el ${date}: no cuenta.`,
  methods: { transfer: 'Transferencia', card: 'Tarjeta', cash: 'Efectivo', cheque: 'Cheque', directDebit: 'Débito automático', link: 'Pago en línea', other: 'Otro medio' }, receiptsTotal: 'Total recibido',
};
