/** Zones of an address by country, state and city. A state of two zones names both; what the table does not know names nothing. */
import { plain } from './place.ts';

export interface Address {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Code (`MA`, `US-MA`) or name. */
  readonly state?: string | undefined;
  readonly city?: string | undefined;
}

interface ZonesOfCountry {
  /** Zone of every state that is not listed; null: a state must be listed. */
  readonly rest: readonly string[] | null;
  /** State, by each of its names, `|` between them. */
  readonly states: Readonly<Record<string, readonly string[]>>;
  /** Cities that lie in another zone than the rest of their state, by name. */
  readonly cities?: Readonly<Record<string, string>>;
}

const [ET, CT, MT, PT] = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'];
const [MX, SP] = ['America/Mexico_City', 'America/Sao_Paulo'];

const COUNTRIES: Readonly<Record<string, ZonesOfCountry>> = {
  CL: {
    rest: ['America/Santiago'],
    states: {
      'MA|12|Magallanes|Magallanes y de la Antártica Chilena': ['America/Punta_Arenas'], 'AI|11|Aysén|Aysén del General Carlos Ibáñez del Campo': ['America/Coyhaique'],
      'VS|05|5|Valparaíso': ['America/Santiago', 'Pacific/Easter'],
    },
    cities: {
      'isla de pascua': 'Pacific/Easter', 'hanga roa': 'Pacific/Easter', 'rapa nui': 'Pacific/Easter', valparaiso: 'America/Santiago', 'vina del mar': 'America/Santiago',
      quilpue: 'America/Santiago', 'villa alemana': 'America/Santiago', 'san antonio': 'America/Santiago', quillota: 'America/Santiago', 'los andes': 'America/Santiago',
      'san felipe': 'America/Santiago', 'la calera': 'America/Santiago', concon: 'America/Santiago', limache: 'America/Santiago',
    },
  },
  EC: { rest: ['America/Guayaquil'], states: { 'W|Galápagos': ['Pacific/Galapagos'] } },
  ES: { rest: ['Europe/Madrid'], states: { 'CN|GC|TF|Canarias|Las Palmas|Santa Cruz de Tenerife': ['Atlantic/Canary'], 'CE|Ceuta': ['Africa/Ceuta'] } },
  // One offset everywhere.
  AR: { rest: ['America/Argentina/Buenos_Aires'], states: {} },
  CO: { rest: ['America/Bogota'], states: {} },
  PE: { rest: ['America/Lima'], states: {} },
  GB: { rest: ['Europe/London'], states: {} },
  MX: {
    rest: [MX],
    states: {
      'ROO|QR|Quintana Roo': ['America/Cancun'], 'SON|SO|Sonora': ['America/Hermosillo'], 'BCN|BC|Baja California': ['America/Tijuana'],
      'BCS|BS|Baja California Sur': ['America/Mazatlan'], 'SIN|SI|Sinaloa': ['America/Mazatlan'], 'NAY|NA|Nayarit': ['America/Mazatlan', 'America/Bahia_Banderas'],
      'CHH|CHIH|CH|Chihuahua': ['America/Chihuahua', 'America/Ciudad_Juarez', 'America/Ojinaga'], 'TAM|TM|Tamaulipas': [MX, 'America/Matamoros'],
      'COA|CO|Coahuila|Coahuila de Zaragoza': [MX, 'America/Matamoros'], 'NLE|NL|Nuevo León': [MX, 'America/Matamoros'],
    },
    cities: {
      'ciudad juarez': 'America/Ciudad_Juarez', juarez: 'America/Ciudad_Juarez', chihuahua: 'America/Chihuahua', ojinaga: 'America/Ojinaga', matamoros: 'America/Matamoros',
      reynosa: 'America/Matamoros', 'nuevo laredo': 'America/Matamoros', monterrey: MX, saltillo: MX, torreon: MX, tampico: MX, 'ciudad victoria': MX, tepic: 'America/Mazatlan',
    },
  },
  BR: {
    rest: null,
    states: {
      'SP|São Paulo|RJ|Rio de Janeiro|ES|Espírito Santo|MG|Minas Gerais|PR|Paraná|SC|Santa Catarina|RS|Rio Grande do Sul|GO|Goiás|DF|Distrito Federal': [SP],
      'BA|Bahia': ['America/Bahia'], 'AL|Alagoas|SE|Sergipe': ['America/Maceio'], 'PE|Pernambuco': ['America/Recife', 'America/Noronha'],
      'CE|Ceará|MA|Maranhão|PB|Paraíba|PI|Piauí|RN|Rio Grande do Norte': ['America/Fortaleza'], 'TO|Tocantins': ['America/Araguaina'],
      'AP|Amapá': ['America/Belem'], 'PA|Pará': ['America/Belem', 'America/Santarem'], 'AM|Amazonas': ['America/Manaus', 'America/Eirunepe'],
      'MT|Mato Grosso': ['America/Cuiaba'], 'MS|Mato Grosso do Sul': ['America/Campo_Grande'], 'RO|Rondônia': ['America/Porto_Velho'], 'RR|Roraima': ['America/Boa_Vista'],
      'AC|Acre': ['America/Rio_Branco'],
    },
    cities: { recife: 'America/Recife', manaus: 'America/Manaus', 'fernando de noronha': 'America/Noronha' },
  },
  US: {
    rest: null,
    states: {
      'CT|Connecticut|DE|Delaware|DC|District of Columbia|GA|Georgia|ME|Maine|MD|Maryland|MA|Massachusetts|NH|New Hampshire|NJ|New Jersey|NY|New York|NC|North Carolina': [ET],
      'OH|Ohio|PA|Pennsylvania|RI|Rhode Island|SC|South Carolina|VT|Vermont|VA|Virginia|WV|West Virginia': [ET],
      'AL|Alabama|AR|Arkansas|IL|Illinois|IA|Iowa|LA|Louisiana|MN|Minnesota|MS|Mississippi|MO|Missouri|OK|Oklahoma|WI|Wisconsin': [CT],
      'CO|Colorado|MT|Montana|NM|New Mexico|UT|Utah|WY|Wyoming': [MT], 'CA|California|WA|Washington': [PT],
      'FL|Florida|KY|Kentucky|TN|Tennessee|MI|Michigan|IN|Indiana': [ET, CT], 'KS|Kansas|NE|Nebraska|ND|North Dakota|SD|South Dakota|TX|Texas': [CT, MT],
      'ID|Idaho': ['America/Boise', PT], 'OR|Oregon': [PT, 'America/Boise'], 'NV|Nevada': [PT, MT], 'AZ|Arizona': ['America/Phoenix', MT],
      'AK|Alaska': ['America/Anchorage', 'America/Adak'], 'HI|Hawaii': ['Pacific/Honolulu'], 'PR|Puerto Rico': ['America/Puerto_Rico'],
    },
  },
};

