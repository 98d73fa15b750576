import { DOUBTED, SHOWN_STATES, type Shown } from '../../shared/status/states.ts';

/** How states are shown in a terminal: the words and marks of the coverage page, so that they are read without colour. */

export type Colour = 'green' | 'cyan' | 'yellow' | 'red' | 'gray';

export const COLOURS: Readonly<Record<Shown, Colour>> = {
  final: 'green',
  open: 'green',
  empty: 'green',
  queued: 'cyan',
  fetching: 'cyan',
  waiting: 'yellow',
  missing: 'gray',
  suspect: 'red',
  failed: 'red',
  expired: 'gray',
};

export const LEGEND = [
  ...SHOWN_STATES.map(({ state, mark }) => `${mark} ${state}`),
  `${DOUBTED.mark} ${DOUBTED.name}`,
].join('  ');
