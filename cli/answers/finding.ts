import { z } from 'zod';

/** What the doctor found: here, and as an app answers that may be of another version. */
export const finding = z.object({
  check: z.string(),
  about: z.string().optional(),
  result: z.enum(['fine', 'warning', 'broken', 'skipped']),
  meaning: z.string(),
  next: z.string().optional(),
  who: z.string().optional(),
});
