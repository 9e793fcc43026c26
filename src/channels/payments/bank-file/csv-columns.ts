/** Which column of a bank's CSV says what: the names banks give them in Spanish, Portuguese and English. */

export const BANK_COLUMNS = [
  'bookedOn', 'valueOn', 'amount', 'credit', 'debit', 'direction', 'reference', 'bankReference', 'payerName', 'payerNationalId', 'currency', 'account', 'balance',
] as const;
export type BankColumn = (typeof BANK_COLUMNS)[number];

/** A saved mapping: the header's name by what it says; '' when no column says it, whatever its name. */
export type Columns = Readonly<Partial<Record<BankColumn, string>>>;

/** As `plainName` leaves them. The first of a list that the file has wins. */
const NAMES: Readonly<Record<BankColumn, readonly string[]>> = {
  bookedOn: ['fecha contable', 'fecha movimiento', 'fecha de movimiento', 'fecha operacion', 'fecha de operacion', 'fecha transaccion', 'fecha', 'fecha y hora', 'data lancamento', 'data do lancamento', 'data movimento', 'data', 'booking date', 'date'],
  valueOn: ['fecha valor', 'fecha valuta', 'fecha de valor', 'data valor', 'value date'],
  amount: ['monto', 'monto transferencia', 'monto movimiento', 'importe', 'valor', 'valor r', 'montante', 'amount'],
  credit: ['abono', 'abonos', 'monto abono', 'depositos y abonos', 'credito', 'creditos', 'haber', 'deposito', 'depositos', 'ingreso', 'ingresos', 'entrada', 'entradas', 'credit'],
  debit: ['cargo', 'cargos', 'monto cargo', 'cheques y otros cargos', 'debito', 'debitos', 'debe', 'giro', 'giros', 'retiro', 'retiros', 'egreso', 'egresos', 'saida', 'saidas', 'debit'],
  direction: ['cargo abono', 'abono cargo', 'tipo movimiento', 'tipo de movimiento', 'debito credito', 'd c', 'c d', 'tipo', 'signo', 'natureza'],
  reference: ['glosa', 'descripcion', 'detalle', 'concepto', 'mensaje', 'comentario', 'movimiento', 'detalle movimiento', 'historico', 'descricao', 'memo', 'description', 'referencia'],
  bankReference: ['n documento', 'no documento', 'numero documento', 'numero de documento', 'nro documento', 'num documento', 'n operacion', 'numero operacion', 'numero de operacion', 'nro operacion', 'id transaccion', 'id transferencia', 'codigo transaccion', 'folio', 'documento', 'numero do documento', 'identificador'],
  payerName: ['nombre ordenante', 'ordenante', 'nombre origen', 'nombre emisor', 'nombre remitente', 'remitente', 'pagador', 'nombre pagador', 'nombre cliente', 'nombre o razon social', 'nombre', 'nome pagador', 'nome', 'payer', 'payer name'],
  payerNationalId: ['rut ordenante', 'rut origen', 'rut emisor', 'rut remitente', 'rut pagador', 'rut cliente', 'rut', 'dni', 'ruc', 'cuit', 'cuil', 'nit', 'cedula', 'rfc', 'cpf cnpj', 'cpf', 'cnpj'],
  currency: ['moneda', 'divisa', 'moeda', 'currency'],
  account: ['cuenta', 'cuenta destino', 'n cuenta', 'numero cuenta', 'numero de cuenta', 'conta', 'account'],
  balance: ['saldo', 'saldo contable', 'saldo disponible', 'balance'],
};

/** Column by what it says, as an index into a row. */
export type Layout = ReadonlyMap<BankColumn, number>;

/** A header's name without case, accents and signs: `N° Documento` and `n.documento` are one. */
export function plainName(text: string): string {
  return text.replaceAll(/[°º]/g, '').normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ').trim();
}

/** Where each column stands in a row of names; a saved mapping goes before the names that are known. */
export function layoutOf(cells: readonly string[], columns: Columns): Layout {
  const names = cells.map(plainName);
  const layout = new Map<BankColumn, number>();
  for (const column of BANK_COLUMNS) {
    const given = columns[column];
    const wanted = given === undefined ? NAMES[column] : [plainName(given)].filter((name) => name !== '');
    const index = wanted.map((name) => names.indexOf(name)).find((at) => at >= 0);
    if (index !== undefined) layout.set(column, index);
  }
  return layout;
}

/** What a header lacks before a row can be read; '' when nothing. */
export function lackOf(layout: Layout, columns: Columns): string {
  const absent = BANK_COLUMNS.find((column) => (columns[column] ?? '') !== '' && !layout.has(column));
  if (absent !== undefined) return `the column mapped to ${absent} is not in the header`;
  if (!layout.has('bookedOn')) return 'no column says the date: map bookedOn';
  const amounts = layout.has('amount') || layout.has('credit') || layout.has('debit');
  return amounts ? '' : 'no column says the amount: map amount, or credit and debit';
}
