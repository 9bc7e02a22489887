// The lanes of the chart: in each its weightiest events, and counts of the others, which open as a list. Elements are
// reused from one drawing to the next, so that the focus is kept.

import { make, reconcile } from './dom.js';
import { heaps, lay } from './layout.js';
import { HOUR, bucketTime, parse } from './time.js';
import { LANES, STATUSES, begin, isBehind, isStruck, keyOf, reports, span, tense, when } from './words.js';

const ROW = 27;
/** How far a band with an open start or end reaches, in pixels. */
const LEAD = 90;
/** The room for the count of a lane that is behind the visible range. */
const COUNT = 72;
/** The lanes of units that news rarely uses. */
const ASIDE = ['season', 'week'];

/** Creates the lanes. `chosen(event, from)` is called when an event is clicked, `opened(pile, from)` for a heap or a whole lane. */
export function lanes({ chosen, opened }) {
  const all = LANES.map((lane) => {
    const track = make('div', { class: 'track' });
    const total = make('span', { class: 'total' });
    const title = make('button', { type: 'button', tabindex: -1, title: 'Show the list' }, `${lane.title} `, total);
    const element = make('section', { class: 'lane', 'data-lane': lane.name, 'aria-label': lane.title }, make('h2', {}, title), track);
    return { lane, element, track, title, total, items: new Map(), heaps: new Map() };
  });

  /** Draws the lanes; returns their elements in order. `fresh` has the ids of new events. */
  function show({ view, data, scale, fresh, now }) {
    all.forEach((own, index) => fill(own, data[index], { view, scale, fresh, now }));
    // First the lanes whose unit fits the visible range, last those of units longer than it.
    const behind = all.filter(({ lane }) => isBehind(lane, view)).reverse();
    const [open, ...others] = all.filter(({ lane }) => !isBehind(lane, view));
    const [side, main] = [true, false].map((isAside) => others.filter(({ lane }) => ASIDE.includes(lane.name) === isAside));
    return [...main, ...side, open, ...behind].map(({ element }) => element);
  }

  function fill(own, { events, total, buckets, underWay }, { view, scale, fresh, now }) {
    const behind = isBehind(own.lane, view);
    const ends = placement(view, scale);
    const width = behind && total > events.length / 4 ? scale.width - COUNT : scale.width;
    const place = (event) => ends(event, own.lane.open);
    const laid = lay(events, { width, rows: rows(own.lane, view, scale.width), place, label: (event) => event.statement.summary, isBehind: behind });
    const kept = new Map();
    for (const spot of laid.placed) {
      const key = keyOf(spot.event);
      const item = own.items.get(key) ?? make('button', { type: 'button', tabindex: -1 });
      paint(item, spot, { view, fresh, now });
      item.onclick = () => chosen(spot.event, item);
      kept.set(key, item);
    }
    const left = behind ? remainder(total - laid.placed.length, view, scale.width) : undrawn(buckets, underWay, laid.placed, { view, scale });
    const chips = new Map(left.map((heap) => [heap.from, chip(own, heap, behind ? 0 : laid.rows)]));
    [own.items, own.heaps] = [kept, chips];
    reconcile(own.track, [...kept.values(), ...chips.values()]);
    const below = !behind && left.length > 0 ? 1 : 0;
    own.track.style.height = `${(Math.max(laid.rows, behind ? 1 : 0) + below) * ROW}px`;
    own.total.textContent = `${total.toLocaleString('en-GB')} ›`;
    own.title.onclick = () => opened({ lane: own.lane, from: view.from, to: view.to, begins: false }, own.title);
    own.element.hidden = total === 0 && kept.size === 0;
    own.element.classList.toggle('behind', behind);
  }

  /** A heap of events: clicking it opens their list. */
  function chip(own, { from, to, left, width, count, begins }, row) {
    const button = own.heaps.get(from) ?? make('button', { type: 'button', tabindex: -1, class: 'heap' });
    const text = `+${abbreviated(count)}`;
    const label = `${text} more: show the list`;
    button.setAttribute('aria-label', label);
    button.title = label;
    button.textContent = text;
    button.onclick = () => opened({ lane: own.lane, from, to, begins }, button);
    return move(button, left, row, width);
  }

  return { show };
}

