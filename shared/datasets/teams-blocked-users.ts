import type { Dataset } from '../words/model.ts';

/** Users blocked from or released for PSTN calls; one row per action. One remediation id may stand in several rows. */
export const teamsBlockedUsers = {
  name: 'teams-blocked-users',
  title: 'Teams blocked users',
  source: 'graph',
  api: 'beta',
  call: 'getPstnBlockedUsersLog',
  rowArray: 'value',
  key: ['remediationId', 'userBlockMode', 'blockDateTime', 'userId'],
  eventTime: 'blockDateTime',
  overlap: 'second',
  pageSize: 1000,
  settleDays: 5,
  rereadHours: 24,
  lateCheckDays: 35,
  historyDays: 90,
  permission: 'CallRecord-PstnCalls.Read.All',
  docsUrl: 'https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstnblockeduserslog',
  fields: [
    'blockDateTime',
    'blockReason',
    'remediationId',
    'userBlockMode',
    'userDisplayName',
    'userId',
    'userPrincipalName',
    'userTelephoneNumber',
  ],
} as const satisfies Dataset;
