/**
 * XML as a tree that knows its lines. A SAX parser and not camt-parser: that one drops the payer, free text and every
 * account that is no IBAN, which is all of Latin America, and names no line. sax resolves nothing outside the file.
 */
// The package is CommonJS and its names are set at run time: Node gives it as one default.
import saxLibrary, { type SAXParser } from 'sax';
import type { BankFileError } from './entry.ts';

export interface Element {
  /** Without its prefix: banks name the same schema in different ways. */
  readonly name: string;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface Growing extends Element {
  readonly children: Growing[];
  text: string;
}

/** The deepest element of a statement lies at 15. */
const DEEPEST = 50;
/** A statement of the largest size that is read has about 400,000; twenty megabytes of `<a/>` would fill the memory. */
const MOST_ELEMENTS = 500_000;

/** The root element, or what is wrong. A document type is refused: that is where entities are declared, to be multiplied or read from elsewhere. */
export function parseXml(text: string): Element | BankFileError {
  const sax = saxLibrary.parser(true, { trim: false, position: true });
  const open: Growing[] = [];
  let root: Growing | null = null;
  let wrong: BankFileError | null = null;
  let elements = 0;
  const fail = (reason: string): void => {
    wrong ??= { line: sax.line + 1, reason };
  };
  sax.ondoctype = () => fail('a document type is not taken: a bank statement has none');
  sax.onerror = () => {
    fail('is not well-formed XML');
    sax.resume();
  };
  sax.onopentag = ({ name, attributes }) => {
    const element: Growing = { name: local(name), line: sax.line + 1, attributes: plain(attributes), children: [], text: '' };
    elements += 1;
    if (elements > MOST_ELEMENTS) fail('has more elements than a bank statement');
    else if (open.length >= DEEPEST) fail('is nested deeper than a bank statement');
    else open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  };
  const addText = (part: string): void => {
    const last = open.at(-1);
    if (last !== undefined) last.text += part;
  };
  sax.ontext = addText;
  sax.oncdata = addText;
  sax.onclosetag = () => void open.pop();
  feed(sax, text, () => wrong !== null);
  return wrong ?? root ?? { line: 1, reason: 'holds no element' };
}

/** Bit by bit, so that a file that is refused at its head is not read to its end. */
function feed(sax: SAXParser, text: string, stopped: () => boolean): void {
  const step = 64 * 1024;
  for (let at = 0; at < text.length && !stopped(); at += step) sax.write(text.slice(at, at + step));
  if (!stopped()) sax.close();
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function plain(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [local(name), typeof value === 'string' ? value : '']));
}

/** All elements at a path below this one. */
export function all(element: Element, ...path: readonly string[]): Element[] {
  return path.reduce<Element[]>((found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)), [element]);
}

/** Text of the first element at one of the paths that is not empty, else ''. */
export function textAt(element: Element, ...paths: readonly string[]): string {
  for (const path of paths) {
    const found = all(element, ...path.split('/')).map(({ text }) => text.trim()).find((text) => text !== '');
    if (found !== undefined) return found;
  }
  return '';
}
