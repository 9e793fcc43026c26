/** Random tokens that stand in links: what is stored is their hash. */
import { createHash, randomBytes } from 'node:crypto';

/** 128 bits: nobody guesses one, and it still leaves an SMS room for its text. */
const TOKEN_BYTES = 16;

/** A token as it stands in an address, 22 letters. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** How a token is stored and looked up: lower-case hex SHA-256. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
