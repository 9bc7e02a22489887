// The page: holds the view, loads its data, and passes it to the components that draw it.

import { fitted, isFiltered, read, write } from './address.js';
import { json } from './api.js';
import { detail } from './detail.js';
import { counted, debounced, find, make } from './dom.js';
import { filters } from './filters.js';
import { listen } from './gestures.js';
import { append, days, entries } from './list.js';
import { hideNotice, live, showNotice } from './live.js';
import * as load from './load.js';
import { plot } from './plot.js';
import { DAY, YEAR, range, wallClock } from './time.js';
import { span } from './words.js';

const SPANS = { century: 100 * YEAR, year: YEAR, month: 30 * DAY, day: DAY };
const NOTHING = { density: { total: 0, buckets: [] }, lanes: Array.from({ length: 7 }, () => ({ events: [], counts: [] })) };

let view = read(location.hash);
let data = NOTHING;
let next = null;
let running = new AbortController();
let isDue = false;
let opener = null;

const chart = plot(find('plot'), { chosen: open, zoomedTo: (from, to) => move(from, to, true) });
const controls = filters({ view: () => view, change, choices: () => load.choices(view) });
const feed = live({ refresh, retracted, changed: (id) => id === view.event && showDetail() });
const gestures = listen(find('plot'), { view: () => view, move, key });

/** Draws the chart with the data loaded so far. */
function paint() {
  find('range').textContent = range(view.from, view.to);
  chart.show({ view, data, fresh: feed.fresh });
}
let frame = null;
const paintSoon = () => (frame ??= requestAnimationFrame(() => ((frame = null), paint())));

/** Loads the data of the view, and aborts requests for an earlier one. */
async function refresh() {
  running.abort();
  isDue = false;
  const { signal } = (running = new AbortController());
  document.body.setAttribute('aria-busy', 'true');
  try {
    if (view.from === null && !(await fitRange())) return paintEmpty();
    const [drawn] = await Promise.all([load.chart(view, find('plot').clientWidth, signal), showList(signal)]);
    data = drawn;
    if (find('notice').dataset.kind === 'error') hideNotice();
    paint();
    paintEmpty();
  } catch (error) {
    if (error.name !== 'AbortError') showNotice('error', `The timeline cannot be shown. ${error.message}`, 'Try again', refresh);
  } finally {
    if (!signal.aborted && !isDue) document.body.removeAttribute('aria-busy');
  }
}
const refreshDue = debounced(120, refresh);

/** Loads the data of a view that is still moving; until then the chart shows the data of an earlier one. */
function refreshSoon() {
  isDue = true;
  document.body.setAttribute('aria-busy', 'true');
  refreshDue();
}

/** Moves to the range of nearly all events; false if there are none. */
async function fitRange() {
  const { span: home } = await load.home(view);
  if (!home) return false;
  const [from, to] = [home.from, home.to].map((time) => span({ date: { start: time } }, 'article').start);
  const margin = (to - from) * 0.03;
  Object.assign(view, fitted(from - margin, to + margin));
  return true;
}

async function showList(signal) {
  for (const button of document.querySelectorAll('[data-show]')) button.setAttribute('aria-pressed', String(button.dataset.show === view.show));
  const list = find('list');
  const options = { view, fresh: feed.fresh, chosen: open };
  if (view.show === 'days') {
    const story = await load.story(view, signal);
    next = null;
    list.replaceChildren(...days(story.days, options));
  } else {
    const page = await load.list(view, null, signal);
    next = page.next;
    replace(list, entries(page.events, options));
  }
  find('more').hidden = next === null;
}

/** Replaces the list, and keeps the focus. */
function replace(list, sections) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  list.replaceChildren(...sections);
  if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function showMore() {
  const page = await load.list(view, next, running.signal);
  next = page.next;
  append(find('list'), entries(page.events, { view, fresh: feed.fresh, chosen: open }));
  find('more').hidden = next === null;
}

/** Shows the number of events, or a message if there are none. */
function paintEmpty() {
  const total = data.density.total;
  const isEmpty = view.from === null || total === 0;
  find('count').textContent = view.from === null ? '' : counted(total, 'event');
  find('empty').hidden = !isEmpty;
  find('plot').classList.toggle('blank', isEmpty);
  if (view.from === null) find('list').replaceChildren();
  const [title, text] = isFiltered(view)
    ? ['No matches', 'No event here matches. Try fewer words or fewer filters.']
    : view.from === null
      ? ['No events yet', 'As soon as articles with dates arrive, their events appear here, without a reload.']
      : ['No events in this period', '“All” shows where the events are.'];
  find('empty-title').textContent = title;
  find('empty-text').textContent = text;
  find('empty-act').hidden = !isFiltered(view);
  offerNewEvents();
}

/** Offers to show new events that are outside the visible range. */
function offerNewEvents() {
  const outside = [...feed.fresh.values()].filter((event) => {
    const { start, end } = span(event, view.zone);
    return view.from !== null && ((start !== null && start >= view.to) || (end !== null && end <= view.from));
  });
  const button = find('arrived');
  button.hidden = outside.length === 0;
  if (!outside.length) return;
  button.textContent = `${counted(outside.length, 'new event')} outside this period: show the latest`;
  button.onclick = () => {
    const { start, end } = span(outside.at(-1), view.zone);
    const length = (end ?? start + DAY) - (start ?? end - DAY);
    const middle = ((start ?? end - DAY) + (end ?? start + DAY)) / 2;
    move(middle - length * 3, middle + length * 3, true);
  };
}

