// The page: holds the view, loads its data, and passes it to the components that draw it.

import { NO_FILTERS, fitted, isEmbedded, isFiltered, read, readOnlyLink, write } from './address.js';
import { counted, debounced, find, replace, reveal } from './dom.js';
import { drawer } from './drawer.js';
import { exports } from './export.js';
import { filters } from './filters.js';
import { listen } from './gestures.js';
import { append, days, entries, folds } from './list.js';
import { hideNotice, live, showNotice } from './live.js';
import * as load from './load.js';
import { overview } from './overview.js';
import { plot } from './plot.js';
import { DAY, YEAR, range, wallClock } from './time.js';
import { LANES, span } from './words.js';

const SPANS = { century: 100 * YEAR, year: YEAR, month: 30 * DAY, day: DAY };
const NOTHING = { density: { total: 0, buckets: [] }, lanes: LANES.map(() => ({ events: [], total: 0, underWay: 0, buckets: [] })) };
/** The most results of a search of which all are shown; of more, nearly all. */
const FEW = 20;
/** The width of the chart in print, in pixels: that of a page on its side. */
const PAPER = 960;
/** How long an overview of the whole span is current while articles arrive. */
const OVERVIEW_AGE = 5_000;

let view = read(location.hash);
let data = NOTHING;
let next = null;
/** The page of the list that is being loaded. */
let appending = null;
let running = new AbortController();
let isDue = false;
/** The overview of the whole span: for which filters it is, when it was loaded, and what the server said. */
let whole = { key: null, at: 0, found: null };
/** The range before a search took the view to its results. */
let before = null;

const chart = plot(find('plot'), { chosen: open, opened: openPile });
const strip = overview(find('overview'), { view: () => view, move });
const controls = filters({ view: () => view, change, choices: () => load.choices(view) });
const feed = live({ refresh: refreshAll, retracted: (id) => id === view.event && panel.retracted(), changed: (id) => id === view.event && panel.showEvent() });
const panel = drawer({ view: () => view, fresh: feed.fresh, chosen: open, moved: (from, to) => move(from, to, true) });
const gestures = listen(find('plot'), { view: () => view, move, key });
exports({ view: () => view });

/** Draws the chart with the data loaded so far. */
function paint() {
  find('range').textContent = range(view.from, view.to);
  document.title = `${range(view.from, view.to)} · dateline`;
  chart.show({ view, data, fresh: feed.fresh });
  strip.show();
  if (isEmbedded) find('whole').href = `${location.pathname}${readOnlyLink ? `?link=${encodeURIComponent(readOnlyLink)}` : ''}${write(view)}`;
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
    if (view.from === null && !(await showNews())) return paintEmpty();
    const [drawn, listed] = await Promise.all([load.chart(view, find('plot').clientWidth, signal), loadList(signal), showOverview()]);
    data = drawn;
    if (find('notice').dataset.kind === 'error') hideNotice();
    listed();
    paint();
    paintEmpty();
  } catch (error) {
    failed(error);
  } finally {
    if (!signal.aborted && !isDue) document.body.removeAttribute('aria-busy');
  }
}
const refreshDue = debounced(120, refresh);

/** Shows that something could not be loaded, and offers to load the view again. */
function failed(error) {
  if (error.name !== 'AbortError') showNotice('error', `The timeline cannot be shown. ${error.message}`, 'Try again', refresh);
}

/** Loads the view again after something arrived. */
function refreshAll() {
  showOverviewSoon();
  return refresh();
}

/** Loads the data of a view that is still moving; until then the chart shows the data of an earlier one. */
function refreshSoon() {
  isDue = true;
  document.body.setAttribute('aria-busy', 'true');
  refreshDue();
}

/** The counts over the whole span of what matches, at most so old. */
function wholeSpan(age = 0) {
  const key = load.key(view);
  if (whole.key !== key || Date.now() - whole.at > age) whole = { key, at: Date.now(), found: load.overview(view) };
  const asked = whole;
  // What failed, or found nothing yet, is asked for again.
  asked.found.then((found) => found ?? (asked.key = null), () => (asked.key = null));
  return asked.found;
}

/** Draws the strip; while articles arrive it is not loaded again each time, but soon after. */
async function showOverview(age = OVERVIEW_AGE) {
  if (isEmbedded) return;
  const found = await wholeSpan(age);
  if (found) strip.load({ ...found, parts: await found.parts });
}
const showOverviewSoon = debounced(OVERVIEW_AGE, () => showOverview(0).catch(() => {}));

