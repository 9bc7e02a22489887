// The controls above the drawing: search, status, source, name, confidence, whose clock, light and dark.

import { find, make, settled } from './dom.js';
import { mark } from './list.js';
import { STATUSES } from './words.js';

const PICKED = ['source', 'name'];
const THEME = 'dateline-theme';

/** Wires the controls up. `view()` gives what is shown, `change(part)` shows something else, `choices()` loads what there
 * is to choose from. */
export function filters({ view, change, choices }) {
  const search = find('q');
  search.addEventListener('input', settled(180, () => change({ q: search.value })));
  find('statuses').append(
    ...Object.entries(STATUSES).map(([status, name]) => {
      const button = make('button', { type: 'button', 'data-status': status, 'aria-pressed': 'false' }, mark(status), name);
      button.onclick = () => change({ status: toggled(view().status, status) });
      return button;
    }),
  );
  for (const part of PICKED) {
    const input = find(part);
    input.addEventListener('focus', () => choices().then(offer, () => {}));
    input.addEventListener('change', () => {
      const value = input.value.trim();
      input.value = '';
      if (value && !view()[part].includes(value)) change({ [part]: [...view()[part], value] });
    });
  }
  const slider = find('confidence');
  slider.addEventListener('input', () => (find('confidence-told').textContent = percent(slider.value)));
  slider.addEventListener('input', settled(150, () => change({ confidence: Number(slider.value) })));
  find('zone').addEventListener('change', (event) => change({ zone: event.target.value }));
  find('clear').onclick = () => change({ q: '', status: [], source: [], name: [], confidence: 0 });
  theme();

  /** Shows what is set. */
  function show(isFiltered) {
    const now = view();
    if (document.activeElement !== search) search.value = now.q;
    for (const button of find('statuses').children) button.setAttribute('aria-pressed', String(now.status.includes(button.dataset.status)));
    find('picked').replaceChildren(...PICKED.flatMap((part) => now[part].map((value) => picked(part, value))));
    slider.value = now.confidence;
    find('confidence-told').textContent = percent(now.confidence);
    find('zone').value = now.zone;
    find('clear').hidden = !isFiltered;
  }

  function picked(part, value) {
    const button = make('button', { type: 'button', 'aria-label': `${part} ${value}: take away` }, value, make('span', { 'aria-hidden': 'true' }, '×'));
    button.onclick = () => change({ [part]: toggled(view()[part], value) });
    return button;
  }

  return { show };
}

/** Offers what there is to choose from. */
function offer(choices) {
  for (const part of PICKED) {
    find(`${part}-choices`).replaceChildren(...choices[part].map(({ value, count }) => make('option', { value, label: `${value} (${count})` })));
  }
}

const toggled = (list, value) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value]);
const percent = (share) => (Number(share) > 0 ? `${Math.round(share * 100)}+` : 'any');

/** Light and dark: as the system has it, until the reader says otherwise. */
function theme() {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
  const kept = localStorage.getItem(THEME);
  if (kept) root.dataset.theme = kept;
  const button = find('theme');
  const tell = () => button.setAttribute('aria-label', dark() ? 'Use the light page' : 'Use the dark page');
  button.onclick = () => {
    localStorage.setItem(THEME, (root.dataset.theme = dark() ? 'light' : 'dark'));
    tell();
  };
  tell();
}