/** Shows another range. The ranges passed during a drag are not added to the browser history. */
function move(from, to, isStep = false) {
  if (view.from === null) return;
  if (isStep) keep(true);
  Object.assign(view, fitted(from, to));
  paintSoon();
  keepSoon();
  refreshSoon();
}

/** Changes the view without its range. */
function change(part) {
  Object.assign(view, part);
  // Typing must not add a history entry for every letter.
  keep(!Object.keys(part).every((name) => ['q', 'confidence'].includes(name)));
  controls.show(isFiltered(view));
  feed.follow(view);
  if ('zone' in part) showDetail();
  return refresh();
}

function keep(isStep) {
  const hash = write(view);
  if (hash !== location.hash) history[isStep ? 'pushState' : 'replaceState'](null, '', hash);
}
const keepSoon = debounced(250, () => keep(false));

/** Opens an event; `from` is the element that had the focus. */
function open(event, from) {
  opener = from;
  view.event = event.id;
  keep(true);
  paint();
  return showDetail(true);
}

function close() {
  view.event = null;
  keep(true);
  showDetail();
  paint();
  (opener?.isConnected ? opener : find('plot')).focus({ preventScroll: true });
}

async function showDetail(withFocus = false) {
  const id = view.event;
  for (const button of find('list').querySelectorAll('[aria-current]')) button.removeAttribute('aria-current');
  find('list').querySelector(`[data-id="${CSS.escape(id ?? '')}"]`)?.setAttribute('aria-current', 'true');
  find('detail').hidden = id === null;
  if (id === null) return;
  const body = find('detail-body');
  try {
    const details = await json(`/api/events/${encodeURIComponent(id)}`);
    if (view.event !== id) return;
    body.replaceChildren(...detail(details, { view, chosen: open }));
  } catch (error) {
    body.replaceChildren(make('h2', { tabindex: -1 }, 'Not found'), make('p', {}, error.message));
  }
  if (withFocus) body.querySelector('h2').focus({ preventScroll: true });
}

/** Shows that an event was retracted, by a correction or a kill. */
function retracted(id) {
  if (id !== view.event) return;
  find('announcement').textContent = 'The event that you were reading was withdrawn';
  find('detail-body').replaceChildren(make('h2', { tabindex: -1 }, 'Withdrawn'), make('p', {}, 'The article was corrected or killed, and no longer reports this.'));
}

/** Handles the keys of the chart that do not move it; true if it handled the key. */
function key(name) {
  if (name === 'ArrowDown' || name === 'ArrowUp') {
    const items = [...find('plot').querySelectorAll('.lane:not([hidden]) button')];
    const at = items.indexOf(document.activeElement);
    items[(at + (name === 'ArrowDown' ? 1 : at < 0 ? 0 : -1) + items.length) % items.length]?.focus({ preventScroll: true });
  } else if (name === 'Home') showAll();
  else if (name === 'Escape') view.event ? close() : find('plot').focus();
  else return false;
  return true;
}

async function showAll() {
  if (await fitRange()) move(view.from, view.to, true);
}

function connectControls() {
  for (const button of document.querySelectorAll('[data-span]')) {
    button.onclick = () => move(...around((view.from + view.to) / 2, SPANS[button.dataset.span]), true);
  }
  for (const button of document.querySelectorAll('[data-show]')) button.onclick = () => change({ show: button.dataset.show });
  find('in').onclick = () => gestures.zoom(0.6);
  find('out').onclick = () => gestures.zoom(1 / 0.6);
  find('all').onclick = showAll;
  find('today').onclick = () => move(...around(wallClock(Date.now()), view.to - view.from), true);
  find('more').onclick = showMore;
  find('close').onclick = close;
  find('empty-act').onclick = () => find('clear').click();
  find('skip').onclick = (event) => {
    event.preventDefault();
    find('list').focus();
  };
  if (matchMedia('(max-width: 48rem)').matches) find('filters').open = false;
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches('input, select, textarea');
    if (event.key === '/' && !isTyping) {
      event.preventDefault();
      find('q').focus();
    } else if (event.key === 'Escape' && find('detail').contains(event.target)) close();
  });
  addEventListener('popstate', () => {
    view = read(location.hash);
    start();
  });
  // Only the width matters: the height follows from the contents.
  let wide = find('plot').clientWidth;
  const resized = () => {
    if (find('plot').clientWidth === wide) return;
    wide = find('plot').clientWidth;
    if (view.from !== null) refresh();
  };
  new ResizeObserver(debounced(100, resized)).observe(find('plot'));
  setInterval(() => view.from !== null && paint(), 60_000);
}

const around = (middle, length) => [middle - length / 2, middle + length / 2];

function start() {
  controls.show(isFiltered(view));
  feed.follow(view);
  showDetail();
  return refresh();
}

connectControls();
start();
