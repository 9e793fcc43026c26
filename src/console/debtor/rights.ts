/** What the law of a country gives a debtor, in a sentence or two for the page; the rules themselves are in src/contact-law. */
import type { PageLanguage } from '../debtor-words.ts';

type Told = Readonly<Record<PageLanguage, string>>;

/** By country of the agreement. The figures are those of the profiles; a country that is not here has the general sentence only. */
const RIGHTS: Readonly<Record<string, Told>> = {
  CL: {
    es: 'La Ley 19.496 (artículo 37) permite llamarle o visitarle solo de lunes a sábado, que no sea feriado, de 8 a 20 horas, y como máximo una vez por semana; por otros medios, dos veces por semana, con al menos dos días entre ellas. Puede reclamar ante el SERNAC.',
    pt: 'A Lei 19.496 do Chile (artigo 37) permite ligar ou visitar só de segunda a sábado, exceto feriados, das 8 às 20 horas, e no máximo uma vez por semana; por outros meios, duas vezes por semana, com pelo menos dois dias entre elas. Você pode reclamar ao SERNAC.',
    en: 'Law 19,496 of Chile (article 37) allows calls and visits only from Monday to Saturday, not on holidays, from 8 a.m. to 8 p.m., at most once a week; by other means twice a week, at least two days apart. You can complain to SERNAC.',
  },
  CO: {
    es: 'La Ley 2300 de 2023 permite contactarle de lunes a viernes de 7 a 19 horas y los sábados de 8 a 15, nunca domingos ni festivos, y solo por los canales que usted autorizó. Nadie puede preguntarle por qué no pagó. Puede reclamar ante la Superintendencia Financiera o la de Industria y Comercio.',
    pt: 'A Lei 2300 de 2023 da Colômbia permite contato de segunda a sexta das 7 às 19 horas e aos sábados das 8 às 15, nunca aos domingos e feriados, e só pelos canais que você autorizou. Ninguém pode perguntar por que não pagou. Você pode reclamar à Superintendencia Financiera ou à de Industria y Comercio.',
    en: 'Law 2300 of 2023 of Colombia allows contact from Monday to Friday from 7 a.m. to 7 p.m. and on Saturdays from 8 a.m. to 3 p.m., never on Sundays or holidays, and only by the channels you authorised. Nobody may ask why you did not pay. You can complain to the Superintendencia Financiera or the Superintendencia de Industria y Comercio.',
  },
  MX: {
    es: 'Solo se le puede contactar entre las 7 y las 22 horas de donde usted vive, con respeto, sin amenazas y sin hablar con otras personas. Se paga al acreedor. Puede reclamar en el REDECO de la CONDUSEF o, si el acreedor es un comercio, ante la PROFECO.',
    pt: 'O contato só é permitido entre as 7 e as 22 horas de onde você mora, com respeito, sem ameaças e sem falar com outras pessoas. O pagamento é feito ao credor. Você pode reclamar no REDECO da CONDUSEF ou, se o credor for uma loja, à PROFECO.',
    en: 'You may be contacted only between 7 a.m. and 10 p.m. where you live, with respect, without threats, and nobody else may be spoken to. The creditor is the one to pay. You can complain in the REDECO of CONDUSEF or, when the creditor is a shop, to PROFECO.',
  },
  PE: {
    es: 'La Ley 29571 (artículo 62) no permite llamarle ni visitarle entre las 20 y las 7 horas, ni los sábados, domingos o feriados, ni avisar a otras personas. Puede reclamar ante el INDECOPI.',
    pt: 'A Lei 29571 do Peru (artigo 62) não permite ligar nem visitar entre as 20 e as 7 horas, nem aos sábados, domingos ou feriados, nem avisar outras pessoas. Você pode reclamar ao INDECOPI.',
    en: 'Law 29571 of Peru (article 62) allows no calls or visits between 8 p.m. and 7 a.m., nor on Saturdays, Sundays or holidays, and nobody else may be told. You can complain to INDECOPI.',
  },
  AR: {
    es: 'La Ley 24.240 (artículo 8 bis) le asegura un trato digno: nada que avergüence, moleste o intimide, ni que parezca un reclamo judicial. Puede reclamar ante Defensa del Consumidor.',
    pt: 'A Lei 24.240 da Argentina (artigo 8 bis) garante um tratamento digno: nada que envergonhe, incomode ou intimide, nem que pareça uma cobrança judicial. Você pode reclamar à Defensa del Consumidor.',
    en: 'Law 24,240 of Argentina (article 8 bis) gives you dignified treatment: nothing that shames, harasses or intimidates, and nothing that looks like a court claim. You can complain to Defensa del Consumidor.',
  },
  BR: {
    es: 'El Código de Defensa del Consumidor de Brasil (artículo 42) no permite ridiculizarle, presionarle ni amenazarle, ni interferir con su trabajo, descanso o tiempo libre. Puede reclamar ante el Procon.',
    pt: 'O Código de Defesa do Consumidor (artigo 42) não permite expor você a ridículo, constrangimento ou ameaça, nem interferir no seu trabalho, descanso ou lazer. Você pode reclamar ao Procon.',
    en: 'The Consumer Defence Code of Brazil (article 42) allows no ridicule, constraint or threat, and no interference with your work, rest or leisure. You can complain to Procon.',
  },
  EC: {
    es: 'La Ley Orgánica de Defensa del Consumidor (artículo 49) permite contactarle una vez al día por el mismo medio, de lunes a viernes de 7 a 20 horas, nunca fines de semana ni feriados. Puede reclamar ante la Defensoría del Pueblo.',
    pt: 'A Lei Orgânica de Defesa do Consumidor do Equador (artigo 49) permite um contato por dia pelo mesmo meio, de segunda a sexta das 7 às 20 horas, nunca em fins de semana ou feriados. Você pode reclamar à Defensoría del Pueblo.',
    en: 'The Organic Law of Consumer Defence of Ecuador (article 49) allows one contact a day by the same means, from Monday to Friday from 7 a.m. to 8 p.m., never on weekends or holidays. You can complain to the Defensoría del Pueblo.',
  },
  US: {
    es: 'En Estados Unidos (12 CFR 1006) no se le puede contactar antes de las 8 ni después de las 21 horas de donde usted está, ni a la hora o en el lugar que usted diga que no le acomoda. Puede reclamar ante la CFPB.',
    pt: 'Nos Estados Unidos (12 CFR 1006) não é permitido contato antes das 8 nem depois das 21 horas de onde você está, nem na hora ou no lugar que você disser que não convém. Você pode reclamar à CFPB.',
    en: 'In the United States (12 CFR 1006) you may not be contacted before 8 a.m. or after 9 p.m. where you are, nor at a time or place that you say is inconvenient. You can complain to the CFPB.',
  },
};

/** What this country's law adds; null when nothing is written down for it. */
export function rightsIn(country: string, language: PageLanguage): string | null {
  return RIGHTS[country]?.[language] ?? null;
}