/** Moves to the news: the fortnight up to the newest publication. False if there are no events. */
async function showNews() {
  const found = await wholeSpan();
  if (!found) return false;
  Object.assign(view, fitted(found.news.from, found.news.to));
  return true;
}

/** Moves to where the results of a search are, and back when it ends. */
async function showResults(wasSearched) {
  if (!view.q.trim()) {
    if (wasSearched && before) Object.assign(view, before);
    before = null;
    return;
  }
  if (!wasSearched) before = { from: view.from, to: view.to };
  const { q } = view;
  const found = await wholeSpan();
  if (!found || q !== view.q) return;
  const { from, to } = found.total > FEW ? found.core : found.whole;
  Object.assign(view, fitted(from, to));
}

/** Loads the list; returns what shows it. */
async function loadList(signal) {
  const options = { view, fresh: feed.fresh, chosen: open };
  if (view.show === 'days') {
    const story = await load.story(view, signal);
    return () => show(days(story.days, options), null);
  }
  const isByDate = view.sort === 'date';
  const [page, groups] = await Promise.all([load.list(view, null, signal), isByDate ? load.groups(view, signal) : []]);
  // Without anything exact, what is less exact is shown at once.
  if (page.events.length === 0 && groups.length) groups[0].isOpen = true;
  return () => show(entries(page.events, options), page.next, folds(groups, options));
}

/** Replaces the list, and keeps the focus and the groups that are open. */
function show(sections, following, groups = []) {
  const list = find('list');
  for (const button of document.querySelectorAll('[data-show]')) button.setAttribute('aria-pressed', String(button.dataset.show === view.show));
  find('order').hidden = view.show === 'days';
  const focused = document.activeElement.dataset.id ?? '';
  const again = () => list.querySelector(`[data-id="${CSS.escape(focused)}"]`) ?? list;
  replace(find('rows'), sections, again);
  for (const group of groups.flatMap((group) => [...group.querySelectorAll('details')])) {
    const old = find('folds').querySelector(`[data-fold="${CSS.escape(group.dataset.fold)}"]`);
    if (old?.open) group.open = true;
  }
  replace(find('folds'), groups, again);
  next = following;
  reveal(find('more'), next !== null, list);
}

/** Loads the next page of the list, once however often it is asked for meanwhile. */
function showMore() {
  appending ??= appendPage().finally(() => (appending = null));
  return appending;
}

async function appendPage() {
  const page = await load.list(view, next, running.signal);
  next = page.next;
  const rows = find('rows');
  const listed = rows.querySelectorAll('li').length;
  append(rows, entries(page.events, { view, fresh: feed.fresh, chosen: open }));
  reveal(find('more'), next !== null, rows.querySelectorAll('li button')[listed] ?? find('list'));
}

/** Shows the number of events, or a message if there are none. */
function paintEmpty() {
  document.body.classList.remove('loading');
  const total = data.density.total;
  const isEmpty = view.from === null || total === 0;
  find('count').textContent = view.from === null ? '' : counted(total, 'event');
  reveal(find('empty'), isEmpty, find('plot'));
  find('plot').classList.toggle('blank', isEmpty);
  if (view.from === null) show([], null);
  const [title, text] = isFiltered(view)
    ? ['No matches', 'No event here matches. Try fewer words or fewer filters.']
    : view.from === null
      ? ['No events yet', 'As soon as articles with dates arrive, their events appear here, without a reload.']
      : ['No events in this period', '“All” shows where the events are.'];
  find('empty-title').textContent = title;
  find('empty-text').textContent = text;
  reveal(find('empty-act'), isFiltered(view), find('q'));
  offerNewEvents();
}

/** Offers to show new events that are outside the visible range. */
function offerNewEvents() {
  const outside = [...feed.fresh.values()].filter((event) => {
    const { start, end } = span(event, view.zone);
    return view.from !== null && ((start !== null && start >= view.to) || (end !== null && end <= view.from));
  });
  const button = find('arrived');
  reveal(button, outside.length > 0, find('plot'));
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
  Object.assign(view, fitted(from, to));
  paintSoon();
  isStep ? keep(true) : keepSoon();
  refreshSoon();
}

/** Changes the view without its range; a search also goes to where its results are. */
async function change(part) {
  const wasSearched = Boolean(view.q.trim());
  Object.assign(view, part);
  controls.show(isFiltered(view));
  if ('q' in part && view.from !== null) await showResults(wasSearched).catch(() => {});
  // Typing must not add a history entry for every letter.
  keep(!Object.keys(part).every((name) => ['q', 'confidence'].includes(name)));
  feed.follow(view);
  if ('zone' in part) panel.showEvent();
  return refresh();
}

