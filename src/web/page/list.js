// The events as a list, for reading and for screen readers; and the key days.

import { counted, make } from './dom.js';
import { day, parse, wallClock } from './time.js';
import { STATUSES, heading, isStruck, published, reports, tense, when } from './words.js';

/** The events of a page, grouped under headings by time. */
export function entries(events, { view, fresh, chosen }) {
  const sections = [];
  for (const event of events) {
    const title = view.sort === 'date' ? heading(event, view) : { published: 'Newest articles first', weight: 'Weightiest first' }[view.sort];
    if (sections.at(-1)?.title !== title) sections.push({ title, events: [] });
    sections.at(-1).events.push(event);
  }
  return sections.map(({ title, events }) =>
    make('section', { class: 'period', 'data-title': title }, make('h3', {}, title), rows(events, { view, fresh, chosen })),
  );
}

/** Appends a page to the list; a group that continues does not repeat its heading. */
export function append(list, sections) {
  const [first, last] = [sections[0], list.lastElementChild];
  if (first && last?.dataset.title === first.dataset.title) {
    last.querySelector('ol').append(...first.querySelector('ol').children);
    sections = sections.slice(1);
  }
  list.append(...sections);
}

/** Events as rows. */
export const rows = (events, options) => make('ol', {}, events.map((event) => entry(event, options)));

/** One event, or one happening, in a list. */
export function entry(event, { view, fresh, chosen }) {
  const { summary, status, names } = event.statement;
  const isNew = fresh.has(event.id) || event.entry?.events.some((id) => fresh.has(id));
  const button = make('button', { type: 'button', 'data-id': event.id, 'aria-current': view.event === event.id && 'true' }, summary);
  button.onclick = () => chosen(event, button);
  const isAhead = tense(event, wallClock(Date.now()), view.zone) === 'future';
  const about = [isAhead && 'ahead', when(event, view.zone), status !== 'happened' && (STATUSES[status] ?? status), names.slice(0, 3).join(', ')];
  return make(
    'li',
    { class: [status, isAhead && 'future', isNew && 'fresh', isStruck(event) && 'struck'].filter(Boolean).join(' ') },
    make('p', { class: 'what' }, mark(status), button, isNew && make('em', { class: 'new' }, 'new')),
    make('p', { class: 'about' }, about.filter(Boolean).join(' · ')),
    origin(event, view),
  );
}

/** Where a row comes from: the headline, the source and the time of its article, and how many others report it. */
function origin({ article, entry }, view) {
  const { title, source } = article;
  const several = reports(entry);
  const time = make('time', { datetime: article.published_at }, published({ article }, view.zone));
  return make('p', { class: 'about origin' }, title && make('cite', {}, title), title && ' — ', source && `${source}, `, time, several && make('b', {}, several));
}

/** The marker of a status: a shape as well as a colour. */
export function mark(status) {
  return make('span', { class: `mark ${status}`, 'aria-hidden': 'true' });
}

/** Groups of events that are folded below the list, each loaded when it is opened. `load(cursor)` returns a page. */
export function folds(groups, options) {
  if (groups.length === 0) return [];
  const folded = groups.map(({ title, count, load, isOpen }) => {
    const content = make('div', { class: 'rows' });
    const details = make('details', { 'data-fold': title, open: isOpen }, make('summary', {}, make('span', {}, title), make('small', {}, counted(count, 'event'))), content);
    const show = () => details.open && !content.hasChildNodes() && pages(content, load, options);
    details.addEventListener('toggle', show);
    return details;
  });
  return [make('section', { class: 'folds' }, make('h3', {}, 'Also in this period, dated less exactly'), ...folded)];
}

/** Fills an element with rows, page by page, while the reader asks for more. */
export async function pages(content, load, options) {
  const list = rows([], options);
  const more = make('button', { type: 'button', class: 'more' }, 'Show more');
  const wrong = make('p', { class: 'wrong', role: 'alert' });
  content.replaceChildren(list, more, wrong);
  let next = null;
  async function add() {
    more.disabled = true;
    try {
      const page = await load(next);
      next = page.next;
      const added = page.events.map((event) => entry(event, options));
      list.append(...added);
      wrong.textContent = '';
      if (next === null && more === document.activeElement) added[0]?.querySelector('button').focus();
    } catch (error) {
      if (error.name !== 'AbortError') wrong.textContent = error.message;
    }
    more.disabled = false;
    more.hidden = next === null && wrong.textContent === '';
  }
  more.onclick = add;
  await add();
}

/** The key days, in the order of time. */
export function days(story, { view, fresh, chosen }) {
  const inOrder = [...story].sort((a, b) => (a.day < b.day ? -1 : 1));
  const most = Math.max(...story.map(({ score }) => score), 1e-9);
  return inOrder.map(({ day: date, score, entries }) => {
    const weight = make('meter', { min: 0, max: 1, value: score / most, 'aria-label': 'importance of the day' });
    const shown = entries.slice(0, 3).map(({ event, summary, ...happening }) => {
      const item = entry({ ...event, entry: happening }, { view, fresh, chosen });
      item.querySelector('button').textContent = summary || event.statement.summary;
      return item;
    });
    return make('section', { class: 'period day' }, make('h3', {}, day(parse(date)), weight), make('ol', {}, shown));
  });
}
