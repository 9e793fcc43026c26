/** How the phrases of a class are written down; the language of a phrase is in `patternOf`. */
export interface Phrases {
  /** Any of these says it. Phrases with `^` or `$` are compared with the message without its courtesies. */
  readonly says: readonly string[];
  /** Sound like it and are not: taken out of the text before it is compared. */
  readonly sounds: readonly string[];
}