/** Longer than a code. */
const SHORT = 4;

/** Zones of an address; none where the country has several and the state is not told or not known. */
export function zonesOfAddress({ country, state, city }: Address): readonly string[] {
  const known = COUNTRIES[country];
  if (known === undefined) return [];
  const own = city === undefined ? undefined : known.cities?.[plain(city)];
  const zones = zonesOfState(known, country, state);
  if (own !== undefined && (zones.length === 0 || zones.includes(own))) return [own];
  return zones;
}

function zonesOfState({ rest, states }: ZonesOfCountry, country: string, state: string | undefined): readonly string[] {
  const names = Object.entries(states).flatMap(([listed, zones]) => listed.split('|').map((name) => ({ name: plain(name), zones })));
  if (state === undefined) return names.length === 0 ? (rest ?? []) : [];
  const asked = plain(state).replace(new RegExp(`^${country.toLowerCase()}-`), '');
  const exact = names.find(({ name }) => name === asked);
  if (exact !== undefined || rest === null) return exact?.zones ?? [];
  // "Región de Magallanes" must not fall to the rest: the longest listed name within it is meant.
  const within = names.filter(({ name }) => name.length > SHORT && asked.includes(name)).toSorted((a, b) => b.name.length - a.name.length);
  return within[0]?.zones ?? rest;
}
