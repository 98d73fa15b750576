import type { Dataset } from '../words/model.ts';

/** Dial-out from meetings, booked on the organiser: an aggregate over the window asked for, without row times. */
export const teamsDialoutUsage = {
  name: 'teams-dialout-usage',
  title: 'Teams dial-out usage',
  source: 'graph',
  api: 'beta',
  call: 'getPstnOnlineMeetingDialoutReport',
  rowArray: 'value',
  key: ['userId', 'usageLocation', 'destinationContext', 'currency'],
  overlap: 'none',
  pageSize: 1000,
  settleDays: 5,
  rereadHours: 24,
  lateCheckDays: 35,
  historyDays: 90,
  permission: 'CallRecord-PstnCalls.Read.All',
  docsUrl: 'https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstnonlinemeetingdialoutreport',
  fields: [
    'currency',
    'destinationContext',
    'totalCallCharge',
    'totalCallSeconds',
    'totalCalls',
    'usageLocation',
    'userDisplayName',
    'userId',
    'userPrincipalName',
  ],
} as const satisfies Dataset;
