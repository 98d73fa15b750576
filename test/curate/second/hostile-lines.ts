import { linesWith, oddLines } from '../odd-lines.ts';

/** Lines that a source may send: JSON, each a row, and hard to get right. */

/** Beside those of `oddLines`: what stands where a number, a name, an identifier or an instant is expected. */
const VALUES: readonly string[] = [
  '"sam@contoso.example"',
  '"+1 202 555 0101 22"',
  '"+12025550142,+12025550143"',
  '"+1 (202) 555.0142"',
  '"tel:+12025550142;ext=22"',
  '"５５５０１４２"',
  '"＋１２０２５５５０１４２"',
  '" 12025550142 "',
  '"1001"',
  '"***"',
  '"ANONYMOUS"',
  '"1234567890123456"',
  '"busy: 5 5 5 0 1 4 2"',
  '"五五五〇一四二"',
  '"line 5551, ext. 22"',
  '"error 4031 of trunk 7"',
  '"O\'Neil & Sons (Sankt-Gallen), AT&T-2"',
  '"MCOPSTN1"',
  '"_x"',
  '"__"',
  '"– … –"',
  '"a\\tb\\u00a0c"',
  '"6B7C9E4B-4FEA-4FEB-93DF-00012AD3DFEB"',
  '"leg 6b7c9e4b-4fea-4feb-93df-00012ad3dfeb of 2"',
  '"6b7c9e4b-4fea-4feb-93df-00012ad3dfeb%40192.0.2.7"',
  '"0123456789abcdef0123456789abcdef"',
  '"Zm9vYmFyQmF6UXV4-_x9"',
  '"202-555-0142"',
  '"sip.contoso.example"',
  '"AB~c/d+e=="',
  '"ffff:192.0.2.33"',
  '"2026-01-05t10:11:12,5z"',
  '"2026-01-05T10:11:12+0130"',
  '"2026-01-05T10:11:12.123456789 -23:59"',
  '"2026-01-05T23:59:60Z"',
  '"2026-01-05T99:99:99Z"',
  '"2024-02-29 23:59:59.999999"',
  '"0001-01-01"',
  '"0001-01-01, never"',
  '"0001-06-15T12:00:00Z"',
  '12345678901234567890',
  '-2147483649',
  '2147483648.0',
  '-60.000',
  '1.5',
  '"1.5E1"',
  '" 12 "',
  '"+12"',
  '12e-1',
  '100000000000.5',
  '0.0000005',
  '"sms_out"',
  '"in"',
  '"conf_in"',
  '"ByotIn"',
  '"dr_out_user_transfer"',
  '"EXPIRED"',
  '"unknown"',
  '3',
  '"{\\"callType\\":\\"dr_in\\"}"',
  '"\\",\\"id\\":\\"x\\",\\"callerNumber\\":\\"+12025550142"',
  '[{"id":"a@b.example","displayName":"Sales"},{"id":"6b7c9e4b-4fea-4feb-93df-00012ad3dfeb","n":[1,22,333,"x"]}]',
  '{"displayName":"Sales 1","phone":"+1 202 555 0142"}',
  '[1,2,[3,[4,{"five":5}]]]',
  '["Sales","Support"]',
];

export function hostileLines(dataset: string, truth: readonly string[]): string[] {
  const [first = '{}', second = '{}'] = truth;
  const lines = [
    ...truth,
    ...oddLines(dataset, truth),
    ...linesWith(dataset, VALUES),
    // The same row, spelled in another way: other order, white space, escapes.
    `{${first
      .slice(1, -1)
      .split(',"')
      .reverse()
      .map((member, i, all) => (i === all.length - 1 ? member : `"${member}`))
      .join(' , ')}}`,
    second.replace(/"([a-z])/, (_, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
    second.replace('{', '{"@odata.type":"#call","new 12345":1,"new\\u0020field":{"a":[1]},'),
    second.replace('{', '{"+12025550142":true,"field 1":null,"sam@contoso.example":"x",'),
  ];
  return lines.filter(isJson);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
