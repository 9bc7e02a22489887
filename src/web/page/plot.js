// Draws the chart: bars, the axis, and below it the events in lanes.

import { draw, make, reconcile } from './dom.js';
import { lanes as createLanes } from './lanes.js';
import { ticks } from './ticks.js';
import { bucketTime, wallClock } from './time.js';

const BARS = 48;
/** The approximate width of a digit of the axis. */
const DIGIT = 7.5;

/** Creates the chart in an element. `chosen(event, from)` is called when an event is clicked, `opened(pile, from)` for a
 * heap or a whole lane. */
export function plot(root, { chosen, opened }) {
  const bars = draw('svg', { class: 'bars', height: BARS, 'aria-hidden': 'true', preserveAspectRatio: 'none' });
  const axis = make('div', { class: 'axis', 'aria-hidden': 'true' });
  const grid = make('div', { class: 'grid', 'aria-hidden': 'true' });
  const lanes = createLanes({ chosen, opened });

  /** Draws a view with its data. `fresh` has the ids of new events. */
  function show({ view, data, fresh }) {
    const hadFocus = root.contains(document.activeElement);
    const width = root.clientWidth;
    const scale = { width, x: (time) => ((time - view.from) / (view.to - view.from)) * width };
    const now = wallClock(Date.now());
    lines(view, scale, now);
    columns(data.density.buckets, scale, view, now);
    const elements = lanes.show({ view, data: data.lanes, scale, fresh, now });
    reconcile(root, [grid, bars, axis, ...elements]);
    // The event that had the focus may be out of sight: keys go on from the chart.
    if (hadFocus && !root.contains(document.activeElement)) root.focus({ preventScroll: true });
  }

  function lines(view, { width, x }, now) {
    const room = width < 1000 ? 60 : 84;
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

  return { show };
}

function at(left, element) {
  element.style.transform = `translateX(${left}px)`;
  return element;
}
