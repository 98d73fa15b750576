import type { Dataset } from '../words/model.ts';
import { teamsBlockedUsers } from './teams-blocked-users.ts';
import { teamsDialoutUsage } from './teams-dialout-usage.ts';
import { teamsDirectRoutingCalls } from './teams-direct-routing-calls.ts';
import { teamsPstnCalls } from './teams-pstn-calls.ts';
import { teamsSms } from './teams-sms.ts';
import { voximplantA2pSms } from './voximplant-a2p-sms.ts';
import { voximplantSms } from './voximplant-sms.ts';

/** Every dataset Landline knows, in the order people see them. */
export const DATASETS: readonly Dataset[] = [
  teamsPstnCalls,
  teamsDirectRoutingCalls,
  teamsSms,
  teamsDialoutUsage,
  teamsBlockedUsers,
  voximplantSms,
  voximplantA2pSms,
];
