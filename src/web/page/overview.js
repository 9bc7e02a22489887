// The strip above the chart: all events over the whole span, with the visible period as a window that can be drawn,
// moved and resized by mouse, touch and keys.

import { draw, make } from './dom.js';
import { stretch } from './stretch.js';
import { ticks } from './ticks.js';
import { DAY, parse, range } from './time.js';

const HEIGHT = 40;
/** The narrowest window that is drawn, in pixels: two weeks of a century would be nothing. */
const NARROWEST = 26;
/** How wide the place is by which an end of the window is grabbed, beside it. */
const EDGE = 24;
/** How far a pointer may move during a click, in pixels. */
const STILL = 4;
/** The room for a label, in pixels. */
const ROOM = 80;

/**
 * Creates the strip. `view()` returns the view, `move(from, to, isStep)` changes its range.
 */
export function overview(root, { view, move }) {
  const bars = draw('svg', { height: HEIGHT, 'aria-hidden': 'true', preserveAspectRatio: 'none' });
  const rule = make('div', { class: 'rule', 'aria-hidden': 'true' });
  const pane = slider('pane', 'Visible period');
  const [start, end] = [slider('edge start', 'Start of the visible period'), slider('edge end', 'End of the visible period')];
  root.append(bars, rule, pane, start, end);
  let [scale, loaded] = [null, null];

  /** The ends of the window as drawn: never too narrow to be grabbed, and never outside of the strip. */
  function ends() {
    const [left, right] = [view().from, view().to].map((time) => Math.min(Math.max(scale.x(time), 0), scale.width));
    const missing = Math.max(NARROWEST - (right - left), 0) / 2;
    const shift = Math.max(0, missing - left) - Math.max(0, right + missing - scale.width);
    return [left - missing + shift, right + missing + shift];
  }

  /** Draws the counts of the whole span, with more detail where nearly all events are. */
  function load(given) {
    loaded = given;
    const { whole, core, parts } = given;
    const width = root.clientWidth;
    if (width === 0) return;
    scale = stretch(whole, core, width);
    bars.setAttribute('width', width);
    bars.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    bars.replaceChildren(...parts.flatMap(columns));
    const labels = scale.parts.flatMap(({ from, to, left, right }) =>
      ticks(from, to, right - left, ROOM).filter(({ time }) => scale.x(time) < right - ROOM / 2),
    );
    rule.replaceChildren(...labels.map(({ time, label }) => placed(make('span', {}, label), scale.x(time))));
    show();
  }

  function columns({ from, to, buckets }) {
    const most = Math.max(...buckets.map(({ count }) => count), 1);
    return buckets.map(({ start, end, count }) => {
      const [left, right] = [scale.x(Math.max(parse(start), from)), scale.x(Math.min(parse(end), to))];
      const height = Math.max(Math.sqrt(count / most) * (HEIGHT - 4), 1.5);
      return draw('rect', { x: left, y: HEIGHT - height, width: Math.max(right - left - 0.5, 1), height });
    });
  }

  /** Shows which part of the span is visible. */
  function show() {
    root.classList.toggle('ready', scale !== null);
    if (scale === null || view().from === null || root.clientWidth === 0) return;
    if (scale.width !== root.clientWidth) return load(loaded);
    const { from, to } = view();
    const [left, right] = ends();
    placed(pane, left).style.width = `${right - left}px`;
    placed(start, Math.max(left - EDGE, 0));
    placed(end, Math.min(right, scale.width - EDGE));
    const words = range(from, to);
    for (const [element, at] of [[pane, (from + to) / 2], [start, from], [end, to]]) {
      element.setAttribute('aria-valuemin', '0');
      element.setAttribute('aria-valuemax', '100');
      element.setAttribute('aria-valuenow', String(Math.round(Math.min(Math.max((scale.x(at) / scale.width) * 100, 0), 100))));
      element.setAttribute('aria-valuetext', words);
    }
  }

  pointers(root, { pane, start, end, view, move, time: (pixel) => scale.time(pixel), isReady: () => scale !== null });
  for (const element of [pane, start, end]) element.addEventListener('keydown', (event) => scale && steer(event, { part: element, start, end, view, move, scale }));

  return { load, show };
}

/** Moves the window, or one of its ends, by keys. */
function steer(event, { part, start, end, view, move, scale }) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { from, to } = view();
  const length = to - from;
  const [first, last] = [scale.time(0), scale.time(scale.width)];
  const step = length < 4 * DAY ? length * 0.1 : Math.max(Math.round((length * 0.1) / DAY), 1) * DAY;
  const shift = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -length, PageUp: length }[event.key];
  const isHome = event.key === 'Home';
  if (shift === undefined && !isHome && event.key !== 'End') return;
  event.preventDefault();
  if (part === start) move(Math.min(shift === undefined ? (isHome ? first : to - step) : from + shift, to - step), to);
  else if (part === end) move(from, Math.max(shift === undefined ? (isHome ? from + step : last) : to + shift, from + step));
  else if (shift !== undefined) move(from + shift, to + shift);
  else if (isHome) move(first, first + length);
  else move(last - length, last);
}

/** Draws, moves and resizes the window with a pointer. */
function pointers(root, { pane, start, end, view, move, time, isReady }) {
  let grip = null;
  const moveTo = (one, other) => move(...whole(Math.min(one, other), Math.max(one, other)));
  const at = (event) => event.clientX - root.getBoundingClientRect().left;
  root.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !isReady() || view().from === null) return;
    const part = [pane, start, end].find((element) => element === event.target) ?? null;
    grip = { part, x: at(event), moved: false, from: view().from, to: view().to };
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener('pointermove', (event) => {
    if (!grip || (!grip.moved && Math.abs(at(event) - grip.x) < STILL)) return;
    grip.moved = true;
    const [before, now] = [time(grip.x), time(at(event))];
    const shift = now - before;
    if (grip.part === pane) moveTo(grip.from + shift, grip.to + shift);
    else if (grip.part === start) moveTo(grip.from + shift, grip.to);
    else if (grip.part === end) moveTo(grip.from, grip.to + shift);
    else moveTo(before, now);
  });
  root.addEventListener('pointerup', (event) => {
    if (!grip) return;
    const { moved, part, from, to } = grip;
    grip = null;
    // A click beside the window brings it there.
    const middle = time(at(event));
    if (!moved && part === null) move(...whole(middle - (to - from) / 2, middle + (to - from) / 2), true);
    (part ?? pane).focus({ preventScroll: true });
  });
  root.addEventListener('pointercancel', () => (grip = null));
}

/** A range in whole days, unless it is short. */
const whole = (from, to) => (to - from < 4 * DAY ? [from, to] : [Math.round(from / DAY) * DAY, Math.round(to / DAY) * DAY]);

function slider(name, label) {
  return make('div', { class: name, role: 'slider', tabindex: 0, 'aria-label': label, 'aria-valuenow': 0, 'aria-valuemin': 0, 'aria-valuemax': 100 });
}

function placed(element, left) {
  element.style.transform = `translateX(${left}px)`;
  return element;
}
