// Loads the data of a view: counts for the bars, and for each lane its weightiest events and how many there are.

import { filters } from './address.js';
import { json } from './api.js';
import { parse, requestRange } from './time.js';
import { LANES, isBehind, keyOf } from './words.js';

/** The most events of a granularity that are loaded, spread over the view; and of others, which began before it. */
const MAX_EVENTS = 160;
const MAX_OTHERS = 40;
/** The parts of the view that each draw their weightiest events, in pixels. */
const PART = 12;
/** How many bars the strip has. */
const OVERVIEW_BARS = 300;

/** What the overview depends on. */
export const key = (view) => String(folded(view));

/**
 * The counts over the whole span of what matches, more detailed where nearly all of it is, and the span of the news.
 * `null` if nothing matches.
 */
export async function overview(view) {
  const found = await json('/api/overview', and(folded(view), { buckets: 1 }));
  if (found.from === null) return null;
  const times = (range) => range?.from && { from: parse(range.from), to: parse(range.to) };
  const whole = times(found);
  const core = times(found.core) ?? whole;
  const ends = [{ from: whole.from, to: core.from }, core, { from: core.to, to: whole.to }].filter(({ from, to }) => from < to);
  const counts = (range) => json('/api/density', and(folded(view), { ...requestRange({ ...range, zone: 'article' }), begins: true, buckets: OVERVIEW_BARS }));
  // The view is known before the bars are.
  const parts = Promise.all(ends.map(async (end) => ({ ...end, buckets: (await counts(end)).buckets })));
  parts.catch(() => {});
  return { total: found.total, whole, core, news: times(found.news) ?? core, parts };
}

/** The data of the chart. */
export async function chart(view, width, signal) {
  const within = query(view, requestRange(view));
  const [density, { grains }, begun] = await Promise.all([
    json('/api/density', and(within, { buckets: columns(width) }), signal),
    grainsOf(view, signal),
    beginnings(view, width, signal),
  ]);
  const lanes = await Promise.all(LANES.map((each) => lane(each, { view, total: count(each, grains), begun, signal })));
  return { density, lanes };
}

let asked = { signal: null, found: null };
/** How many events a view has of each granularity: asked for once for the chart and the list. */
function grainsOf(view, signal) {
  if (asked.signal !== signal) asked = { signal, found: json('/api/grains', query(view, requestRange(view)), signal) };
  return asked.found;
}

/** How many events of a view belong to a lane. */
function count(lane, grains) {
  const own = grains.filter(({ granularity, open }) => open === lane.open && (lane.open || lane.granularities.includes(granularity)));
  return own.reduce((sum, { count }) => sum + count, 0);
}

/** The number of bars that can be distinguished. */
const columns = (width) => Math.min(Math.max(Math.round(width / 6), 20), 400);

/** What begins in the view: for each granularity whose unit fits it, and for open ends, the weightiest and how many when. */
async function beginnings(view, width, signal) {
  const granularity = LANES.filter((lane) => !isBehind(lane, view)).flatMap(({ granularities }) => granularities).join(',');
  const given = and(query(view, requestRange(view)), { buckets: Math.max(Math.floor(width / PART), 1), limit: MAX_EVENTS });
  const ask = (which) => json('/api/lanes', and(given, which), signal);
  const found = await Promise.all([ask({ open: false, granularity }), ask({ open: true })]);
  return new Map(found.flatMap(({ lanes }) => lanes).map((lane) => [lane.lane, lane]));
}

/** One lane: the weightiest of its events, how many begin when, and how many were under way before. */
async function lane(of, { view, total, begun, signal }) {
  const own = (of.open ? ['open'] : of.granularities).map((name) => begun.get(name)).filter(Boolean);
  const underWay = total - own.reduce((sum, { total }) => sum + total, 0);
  const others = { ...inLane(of), sort: 'weight', limit: MAX_OTHERS };
  const rest = underWay > 0 ? await json('/api/events', and(query(view, requestRange(view)), others), signal) : { events: [] };
  const events = new Map([...own.flatMap(({ events }) => events), ...rest.events].map((event) => [keyOf(event), event]));
  return { events: [...events.values()], total, underWay, buckets: summed(own.flatMap(({ buckets }) => buckets)) };
}

