import { describe, expect, test } from 'vitest';
import { forbiddenPhrase, LINT_IDS, type LintId } from '../../src/text/lint.ts';
import { shippedTemplates } from '../../src/text/shipped.ts';

const HITS: readonly [LintId, string, string][] = [
  ['judicialMention', 'es-CL', 'Si no paga iniciaremos una demanda en su contra.'],
  ['judicialMention', 'es-CL', 'Evite un juicio ejecutivo.'],
  ['judicialMention', 'es-CL', 'Su caso pasará a COBRANZA JUDICIAL'],
  ['judicialMention', 'es-CL', 'Se ordenará el embargo de sus bienes'],
  ['judicialMention', 'es-CL', 'Podremos embargar sus bienes si no paga.'],
  ['judicialMention', 'es-CL', 'Derivaremos su caso a nuestros abogados'],
  ['judicialMention', 'es-CL', 'tomaremos acciones legales'],
  ['judicialMention', 'es-CL', 'será demandado ante los tribunales'],
  ['judicialMention', 'es-CL', 'demandaremos; el juzgado resolverá'],
  ['judicialMention', 'es-CL', 'Procederemos legalmente contra usted'],
  ['judicialLook', 'es-MX', 'CITATORIO JUDICIAL: comparezca el lunes'],
  ['judicialLook', 'es-PE', 'Por la presente se le notifica que'],
  ['judicialLook', 'es-CL', 'Rol C-1234-2026'],
  ['unfiledSuit', 'es-CL', 'estamos evaluando presentar una demanda'],
  ['unfiledSuit', 'es-CL', 'Para evitar el juicio, pague'],
  ['creditBureau', 'es-CL', 'Lo informaremos a DICOM'],
  ['creditBureau', 'es-CO', 'reporte negativo en las centrales de riesgo'],
  ['creditBureau', 'es-MX', 'afecta su historial crediticio y el Buró de Crédito'],
  ['creditBureau', 'es-CL', 'aparecerá en el registro de morosos'],
  ['thirdPartyDisclosure', 'es-PE', 'avisaremos a su empleador'],
  ['thirdPartyDisclosure', 'es-PE', 'hablaremos también con sus vecinos'],
  ['askReasonForDefault', 'es-CO', '¿Por qué no ha pagado su cuota?'],
  ['askReasonForDefault', 'es-CO', '¿Cuál es el motivo de su mora?'],
  ['askReasonForDefault', 'es-CO', 'Cuéntenos por qué no pudo pagar'],
  ['askReasonForDefault', 'es-CO', 'Indíquenos las razones de la falta de pago'],
  ['askReasonForDefault', 'es-CO', '¿A qué se debe el retraso?'],
  ['askReasonForDefault', 'es-CO', '¿Qué le impidió pagar a tiempo?'],
  ['askReasonForDefault', 'es-CO', 'el motivo por el cual no canceló la cuota'],
  ['publicBodyName', 'es-MX', 'Procuraduría de cobros'],
  ['threat', 'es-MX', 'Último aviso: aténgase a las consecuencias'],
  ['threat', 'es-AR', 'De lo contrario iremos a su domicilio'],
  ['payToCollector', 'es-MX', 'Deposite en nuestra cuenta'],
  ['payToCollector', 'es-MX', 'Páguenos hoy'],
  ['payToCollector', 'es-MX', 'Puede pagar hoy mismo en nuestra página'],
  ['payToCollector', 'es-MX', 'Pague con el siguiente código'],
  ['payToCollector', 'es-MX', 'El martes pasamos a recoger la cuota'],
  ['payToCollector', 'pt-BR', 'Pague hoje neste link'],
  ['payToCollector', 'en', 'You can pay today through our portal'],
  ['ridicule', 'es-AR', 'No sea moroso'],
  ['judicialMention', 'pt-BR', 'Vamos entrar com uma ação judicial'],
  ['judicialMention', 'pt-BR', 'penhora dos seus bens'],
  ['creditBureau', 'pt-BR', 'Seu nome será incluído no SERASA'],
  ['askReasonForDefault', 'pt-BR', 'Por que você ainda não pagou?'],
  ['threat', 'pt-BR', 'Caso contrário, tomaremos providências'],
  ['ridicule', 'pt-BR', 'cliente inadimplente'],
  ['judicialMention', 'en', 'We will sue you in court'],
  ['judicialMention', 'en', 'to avoid a lawsuit'],
  ['unfiledSuit', 'en', 'before we file a lawsuit'],
  ['creditBureau', 'en', 'This may affect your credit score'],
  ['askReasonForDefault', 'en', 'Why have you not paid?'],
  ['threat', 'en', 'FINAL NOTICE: pay now'],
];

