// Loads the data of a view: counts for the bars, and the events of each lane, or counts where there are many.

import { filters } from './address.js';
import { json } from './api.js';
import { requestRange } from './time.js';
import { LANES } from './words.js';

/** The most events that are loaded for the whole chart, and for one lane. */
const MAX_EVENTS = 400;
const MAX_LANE_EVENTS = 120;

/** The data of the chart. The surroundings of the visible range are loaded as well, so that a drag shows them at once. */
export async function chart(view, width, signal) {
  const margin = Math.max((view.to - view.from) / 2, view.to - view.from < 30 * 86_400_000 ? 14 * 3_600_000 : 0);
  const within = query(view, requestRange(view));
  const around = query(view, requestRange(view, margin));
  const density = await json('/api/density', and(within, { buckets: columns(width) }), signal);
  const first = density.total > MAX_EVENTS ? null : await json('/api/events', and(around, { limit: MAX_EVENTS }), signal);
  const lanes = first && !first.next
    ? LANES.map(({ granularities }) => ({ events: first.events.filter((event) => granularities.includes(event.date.granularity)), counts: [] }))
    : await Promise.all(LANES.map(({ granularities }) => lane(and(around, { granularity: granularities.join(',') }), width, signal)));
  return { density, lanes };
}

/** The number of bars that can be distinguished. */
const columns = (width) => Math.min(Math.max(Math.round(width / 6), 20), 400);

/** One lane of a view that has too many events to load them all. */
async function lane(parameters, width, signal) {
  const { total, buckets } = await json('/api/density', and(parameters, { buckets: columns(width) }), signal);
  if (total === 0) return { events: [], counts: [] };
  if (total > MAX_LANE_EVENTS) return { events: [], counts: buckets };
  const { events } = await json('/api/events', and(parameters, { limit: MAX_LANE_EVENTS }), signal);
  return { events, counts: [] };
}

/** A page of the event list. */
export const list = (view, cursor, signal) =>
  json('/api/events', and(query(view, requestRange(view)), { limit: 50, ...(cursor && { cursor }) }), signal);

/** The key days of the visible range. */
export const story = (view, signal) => json('/api/story', and(query(view, requestRange(view)), { days: 12 }), signal);

/** The names and sources to choose from. */
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

/** The range that holds nearly all events: a single forecast for 2100 must not squeeze the rest into a line. */
export async function home(view) {
  const density = await json('/api/density', and(filters(view), { buckets: 400 }));
  return { density, span: density.from === null ? null : middle(density) };
}

/** The range of the counts, without the outermost twentieth at either end. */
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
