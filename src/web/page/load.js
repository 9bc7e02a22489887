// Loads what a view needs: counts for the drawing above, and for each lane its events, or counts where they are many.

import { filters } from './address.js';
import { json } from './api.js';
import { asked } from './time.js';
import { LANES } from './words.js';

/** As many events are loaded at once for the whole drawing, and for one lane. */
const MOST = 400;
const MOST_OF_LANE = 120;

/** The drawing of a view. What lies beside it is loaded as well, so that a drag shows something at once. */
export async function drawing(view, width, signal) {
  const margin = Math.max((view.to - view.from) / 2, view.to - view.from < 30 * 86_400_000 ? 14 * 3_600_000 : 0);
  const within = query(view, asked(view));
  const around = query(view, asked(view, margin));
  const density = await json('/api/density', and(within, { buckets: columns(width) }), signal);
  const first = density.total > MOST ? null : await json('/api/events', and(around, { limit: MOST }), signal);
  const lanes = first && !first.next
    ? LANES.map(({ grains }) => ({ events: first.events.filter((event) => grains.includes(event.date.granularity)), counts: [] }))
    : await Promise.all(LANES.map(({ grains }) => lane(and(around, { granularity: grains.join(',') }), width, signal)));
  return { density, lanes };
}

/** As many counts as can be told apart. */
const columns = (width) => Math.min(Math.max(Math.round(width / 6), 20), 400);

/** One lane of a view that has too many events for them all to be loaded. */
async function lane(parameters, width, signal) {
  const { total, buckets } = await json('/api/density', and(parameters, { buckets: columns(width) }), signal);
  if (total === 0) return { events: [], counts: [] };
  if (total > MOST_OF_LANE) return { events: [], counts: buckets };
  const { events } = await json('/api/events', and(parameters, { limit: MOST_OF_LANE }), signal);
  return { events, counts: [] };
}

/** A page of the list of what is seen. */
export const list = (view, cursor, signal) =>
  json('/api/events', and(query(view, asked(view)), { limit: 50, ...(cursor && { cursor }) }), signal);

/** The days that matter in what is seen. */
export const story = (view, signal) => json('/api/story', and(query(view, asked(view)), { days: 12 }), signal);

/** The names and sources that there are to choose from. */
export async function choices(view) {
  const [names, sources] = await Promise.all([
    json('/api/names', and(filters({ ...view, name: [] }), { limit: 200 })),
    json('/api/sources', and(filters({ ...view, source: [] }), { limit: 200 })),
  ]);
  return {
    name: names.names.map(({ name, count }) => ({ value: name, count })),
    source: sources.sources.map(({ source, count }) => ({ value: source, count })),
  };
}

/** The span that holds nearly all events: a lone forecast for 2100 must not make the rest a line. */
export async function home(view) {
  const density = await json('/api/density', and(filters(view), { buckets: 400 }));
  return { density, span: density.from === null ? null : middle(density) };
}

/** From where to where, without the outermost twentieth at either end. */
export function middle({ from, to, buckets }) {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let [seen, first, last] = [0, null, null];
  for (const { start, end, count } of buckets) {
    if (first === null && seen + count > total * 0.05) first = start;
    if (last === null && seen + count >= total * 0.95) last = end;
    seen += count;
  }
  return { from: first ?? from, to: last ?? to };
}

const query = (view, span) => and(filters(view), span);

function and(parameters, more) {
  const all = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}
