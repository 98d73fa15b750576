import { app } from '@azure/functions';
import { answerStatus } from '../shared/app/http.ts';

/** What is held, as a page for people and as JSON for machines. Every method is bound, so that others get a 405. */
app.http('status', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'function',
  route: 'status',
  handler: (request, context) =>
    answerStatus(
      { method: request.method, accept: request.headers.get('accept'), format: request.query.get('format') },
      context,
    ),
});