function keep(isStep) {
  const hash = write(view);
  if (hash !== location.hash) history[isStep ? 'pushState' : 'replaceState'](null, '', hash);
}
const keepSoon = debounced(250, () => keep(false));

/** Opens an event; `from` is the element that had the focus. */
function open(event, from) {
  panel.openedFrom(from);
  view.event = event.id;
  keep(true);
  paint();
  return panel.showEvent(true);
}

/** Opens the list behind a count. */
function openPile(pile, from) {
  panel.openedFrom(from);
  leaveEvent();
  return panel.showPile(pile);
}

/** Goes from an event back to the list from which it was opened. */
function back() {
  leaveEvent();
  return panel.showPile(panel.pile());
}

function leaveEvent() {
  view.event = null;
  keep(true);
  panel.showEvent();
  paint();
}

function close() {
  view.event = null;
  keep(true);
  if (view.from !== null) paint();
  panel.close();
}

/** Handles the keys of the chart that do not move it; true if it handled the key. */
function key(name) {
  if (name === 'ArrowDown' || name === 'ArrowUp') {
    const items = [...find('plot').querySelectorAll('.lane:not([hidden]) button')];
    const at = items.indexOf(document.activeElement);
    items[(at + (name === 'ArrowDown' ? 1 : at < 0 ? 0 : -1) + items.length) % items.length]?.focus({ preventScroll: true });
  } else if (name === 'Home') showAll().catch(failed);
  else if (name === 'Escape') panel.isOpen() ? close() : find('plot').focus();
  else return false;
  return true;
}

/** Moves to the range of all events. */
async function showAll() {
  const found = await wholeSpan();
  if (!found) return;
  const { from, to } = found.whole;
  const margin = (to - from) * 0.03;
  move(from - margin, to + margin, true);
}

function connectControls() {
  for (const button of document.querySelectorAll('[data-span]')) {
    button.onclick = () => move(...around((view.from + view.to) / 2, SPANS[button.dataset.span]), true);
  }
  for (const button of document.querySelectorAll('[data-show]')) button.onclick = () => change({ show: button.dataset.show });
  find('sort').onchange = (event) => change({ sort: event.target.value });
  find('fold').onchange = (event) => change({ fold: event.target.checked });
  find('in').onclick = () => gestures.zoom(0.6);
  find('out').onclick = () => gestures.zoom(1 / 0.6);
  find('all').onclick = () => showAll().catch(failed);
  find('news').onclick = () => showNews().then((isShown) => isShown && move(view.from, view.to, true), failed);
  find('ahead').onclick = () => {
    const today = Math.floor(wallClock(Date.now()) / DAY) * DAY;
    move(today, today + 14 * DAY, true);
  };
  find('more').onclick = () => showMore().catch(failed);
  find('close').onclick = close;
  find('back').onclick = back;
  find('empty-act').onclick = () => change(NO_FILTERS);
  find('clear').onclick = () => change(NO_FILTERS);
  find('skip').onclick = (event) => {
    event.preventDefault();
    find('list').focus();
  };
  find('filters-toggle').onclick = () => {
    const isShown = find('filters').classList.toggle('shown');
    find('filters-toggle').setAttribute('aria-expanded', String(isShown));
  };
}

/** Follows what happens to the page as a whole: keys, its address, its width, paper. */
function connectWindow() {
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
  // Only the width matters: the height follows from the contents. What is loaded is drawn at once, then what the width needs.
  let wide = find('plot').clientWidth;
  const resized = () => {
    if (find('plot').clientWidth === wide || view.from === null) return;
    wide = find('plot').clientWidth;
    paint();
    refreshSoon();
  };
  new ResizeObserver(resized).observe(find('plot'));
  // On paper the chart is as wide as the page.
  const onPaper = (isPrinted) => {
    find('plot').style.width = isPrinted ? `${PAPER}px` : '';
    if (view.from !== null) paint();
  };
  addEventListener('beforeprint', () => onPaper(true));
  addEventListener('afterprint', () => onPaper(false));
  setInterval(() => view.from !== null && paint(), 60_000);
}

const around = (middle, length) => [middle - length / 2, middle + length / 2];

function start() {
  controls.show(isFiltered(view));
  feed.follow(view);
  panel.showEvent();
  return refresh();
}

if (isEmbedded) {
  document.body.classList.add('embedded');
  find('whole-line').hidden = false;
}
connectControls();
connectWindow();
start();
