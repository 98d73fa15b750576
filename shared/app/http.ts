import { diagnose } from '../doctor/diagnose.ts';
import {
  type Asked,
  headOf,
  jsonReply,
  type Reply,
  readFacts,
  refuseMethod,
  statusReply,
} from '../status/http-reply.ts';
import { systemClock } from './clock.ts';
import { composed, siteName } from './compose.ts';
import { type Invocation, runReported } from './invocation.ts';

/** The wiring of what is asked over HTTP. Both answers change nothing and take nothing from the caller but its form. */

/** What is held. */
export function answerStatus(asked: Asked, invocation: Invocation): Promise<Reply> {
  return statusReply(asked, systemClock, () =>
    runReported('status', invocation, app => readFacts({ ...app, ...app.config })),
  );
}

/** What is wrong around the app, seen by the app itself: only here is its identity. 200 whatever it finds. */
export async function answerDoctor(asked: Pick<Asked, 'method'>): Promise<Reply> {
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return refuseMethod();
  const diagnosis = await diagnose(composed, systemClock, siteName());
  const reply = jsonReply(200, diagnosis);
  return asked.method === 'HEAD' ? headOf(reply) : reply;
}