const NEAR_MISSES: readonly [LintId, string, string][] = [
  ['judicialMention', 'es-CL', 'La fecha queda a su juicio.'],
  ['judicialMention', 'es-CL', 'A juicio de nuestro equipo hay otra salida.'],
  ['judicialMention', 'es-CL', 'Sin embargo, puede elegir otra fecha.'],
  ['judicialMention', 'es-CL', 'Hay alta demanda de llamadas en este horario.'],
  ['judicialMention', 'es-CL', 'La gestión demanda unos minutos.'],
  ['judicialMention', 'es-CL', 'Según la oferta y demanda del mercado.'],
  ['judicialMention', 'es-CL', 'Visítenos en calle del Juzgado 123, Talca.'],
  ['judicialMention', 'es-CL', 'Avenida Tribunales, Santiago'],
  ['judicialMention', 'es-CL', 'Su fecha de corte es el 5.'],
  ['judicialMention', 'es-CL', 'Esta es una gestión extrajudicial.'],
  ['judicialMention', 'es-CL', 'Un ejecutivo le atenderá; la fecha se acordó de buen juicio.'],
  ['judicialMention', 'es-CL', 'Su demandada atención... no'.replace('demandada ', '')],
  ['unfiledSuit', 'es-CL', 'Antes de pagar, revise el detalle.'],
  ['creditBureau', 'es-CL', 'Le damos información veraz y completa.'],
  ['creditBureau', 'es-CL', 'Menos burocracia para usted.'],
  ['thirdPartyDisclosure', 'es-PE', 'No avisaremos a su empleador ni a su familia.'],
  ['thirdPartyDisclosure', 'es-PE', 'Escriba a nuestro correo.'],
  ['askReasonForDefault', 'es-CO', 'Le contamos por qué le escribimos: hay una cuota pendiente.'],
  ['askReasonForDefault', 'es-CO', 'El motivo de este mensaje es recordarle su fecha de pago.'],
  ['askReasonForDefault', 'es-CO', '¿Qué alternativa le queda bien para pagar?'],
  ['threat', 'es-AR', 'Puede cambiar la fecha sin ninguna consecuencia.'],
  ['payToCollector', 'es-MX', 'Puede pagar directamente en Comercial Sur.'],
  ['payToCollector', 'es-MX', 'En esta página puede ver el detalle y cómo pagar.'],
  ['payToCollector', 'es-MX', 'No registramos el pago. Vea el detalle en este enlace.'],
  ['payToCollector', 'en', 'Pay on the page of Comercial Sur; see the details at this link.'],
  ['judicialMention', 'pt-BR', 'No processo de pagamento você recebe um código.'],
  ['judicialMention', 'en', 'Choose the date that suits you.'],
  ['judicialMention', 'en', 'As a courtesy, we write first.'],
  ['judicialMention', 'en', 'Visit us at 12 Court Street.'],
  ['askReasonForDefault', 'en', 'Here is why we are writing: a date has passed.'],
];

describe('what a law forbids is found in every spelling', () => {
  test.each(HITS)('%s in %s: %s', (id, locale, text) => {
    expect(forbiddenPhrase(id, locale, text)).not.toBeNull();
    // As an SMS says it, and as a template may break it into lines.
    expect(forbiddenPhrase(id, locale, text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase())).not.toBeNull();
    expect(forbiddenPhrase(id, locale, text.replace(/ /g, '\n  '))).not.toBeNull();
  });
});

describe('what only looks like it is left alone', () => {
  test.each(NEAR_MISSES)('%s in %s: %s', (id, locale, text) => {
    expect(forbiddenPhrase(id, locale, text)).toBeNull();
  });
});

test('a soft hyphen or a zero-width letter hides nothing', () => {
  expect(forbiddenPhrase('judicialMention', 'es-CL', 'una de\u00admanda, un jui\u200bcio')).not.toBeNull();
});

test('the sentence that the law demands is left out, whole and only whole', () => {
  const mandated = 'Esta gestión no es un procedimiento destinado a embargar sus bienes.';
  expect(forbiddenPhrase('judicialMention', 'es-CL', `Hola. ${mandated} Adiós.`, [mandated])).toBeNull();
  expect(forbiddenPhrase('judicialMention', 'es-CL', 'Hola. Esta gestion no es un procedimiento destinado a embargar sus bienes.', [mandated])).toBeNull();
  expect(forbiddenPhrase('judicialMention', 'es-CL', 'Esta gestión es un procedimiento destinado a embargar sus bienes.', [mandated])).toBe('embargar');
  expect(forbiddenPhrase('judicialMention', 'es-CL', `${mandated} Podemos embargar.`, [mandated])).toBe('embargar');
});

test('a name that comes with the data is nobody\'s threat, and hides no part of another word', () => {
  expect(forbiddenPhrase('judicialMention', 'es-CL', 'Le escribe Inmobiliaria Tribunales SpA', ['Inmobiliaria Tribunales SpA'])).toBeNull();
  expect(forbiddenPhrase('judicialMention', 'es-CL', 'Manda, presentaremos una demanda', ['Manda'])).toBe('demanda');
});

test('no shipped text meets a list that its own language has, outside what it is allowed to', () => {
  const met = shippedTemplates().flatMap(({ key, locale, body }) => (body.kind === 'script' ? body.lines.map((line) => line.say ?? '') : [body.sms, body.subject, ...body.mail.map((part) => ('text' in part ? part.text : ''))])
    .flatMap((text) => LINT_IDS.map((id) => [key, locale, id, forbiddenPhrase(id, locale, text)] as const).filter(([, , , phrase]) => phrase !== null)));
  expect(met).toEqual([]);
});
