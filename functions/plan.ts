import { app } from '@azure/functions';
import { planDays } from '../shared/handlers.ts';

/** Every few minutes: queues what is owed and moves the watermarks. */
app.timer('plan', { schedule: '%PLAN_SCHEDULE%', handler: (_timer, context) => planDays(context) });