/** The heaps of what a lane does not draw. What was under way before the view belongs to the first of them. */
function undrawn(buckets, underWay, placed, { view, scale }) {
  const known = buckets.map(({ start, end, count }) => {
    const [from, to] = [bucketTime(start, view), bucketTime(end, view)];
    return { since: parse(start), from: Math.max(from, view.from), to: Math.min(to, view.to), count };
  });
  if (underWay > 0 && known[0]?.from === view.from) known[0].count += underWay;
  else if (underWay > 0) known.unshift({ since: -Infinity, from: view.from, to: known[0]?.from ?? view.to, count: underWay });
  const inPixels = known.map((bucket) => ({ ...bucket, left: scale.x(bucket.from), right: scale.x(bucket.to) }));
  // Buckets are of UTC, wherever the events are drawn.
  const starts = placed.map(({ event }) => begin(event));
  return heaps(inPixels, starts, scale.width).map((heap) => ({
    ...heap,
    begins: underWay === 0 || heap.from > view.from,
    left: Math.min(heap.left, scale.width - heap.width),
  }));
}

/** The one heap of a lane that is behind all of the visible range, at its right end. */
function remainder(count, { from, to }, width) {
  return count > 0 ? [{ from, to, count, begins: false, left: width - COUNT + 8, width: COUNT - 12 }] : [];
}

/** How many rows a lane may have: most where its unit fits the visible range. */
function rows(lane, { from, to }, width) {
  const isNarrow = width < 600;
  const units = (to - from) / Math.max(lane.length, 1);
  if (isBehind(lane, { from, to })) return 1;
  if (lane.open || ASIDE.includes(lane.name) || (units < 3 && lane.name !== 'day')) return 2;
  if (lane.length === 0) return (to - from) / HOUR <= 48 ? (isNarrow ? 7 : 12) : 4;
  return units <= 240 ? (isNarrow ? 7 : 12) : isNarrow ? 3 : 4;
}

/** Where an event is, in pixels: one with an open end is at its known unit, and reaches a little beyond it. */
const placement = (view, { x }) => (event) => {
  const { start, end } = span(event, view.zone);
  return [start === null ? x(end) - LEAD : x(start), end === null ? x(start) + LEAD : x(end)];
};

function paint(item, { event, row, left, width, isWithin, isBefore, isChip, room, isCut }, { view, fresh, now }) {
  const { summary, status } = event.statement;
  const { start, end } = event.date;
  const many = event.entry?.count > 1 ? event.entry.count : null;
  const isFresh = fresh.has(event.id) || event.entry?.events.some((id) => fresh.has(id));
  const shape = [isWithin && 'within', isChip && 'chip', isBefore && 'before', isCut && 'cut', start === null && 'until', end === null && 'since', isFresh && 'fresh', isStruck(event) && 'struck'];
  item.className = ['item', status, tense(event, now, view.zone), ...shape].filter(Boolean).join(' ');
  item.dataset.id = event.id;
  item.setAttribute('aria-pressed', String(view.event === event.id));
  // The name begins with what is seen, so that it can be spoken to a computer.
  const seen = many ? `${many}× ${summary}` : summary;
  const label = [seen, when(event, view.zone), STATUSES[status] ?? status, reports(event.entry)].filter(Boolean).join(' — ');
  item.setAttribute('aria-label', label);
  item.title = label;
  if (item.dataset.shown !== seen) {
    item.dataset.shown = seen;
    item.replaceChildren(make('span', { class: 'band' }), make('span', { class: 'label' }, many && make('b', {}, `${many}× `), summary));
  }
  item.firstChild.style.width = `${width}px`;
  item.lastChild.style.maxWidth = `${Math.max(room - 12, 0)}px`;
  move(item, isBefore ? left - room : left, row, isWithin ? Math.max(width, room) : width + room);
}

function move(element, left, row, width) {
  element.style.transform = `translate(${left}px, ${row * ROW}px)`;
  element.style.width = `${width}px`;
  return element;
}

const abbreviated = (count) => (count < 10_000 ? count.toLocaleString('en-GB') : count < 1e6 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1e6)}m`);
