/** A message from a person, whichever way it came. */

export interface InboundMessage {
  /** With `eventId` the name of the message in provider_event: the same for every repetition. */
  readonly provider: string;
  readonly eventId: string;
  readonly channel: 'sms' | 'email';
  /** E.164, or an address in lower case. */
  readonly from: string;
  readonly to: string;
  /** What the person wrote: of a mail without what it quotes and without its signature. */
  readonly text: string;
  readonly attachments: number;
  /** What Twilio's own keyword filter made of it; it has answered the person already then. */
  readonly optOutType?: 'STOP' | 'START' | 'HELP' | undefined;
  /** Ids in the Message-IDs that a mail answers to, the nearest first: of an attempt, or the provider's. */
  readonly thread: readonly string[];
  /** Whether it surely comes from the address it names; a mail without SPF or DKIM may not. */
  readonly authentic: boolean;
}
