// Draws the chart: bars, the axis, and below it the events in lanes. Elements of events are reused from one drawing to
// the next, so that the focus is kept.

import { draw, make } from './dom.js';
import { HEAP, heap, lay } from './layout.js';
import { ticks } from './ticks.js';
import { parse, wallClock } from './time.js';
import { LANES, STATUSES, span, tense, when } from './words.js';

const BARS = 84;
const ROW = 27;
/** The approximate width of a digit of the axis. */
const DIGIT = 7.5;
/** How far a band with an open start reaches back from its end, in pixels. */
const LEAD = 90;

/** Creates the chart in an element. `chosen(event)` is called when an event is clicked, `zoomedTo(from, to)` for a heap. */
export function plot(root, { chosen, zoomedTo }) {
  const bars = draw('svg', { class: 'bars', height: BARS, 'aria-hidden': 'true', preserveAspectRatio: 'none' });
  const axis = make('div', { class: 'axis', 'aria-hidden': 'true' });
  const grid = make('div', { class: 'grid', 'aria-hidden': 'true' });
  const lanes = LANES.map(({ title, length }) => {
    const track = make('div', { class: 'track' });
    const element = make('section', { class: 'lane', 'aria-label': title }, make('h3', {}, title), track);
    return { element, track, length, items: new Map() };
  });

  /** Draws a view with its data. `fresh` has the ids of new events. */
  function show({ view, data, fresh }) {
    const hadFocus = root.contains(document.activeElement);
    const width = root.clientWidth;
    const rows = width < 600 ? 3 : 5;
    const scale = { width, x: (time) => ((time - view.from) / (view.to - view.from)) * width };
    const now = wallClock(Date.now());
    lines(view, scale, now);
    columns(data.density.buckets, scale, view, now);
    // Lanes of units longer than the visible range come last, and get less room.
    const isBehind = (lane) => lane.length > view.to - view.from;
    lanes.forEach((lane, index) => fill(lane, data.lanes[index], { view, scale, rows: isBehind(lane) ? 2 : rows, fresh, now }));
    const inOrder = [...lanes.filter((lane) => !isBehind(lane)), ...lanes.filter(isBehind).reverse()];
    reconcile(root, [grid, bars, axis, ...inOrder.map(({ element }) => element)]);
    // The event that had the focus may be out of sight: keys go on from the chart.
    if (hadFocus && !root.contains(document.activeElement)) root.focus({ preventScroll: true });
  }

  function lines(view, { width, x }, now) {
    const room = width < 600 ? 62 : 92;
    const marks = ticks(view.from, view.to, width, room);
    const future = make('div', { class: 'future' });
    future.style.left = `${Math.min(Math.max(x(now), 0), width)}px`;
    const isSeen = x(now) >= 0 && x(now) <= width;
    const flag = make('b', { class: x(now) > width - 60 && 'left' }, 'now');
    const whole = marks.filter(({ time, label }) => x(time) + (label.length + 1) * DIGIT < width);
    const labels = whole.map(({ time, label, strong }) => at(x(time), make('span', { class: strong && 'strong' }, label)));
    axis.replaceChildren(...labels, ...(isSeen ? [at(x(now), flag)] : []));
    const rules = marks.map(({ time }) => at(x(time), make('i')));
    grid.replaceChildren(future, ...rules, ...(isSeen ? [at(x(now), make('div', { class: 'today' }))] : []));
  }

  function columns(buckets, { width, x }, view, now) {
    bars.setAttribute('width', width);
    bars.setAttribute('viewBox', `0 0 ${width} ${BARS}`);
    const most = Math.max(...buckets.map(({ count }) => count), 1);
    bars.replaceChildren(
      ...buckets.map(({ start, end, count }) => {
        const [left, right] = [x(bucketTime(start, view)), x(bucketTime(end, view))];
        // By the square root, so that low counts are visible next to high ones.
        const height = Math.max(Math.sqrt(count / most) * (BARS - 8), 2);
        const wide = Math.max(right - left - 1, 1.5);
        const name = bucketTime(start, view) > now ? 'ahead' : '';
        return draw('rect', { x: left, y: BARS - height, width: wide, height, class: name });
      }),
    );
  }

  function fill({ element, track, items }, { events, counts }, { view, scale, rows, fresh, now }) {
    const { width, x } = scale;
    const place = (event) => {
      const { start, end } = span(event, view.zone);
      return [start === null ? x(end) - LEAD : x(start), end === null ? width + 1 : x(end)];
    };
    const laid = lay(events, { width, rows, place, label: (event) => event.statement.summary });
    const points = counts.map(({ start, end, count }) => ({ at: (x(parse(start)) + x(parse(end))) / 2, count }));
    const heaps = heap([...laid.heaped, ...points.filter(({ at }) => at >= 0 && at < width)], width);
    const kept = new Map();
    for (const spot of laid.placed) {
      const item = items.get(spot.event.id) ?? make('button', { type: 'button', tabindex: -1, 'data-id': spot.event.id });
      paint(item, spot, { view, fresh, now });
      item.onclick = () => chosen(spot.event, item);
      kept.set(spot.event.id, item);
    }
    const chips = heaps.map((each) => chip(each, laid.rows, { view, width }));
    items.clear();
    for (const [id, item] of kept) items.set(id, item);
    reconcile(track, [...kept.values(), ...chips]);
    track.style.height = `${(laid.rows + (heaps.length ? 1 : 0)) * ROW}px`;
    element.hidden = kept.size + chips.length === 0;
  }

  /** A heap of events: clicking it zooms in, which separates them. */
  function chip({ left, count }, row, { view, width }) {
    const per = (view.to - view.from) / width;
    const [from, to] = [view.from + left * per, view.from + (left + HEAP) * per];
    const label = `${count} more here: zoom in`;
    const button = make('button', { type: 'button', tabindex: -1, class: 'heap', 'aria-label': label, title: label }, `+${abbreviated(count)}`);
    button.onclick = () => zoomedTo(from - (to - from) / 2, to + (to - from) / 2);
    return move(button, left, row, HEAP - 4);
  }

  return { show };
}

