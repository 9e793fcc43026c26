/** How a sending call over HTTP is answered when a fault strikes it; Twilio's and SendGrid's alike. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from './fault-kinds.ts';

/** What a 429 asks for. */
export const RETRY_AFTER_SECONDS = 30;

export interface SendingCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly fault: Fault | undefined;
  readonly slowMs: number;
  /** Puts the message into the journal. */
  readonly accept: () => void;
  /** The provider's answer to an accepted message. */
  readonly answer: () => FastifyReply;
  /** The provider's answer when there are too many. */
  readonly tooMany: () => FastifyReply;
}

/**
 * Answers the call as the fault wants it. `timeout` and `slow` accept first: the answer is what gets lost or late,
 * which is the case that tempts a sender to send twice.
 */
export async function answerCall(call: SendingCall): Promise<FastifyReply> {
  const { request, reply, fault, accept, answer } = call;
  switch (fault?.kind) {
    case '429':
      return call.tooMany();
    case '500':
      if (fault.accepted === true) accept();
      return reply.code(500).type('text/html').send('<html><body><h1>500 Internal Server Error</h1></body></html>');
    case 'resetBeforeAccept':
      return cut(request, reply);
    case 'resetAfterAccept':
      accept();
      return cut(request, reply);
    case 'timeout':
      accept();
      return reply.hijack(); // and never answer
    case 'slow':
      accept();
      await sleep(fault.ms ?? call.slowMs);
      return answer();
    default:
      accept();
      return answer();
  }
}

function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return reply;
}
