// One event: its sentence with the date and trigger marked, its article, and how its date was resolved.

import { counted, link, make } from './dom.js';
import { mark } from './list.js';
import { STATUSES, confidence, published, resolved, when } from './words.js';

/** The details of an event. `chosen` is called when another mention is clicked. */
export function detail({ event, article, mentions }, { view, chosen }) {
  const { statement } = event;
  const facts = [
    ['Date', resolved(event, view.zone)],
    ['Status', make('span', {}, mark(statement.status), STATUSES[statement.status] ?? statement.status)],
    ['Confidence', confidence(event)],
    ['Names', statement.names.join(', ')],
    ['Source', articleLine(event)],
    ['Article', articleStatus(article)],
    ['Repeated', event.also_at.length ? `${counted(event.also_at.length, 'more time')} in the article` : ''],
  ];
  return [
    make('p', { class: 'when' }, when(event, view.zone)),
    make('h2', { tabindex: -1, id: 'detail-title' }, statement.summary),
    make('blockquote', {}, sentence(event)),
    make('dl', {}, facts.filter(([, value]) => value).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])),
    mentions.length > 0 && mentionList(mentions, { view, chosen }),
  ].filter(Boolean);
}

/** The sentence, with date and trigger marked. Offsets count code points of the body; those of the sentence say where it
 * starts. */
function sentence(event) {
  const letters = [...event.statement.sentence];
  const { sentence, date, trigger } = event.offsets;
  const marks = [
    { name: 'date', title: 'the date', ends: date },
    { name: 'trigger', title: 'the event', ends: trigger },
  ]
    .filter(({ ends }) => ends)
    .map((found) => ({ ...found, start: found.ends[0] - sentence[0], end: found.ends[1] - sentence[0] }))
    .filter(({ start, end }) => start >= 0 && end <= letters.length && start < end)
    .sort((a, b) => a.start - b.start);
  const pieces = [];
  let done = 0;
  for (const { name, title, start, end } of marks) {
    if (start < done) continue;
    pieces.push(letters.slice(done, start).join(''), make('mark', { class: name, title }, letters.slice(start, end).join('')));
    done = end;
  }
  return [...pieces, letters.slice(done).join('')];
}

function articleLine(event) {
  const { title, url, source, published_at: time } = event.article;
  const address = link(url);
  const name = title || event.article.id;
  const heading = address ? make('a', { href: address, rel: 'noopener noreferrer', target: '_blank' }, name) : make('span', {}, name);
  const about = [source, `${published(event, 'article')} ${offset(time)}`].filter(Boolean).join(', ');
  return make('span', {}, heading, make('small', {}, about));
}

const offset = (time) => /([+-]\d\d:\d\d|Z)$/.exec(time)?.[0].replace(/^(Z|\+00:00)$/, 'UTC') ?? '';

function articleStatus(article) {
  if (!article) return '';
  return [article.status, article.revision && `revision ${article.revision}`].filter(Boolean).join(', ');
}

function mentionList(mentions, { view, chosen }) {
  const items = mentions.map((event) => {
    const button = make('button', { type: 'button' }, event.statement.summary);
    button.onclick = () => chosen(event, button);
    return make('li', {}, button, make('small', {}, [event.article.source, when(event, view.zone)].filter(Boolean).join(', ')));
  });
  return make('section', { class: 'mentions' }, make('h3', {}, 'Also reported in'), make('ol', {}, items));
}
