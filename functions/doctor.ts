import { app } from '@azure/functions';
import { answerDoctor } from '../shared/app/http.ts';

/** What is wrong around the app, asked of the app itself. `landline doctor --app` prints it. */
app.http('doctor', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  authLevel: 'function',
  route: 'doctor',
  handler: request => answerDoctor({ method: request.method }),
});
