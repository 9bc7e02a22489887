// The menu that takes what is shown out of the page: files, addresses to subscribe to, and a frame for other pages.

import { filters, readOnlyLink, write } from './address.js';
import { hasToken, json, linked, request } from './api.js';
import { find, make } from './dom.js';
import { and } from './load.js';
import { requestRange } from './time.js';

const FILES = [
  ['csv', 'Spreadsheet (CSV)', 'timeline.csv', { bom: true }],
  ['ics', 'Calendar (iCalendar)', 'timeline.ics'],
  ['timelinejs', 'TimelineJS', 'timeline.json'],
  ['vis', 'vis-timeline', 'timeline-vis.json'],
  ['jsonl', 'Records (JSON Lines)', 'timeline.jsonl'],
];
const FEEDS = [
  ['rss', 'RSS'],
  ['atom', 'Atom'],
  ['jsonfeed', 'JSON Feed'],
];

/** Connects the menu. `view()` returns the view. */
export function exports({ view }) {
  const menu = find('export');
  const panel = find('export-panel');
  let chosen = null;
  menu.addEventListener('toggle', () => menu.open && fill());
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  document.addEventListener('pointerdown', (event) => menu.contains(event.target) || (menu.open = false));

  async function fill() {
    const now = view();
    if (now.from === null) return panel.replaceChildren(make('p', {}, 'There is nothing to export yet.'));
    const { base, links } = await published();
    const link = links.find(({ name }) => name === chosen) ?? links[0];
    const absolute = (path) => new URL(linked(path, link?.secret).slice(1), base).href;
    const choice = links.length > 1 && choose(links, link, (name) => ((chosen = name), fill()));
    panel.replaceChildren(
      make('h3', {}, now.show === 'days' ? 'The key days of this period' : 'What is shown'),
      make('ul', {}, FILES.map(([form, name, file, more]) => make('li', {}, download(name, file, `/api/export/${form}?${shown(now, more)}`)))),
      make('h3', {}, 'Subscribe to what matches'),
      ...(choice ? [choice] : []),
      make(
        'ul',
        {},
        FEEDS.map(([form, name]) => make('li', {}, address(name, absolute(`/api/export/${form}?${all(now)}`)))),
        make('li', {}, address('Calendar of what is planned', absolute(`/api/export/ics?${planned(now)}`).replace(/^https?:/, 'webcal:'))),
      ),
      make('h3', {}, 'Show it on another page'),
      copied('Copy the frame', frame(new URL(linked('/?embed=1', link?.secret).slice(1), base), now)),
      ...(hasToken() && !link ? [make('p', { class: 'note' }, NEEDS_LINK)] : []),
      make('p', { id: 'export-note', class: 'note', role: 'status' }),
    );
  }
}

const NEEDS_LINK = 'Calendars, feed readers and frames cannot send your token. They need a read-only link, which whoever runs the server can set up.';

/** The address by which others reach the server, and the read-only links that it has for those who cannot send a token. */
async function published() {
  const here = new URL('.', location.href).href;
  if (readOnlyLink) return { base: here, links: [{ name: '', secret: readOnlyLink }] };
  try {
    const { public: base, links } = await json('/api/links');
    return { base: base ?? here, links: hasToken() ? links : [] };
  } catch {
    return { base: here, links: [] };
  }
}

/** Asks by which of several read-only links others shall come. */
function choose(links, link, chosen) {
  const select = make('select', {}, links.map(({ name }) => make('option', { value: name, selected: name === link.name }, name)));
  select.onchange = () => chosen(select.value);
  return make('label', {}, 'By the link ', select);
}

/** The query for what is shown: the range and the filters, one row a happening. */
function shown(view, more = {}) {
  const days = view.show === 'days' && { days: 12 };
  return and(filters(view), { ...requestRange(view), fold: view.fold, ...(view.sort !== 'date' && { sort: view.sort }), ...days, ...more });
}

/** The query for whatever matches, at any time. */
const all = (view) => and(filters(view), { fold: view.fold });

/** The query for what is planned from now on. */
const planned = (view) => and(filters({ ...view, status: ['planned'] }), { from: 'today', fold: view.fold });

/** A link to a file. With a token it is fetched here, since a link cannot send one. */
function download(name, file, path) {
  const link = make('a', { href: linked(path), download: file }, name);
  link.onclick = async (event) => {
    if (!hasToken()) return;
    event.preventDefault();
    try {
      const response = await request(path);
      const url = URL.createObjectURL(await response.blob());
      make('a', { href: url, download: file }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      find('export-note').textContent = error.message;
    }
  };
  return link;
}

const address = (name, url) => make('span', {}, make('a', { href: url }, name), copied('Copy', url, `Copy the address of ${name}`));

/** The HTML of a frame that shows the view. */
function frame(url, view) {
  const source = `${url.href}${write({ ...view, event: null })}`;
  return `<iframe src="${source.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" title="Timeline" width="100%" height="600" style="border:0"></iframe>`;
}

/** A button that copies a text, and shows it where the browser does not allow that. */
function copied(name, text, label) {
  const button = make('button', { type: 'button', class: 'copy', 'aria-label': label }, name);
  button.onclick = async () => {
    const note = find('export-note');
    try {
      await navigator.clipboard.writeText(text);
      note.textContent = 'Copied.';
    } catch {
      note.replaceChildren(make('textarea', { readonly: true, rows: 3, 'aria-label': 'To copy' }, text));
      note.querySelector('textarea').select();
    }
  };
  return button;
}