function paint(item, { event, row, left, width, isWithin, isBefore, room, isCut }, { view, fresh, now }) {
  const { summary, status } = event.statement;
  const { start, end } = event.date;
  const shape = [isWithin && 'within', isBefore && 'before', isCut && 'cut', start === null && 'until', end === null && 'since', fresh.has(event.id) && 'fresh'];
  item.className = ['item', status, tense(event, now, view.zone), ...shape].filter(Boolean).join(' ');
  item.setAttribute('aria-pressed', String(view.event === event.id));
  const label = `${when(event, view.zone)}, ${STATUSES[status] ?? status}: ${summary}`;
  item.setAttribute('aria-label', label);
  item.title = label;
  if (item.dataset.summary !== summary) {
    item.dataset.summary = summary;
    item.replaceChildren(make('span', { class: 'band' }), make('span', { class: 'label' }, summary));
  }
  item.firstChild.style.width = `${width}px`;
  item.lastChild.style.maxWidth = `${Math.max(room - 12, 0)}px`;
  move(item, isBefore ? left - room : left, row, isWithin ? width : width + room);
}

/** Updates the children of an element without detaching the one that has the focus, which would lose it. */
function reconcile(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child.contains(document.activeElement)) {
      while (at !== child) {
        const following = at.nextElementSibling;
        parent.append(at);
        at = following;
      }
    }
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}

function move(element, left, row, width) {
  element.style.transform = `translate(${left}px, ${row * ROW}px)`;
  element.style.width = `${width}px`;
  return element;
}

function at(left, element) {
  element.style.transform = `translateX(${left}px)`;
  return element;
}

/** The start of a bucket. Hourly buckets hold only times of day, which are shown in the reader's time zone. */
function bucketTime(time, { zone, from, to }) {
  const isShort = to - from < 2 * 86_400_000;
  return isShort && zone === 'reader' ? wallClock(parse(time)) : parse(time);
}

const abbreviated = (count) => (count < 1000 ? String(count) : count < 1e6 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1e6)}m`);
