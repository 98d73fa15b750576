import { app } from '@azure/functions';
import { onPlan } from '../shared/app/triggers.ts';

/** Every few minutes: queues what is owed and moves the watermarks. */
app.timer('plan', { schedule: '%PLAN_SCHEDULE%', handler: (_timer, context) => onPlan(context) });
