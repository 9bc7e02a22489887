// The view as encoded in the fragment of the URL: it can be shared, and the search is not sent to the server with the
// page request.

import { FIRST, LAST, SHORTEST, iso, parse } from './time.js';

const LISTS = ['status', 'source', 'name'];
const DAYS = ['published_from', 'published_to'];
/** The orders of the list; the first is the default. */
const SORTS = ['date', 'published', 'weight'];

/** Whether the page is shown within another one, and the read-only link that it was opened by. */
const page = new URLSearchParams(location.search);
export const isEmbedded = page.get('embed') === '1';
export const readOnlyLink = page.get('link');

/** Parses a view. What is missing or not valid gets its default. */
export function read(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const confidence = Number(given.get('confidence') ?? 0);
  const one = (name, values) => (values.includes(given.get(name)) ? given.get(name) : values[0]);
  const view = {
    from: parse(given.get('from')),
    to: parse(given.get('to')),
    q: given.get('q') ?? '',
    confidence: confidence > 0 && confidence <= 1 ? confidence : 0,
    zone: one('zone', ['reader', 'article']),
    show: one('show', ['events', 'days']),
    sort: one('sort', SORTS),
    fold: one('fold', ['true', 'false']) === 'true',
    event: given.get('event'),
  };
  for (const name of LISTS) view[name] = given.getAll(name).filter(Boolean);
  for (const name of DAYS) view[name] = parse(given.get(name)) === null ? '' : given.get(name).slice(0, 10);
  if (view.published_from && view.published_to && view.published_from >= view.published_to) view.published_to = '';
  if (view.from === null || view.to === null || view.from >= view.to) view.from = view.to = null;
  else Object.assign(view, fitted(view.from, view.to));
  return view;
}

/** Encodes a view. */
export function write(view) {
  const given = filters(view);
  if (view.from !== null) {
    const whole = (time) => iso(Math.round(time / 1000) * 1000);
    given.set('from', whole(view.from));
    given.set('to', whole(view.to));
  }
  if (view.zone !== 'reader') given.set('zone', view.zone);
  if (view.show !== 'events') given.set('show', view.show);
  if (view.sort !== 'date') given.set('sort', view.sort);
  if (!view.fold) given.set('fold', 'false');
  if (view.event) given.set('event', view.event);
  return `#${given}`;
}

/** The filters of a view as query parameters. */
export function filters(view) {
  const given = new URLSearchParams();
  if (view.q.trim()) given.set('q', view.q.trim());
  for (const name of LISTS) for (const value of view[name]) given.append(name, value);
  for (const name of DAYS) if (view[name]) given.set(name, view[name]);
  if (view.confidence > 0) given.set('confidence', view.confidence);
  return given;
}

export const isFiltered = (view) => filters(view).size > 0;

/** No filters at all. */
export const NO_FILTERS = { q: '', status: [], source: [], name: [], published_from: '', published_to: '', confidence: 0 };

/** The nearest range that can be drawn: at least an hour, at most as far as dates can go. */
export function fitted(from, to) {
  const span = Math.min(Math.max(to - from, SHORTEST), LAST - FIRST);
  const start = Math.min(Math.max((from + to - span) / 2, FIRST), LAST - span);
  return { from: start, to: start + span };
}