/** Buckets with those of the same time added up, in the order of time. */
function summed(buckets) {
  const sums = new Map();
  for (const { start, end, count } of buckets) {
    const sum = sums.get(start) ?? { start, end, count: 0 };
    sum.count += count;
    sums.set(start, sum);
  }
  return [...sums.values()].filter(({ count }) => count > 0).sort((one, other) => parse(one.start) - parse(other.start));
}

/** The parameters that ask for a lane. */
export const inLane = ({ open, granularities }) => (open ? { open } : { open, granularity: granularities.join(',') });

/** The events of a lane that begin in a range, or that are visible in it: a page of them, the weightiest first. */
export const pile = (view, { lane, from, to, begins }, cursor, signal) =>
  json('/api/events', and(pileQuery(view, { lane, from, to, begins }), { sort: 'weight', limit: 50, ...(cursor && { cursor }) }), signal);

/** How many events a pile has. */
export const pileCount = async (view, pile, signal) => (await json('/api/density', and(pileQuery(view, pile), { buckets: 1 }), signal)).total;

const pileQuery = (view, { lane, from, to, begins }) =>
  and(query(view, requestRange({ ...view, from, to })), { ...inLane(lane), ...(begins && { begins }) });

/** A page of the event list: by date what is as exact as the view, otherwise everything. */
export function list(view, cursor, signal) {
  const paging = { limit: 50, sort: view.sort, ...(cursor && { cursor }) };
  const all = query(view, requestRange(view));
  const fine = { begins: true, open: false, granularity: fineLanes(view).flatMap(({ granularities }) => granularities).join(',') };
  return json('/api/events', and(all, view.sort === 'date' ? { ...fine, ...paging } : paging), signal);
}

/** The lanes whose events a list by date has in its order; the others are folded below it. */
export const fineLanes = (view) => LANES.filter((lane) => !lane.open && (lane.length <= FINEST || lane.length * 6 <= view.to - view.from));
const FINEST = 86_400_000;

/** The groups of events that are folded below a list by date: what was under way already, and what is less exact. */
export async function groups(view, signal) {
  const begins = and(query(view, requestRange(view)), { begins: true });
  const [{ grains }, { grains: begun }] = await Promise.all([grainsOf(view, signal), json('/api/grains', begins, signal)]);
  const fine = fineLanes(view);
  const sum = (grains) => fine.reduce((total, lane) => total + count(lane, grains), 0);
  const groups = [{ title: 'Already under way', count: sum(grains) - sum(begun), load: (cursor) => underWay(view, fine, cursor) }];
  for (const lane of LANES.filter((lane) => !fine.includes(lane)).reverse()) {
    const given = { lane, from: view.from, to: view.to, begins: false };
    groups.push({ title: lane.title, count: count(lane, grains), load: (cursor) => pile(view, given, cursor) });
  }
  return groups.filter(({ count }) => count > 0);
}

/** A page of the exact events that began before the view: by date they come first among those at its start. */
async function underWay(view, fine, cursor) {
  const first = query(view, requestRange({ ...view, to: view.from + 1000 }));
  const granularity = fine.flatMap(({ granularities }) => granularities).join(',');
  const page = await json('/api/events', and(first, { open: false, granularity, sort: 'date', limit: 50, ...(cursor && { cursor }) }));
  const began = page.events.filter((event) => parse(event.date.start, view.zone) < view.from);
  return { events: began, next: began.length < page.events.length ? null : page.next };
}

/** The key days of the visible range. */
export const story = (view, signal) => json('/api/story', and(and(filters(view), requestRange(view)), { days: 12 }), signal);

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

const folded = (view) => and(filters(view), view.fold ? { fold: true } : {});
const query = (view, span) => and(folded(view), span);

/** Adds parameters to a query. */
export function and(parameters, more) {
  const all = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(more)) all.set(name, value);
  return all;
}
