// The view as encoded in the fragment of the URL: it can be shared, and the search is not sent to the server with the
// page request.

import { FIRST, LAST, SHORTEST, iso, parse } from './time.js';

const LISTS = ['status', 'source', 'name'];
/** The parts of the view that are filters. */
export const FILTERS = ['q', ...LISTS, 'confidence'];

/** Parses a view. What is missing or not valid gets its default. */
export function read(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const confidence = Number(given.get('confidence') ?? 0);
  const view = {
    from: parse(given.get('from')),
    to: parse(given.get('to')),
    q: given.get('q') ?? '',
    confidence: confidence > 0 && confidence <= 1 ? confidence : 0,
    zone: given.get('zone') === 'article' ? 'article' : 'reader',
    show: given.get('show') === 'days' ? 'days' : 'events',
    event: given.get('event'),
  };
  for (const name of LISTS) view[name] = given.getAll(name).filter(Boolean);
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
  if (view.event) given.set('event', view.event);
  return `#${given}`;
}

/** The filters of a view as query parameters. */
export function filters(view) {
  const given = new URLSearchParams();
  if (view.q.trim()) given.set('q', view.q.trim());
  for (const name of LISTS) for (const value of view[name]) given.append(name, value);
  if (view.confidence > 0) given.set('confidence', view.confidence);
  return given;
}

export const isFiltered = (view) => filters(view).size > 0;

/** The nearest range that can be drawn: at least an hour, at most as far as dates can go. */
export function fitted(from, to) {
  const span = Math.min(Math.max(to - from, SHORTEST), LAST - FIRST);
  const start = Math.min(Math.max((from + to - span) / 2, FIRST), LAST - span);
  return { from: start, to: start + span };
}
