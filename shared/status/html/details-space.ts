import { type Html, html } from './markup.ts';

/**
 * The room below a calendar for the details of its chosen day. They are drawn over it, out of the flow of the page: so
 * that nothing is covered by them, and nothing moves from day to day, the longest of them hold it open, unseen. Pure.
 */

/** Which of the longest takes the most lines depends on where its lines break. */
const LONGEST = 3;

export function room(labels: readonly string[]): Html {
  // Days that differ in nothing but figures take the same room.
  const shapes = new Map(labels.map(label => [label.replace(/\d/g, '0'), label]));
  const longest = [...shapes.values()].sort((a, b) => b.length - a.length).slice(0, LONGEST);
  return html`<p class=room>${longest.map(label => html`<span data-t="${label}"></span>`)}</p>`;
}
