/** What a debtor does on the page, in the Portuguese of Brazil. */
import type { ActWords } from './words.ts';

export const PT: ActWords = {
  back: 'Voltar ao meu plano', again: 'A página ficou aberta por muito tempo e nada foi salvo. Confira e envie de novo.', problem: 'Confira o que está marcado',
  others: 'Também conosco', wholePlan: (count) => `Ver as ${count} parcelas`, earlier: 'Anteriores', later: 'Seguintes',
  pay: (amount) => `Pagar ${amount}`, payGone: 'Agora não é possível pagar por aqui. Veja abaixo como pagar.', otherDate: 'Outra data', talk: 'Receber ligação', more: 'O que você pode fazer',
  disputed: 'Estamos analisando a sua contestação. Enquanto isso não pediremos pagamento.',

  dateTitle: 'Que dia é melhor para você pagar?', dateLink: 'Combinar uma data', dateLegend: 'Dia', dateOther: 'Outro dia', dateUntil: (date) => `até ${date}`,
  dateHint: (from, until) => `Entre ${from} e ${until}.`, dateMissing: (from, until) => `Escolha um dia entre ${from} e ${until}.`,
  dateOutside: (from, until) => `Esse dia não pode ser combinado. Escolha um entre ${from} e ${until}.`,
  amountLegend: 'Valor', amountDue: 'O que corresponde agora', amountAll: 'Tudo o que está em aberto', dateSave: 'Combinar esta data',
  dateThen: 'Até lá não escreveremos sobre isso, salvo um lembrete na véspera.', dateLeft: (left) => (left === 1 ? 'Você pode combinar mais uma data.' : `Você pode combinar até ${left} datas seguidas.`),
  dateNone: 'Não há nada em aberto para combinar.', dateFull: 'Você já combinou as datas que podem ser anotadas aqui. Para outra, vamos conversar: peça uma ligação.',
  dateNotNow: 'Não conseguimos anotar essa data, porque algo mudou nesse meio-tempo. Confira e escolha de novo.', dateDone: 'Anotamos a sua data', dateDoneText: (amount, date) => `${amount} em ${date}.`, dateChange: 'Mudar a data',

  callLink: 'Pedir uma ligação', callTitle: 'Quando podemos ligar?', callText: (firm) => `Uma pessoa de ${firm} ligará na hora que você escolher.`, callHint: 'Hora de onde você mora.', callSave: 'Agendar a ligação',
  callMove: 'Mudar para esta hora', callMoveTitle: 'Mudar a hora', callCancel: 'Cancelar a ligação', callAt: (date, hour) => `${date} às ${hour}`, callBooked: 'Sua ligação agendada',
  callNone: 'Por enquanto não há horários disponíveis, ou não temos um telefone para o qual possamos ligar.', callMissing: 'Escolha uma hora.', callTaken: 'Essa hora não está mais disponível. Escolha outra.',
  callNotNow: 'Não conseguimos agendar a ligação, porque algo mudou nesse meio-tempo. Confira e escolha de novo.', callDone: 'Ligação agendada', callDoneText: (when) => `Ligaremos ${when}.`,
  callOff: 'Ligação cancelada', callOffText: 'Não ligaremos nessa hora. Você pode agendar outra quando quiser.',

  disputeLink: 'Isto não está certo', disputeTitle: 'Conte o que não está certo', disputeText: 'Uma pessoa vai analisar. Enquanto isso não pediremos pagamento.', disputeLegend: 'O que não está certo?',
  disputeReasons: { paid: 'Já paguei', notMine: 'A dívida não é minha', amount: 'O valor está errado', other: 'Outra coisa' }, disputeWords: 'Conte mais', disputeWordsHint: 'Se quiser. Até 2.000 letras.',
  disputeFile: 'Anexar um comprovante', disputeFileHint: 'Se tiver. Um PDF ou uma foto JPG ou PNG de até 5 MB. Só quem analisa a contestação o vê.', disputeSave: 'Enviar a contestação',
  disputeReasonMissing: 'Escolha o que não está certo.', disputeWordsMissing: 'Conte com as suas palavras o que não está certo.', disputeWordsLong: 'O texto é longo demais ou tem sinais que não podemos guardar. Use até 2.000 letras.',
  disputeFileLarge: 'O arquivo tem mais de 5 MB. Escolha um menor ou uma foto de menor tamanho.', disputeFileKind: 'Esse arquivo não é um PDF nem uma foto JPG ou PNG. Escolha outro.', disputeFileAgain: 'Se você tinha escolhido um arquivo, escolha-o de novo.',
  disputeDone: 'Recebemos a sua contestação', disputeDoneText: (date) => `Recebemos em ${date}. Enquanto analisamos não pediremos pagamento.`, disputeNotNow: 'Já há uma contestação em análise, ou não há nada a contestar aqui.',

  contactLink: 'Como falar comigo', contactTitle: 'Como podemos falar com você', contactText: 'Escrevemos e ligamos só nos dias e horários que a lei permite. Tire o que não quiser receber.',
  channels: { sms: 'Mensagens de texto', email: 'E-mails', call: 'Ligações' }, channelOff: 'Não usamos.', stop: { sms: 'Não quero mensagens de texto', email: 'Não quero e-mails', call: 'Não quero ligações' },
  stopAllTitle: 'Não receber mais nada', stopAllText: (creditor) => `Não escreveremos nem ligaremos mais por ${creditor}. Você pode continuar vendo esta página enquanto o link durar.`, stopAll: 'Não quero receber mais nada',
  stopDone: 'Pronto, anotamos. Você pode pedir de novo falando conosco.', contactNone: 'Não temos um telefone nem um e-mail seu em uso.',

  receiptsLink: 'Meus pagamentos', receiptsTitle: 'Pagamentos que recebemos', receiptsNone: 'Ainda não identificamos pagamentos. Se já pagou, avise em «Isto não está certo».', reversed: (date) => `Devolvido ou anulado em ${date}: não conta.`,
  methods: { transfer: 'Transferência', card: 'Cartão', cash: 'Dinheiro', cheque: 'Cheque', directDebit: 'Débito automático', link: 'Pagamento on-line', other: 'Outro meio' }, receiptsTotal: 'Total recebido',
};
