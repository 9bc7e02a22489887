// The events as a list, for reading and for screen readers; and the key days.

import { make } from './dom.js';
import { day, parse, wallClock } from './time.js';
import { STATUSES, heading, tense, when } from './words.js';

/** The events of a page, grouped under headings by time. */
export function entries(events, { view, fresh, chosen }) {
  const sections = [];
  for (const event of events) {
    const title = heading(event, view);
    if (sections.at(-1)?.title !== title) sections.push({ title, events: [] });
    sections.at(-1).events.push(event);
  }
  return sections.map(({ title, events }) =>
    make('section', { class: 'period', 'data-title': title }, make('h3', {}, title), make('ol', {}, events.map((event) => entry(event, { view, fresh, chosen })))),
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

/** One event in a list. */
export function entry(event, { view, fresh, chosen }) {
  const { summary, status, names } = event.statement;
  const button = make('button', { type: 'button', 'data-id': event.id, 'aria-current': view.event === event.id && 'true' }, summary);
  button.onclick = () => chosen(event, button);
  const isAhead = tense(event, wallClock(Date.now()), view.zone) === 'future';
  return make(
    'li',
    { class: `${status} ${isAhead ? 'future' : ''} ${fresh.has(event.id) ? 'fresh' : ''}` },
    make('p', { class: 'what' }, mark(status), button, fresh.has(event.id) && make('em', { class: 'new' }, 'new')),
    make(
      'p',
      { class: 'about' },
      [isAhead && 'ahead', when(event, view.zone), status !== 'happened' && STATUSES[status], event.article.source, names.slice(0, 3).join(', ')].filter(Boolean).join(' · '),
    ),
  );
}

/** The marker of a status: a shape as well as a colour. */
export function mark(status) {
  return make('span', { class: `mark ${status}`, 'aria-hidden': 'true' });
}

/** The key days, in the order of time. */
export function days(story, { view, fresh, chosen }) {
  const inOrder = [...story].sort((a, b) => (a.day < b.day ? -1 : 1));
  const most = Math.max(...story.map(({ score }) => score), 1e-9);
  return inOrder.map(({ day: date, score, entries }) => {
    const weight = make('meter', { min: 0, max: 1, value: score / most, 'aria-label': 'importance of the day' });
    const shown = entries.slice(0, 3).map(({ event, count, sources, summary }) => {
      const item = entry(event, { view, fresh, chosen });
      item.querySelector('button').textContent = summary || event.statement.summary;
      if (count > 1) item.append(make('p', { class: 'about' }, `${count} mentions, by ${sources.join(', ')}`));
      return item;
    });
    return make('section', { class: 'period day' }, make('h3', {}, day(parse(date)), weight), make('ol', {}, shown));
  });
}
