// The controls above the chart: search, status, source, name, confidence, time zone, light and dark theme.

import { debounced, find, make, replace, reveal } from './dom.js';

const PICKED = ['source', 'name'];
const DAYS = ['published_from', 'published_to'];
const THEME = 'dateline-theme';

/** Connects the controls. `view()` returns the view, `change(part)` changes it, `choices()` loads the options. */
export function filters({ view, change, choices }) {
  const search = find('q');
  search.addEventListener('input', debounced(180, () => change({ q: search.value })));
  for (const button of find('statuses').children) {
    button.onclick = () => change({ status: toggled(view().status, button.dataset.status) });
  }
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
  slider.addEventListener('input', () => (find('confidence-text').textContent = percent(slider.value)));
  slider.addEventListener('input', debounced(150, () => change({ confidence: Number(slider.value) })));
  find('zone').addEventListener('change', (event) => change({ zone: event.target.value }));
  for (const part of DAYS) find(part).addEventListener('change', (event) => change({ [part]: event.target.value }));
  theme();

  /** Shows the current filters. */
  function show(isFiltered) {
    const now = view();
    if (document.activeElement !== search) search.value = now.q;
    for (const button of find('statuses').children) button.setAttribute('aria-pressed', String(now.status.includes(button.dataset.status)));
    replace(find('picked'), PICKED.flatMap((part) => now[part].map((value) => picked(part, value))), () => find('source'));
    slider.value = now.confidence;
    find('confidence-text').textContent = percent(now.confidence);
    find('zone').value = now.zone;
    find('sort').value = now.sort;
    find('fold').checked = now.fold;
    for (const part of DAYS) find(part).value = now[part];
    reveal(find('clear'), isFiltered, search);
  }

  function picked(part, value) {
    const button = make('button', { type: 'button', 'aria-label': `Remove ${part} ${value}` }, value, make('span', { 'aria-hidden': 'true' }, '×'));
    button.onclick = () => change({ [part]: toggled(view()[part], value) });
    return button;
  }

  return { show };
}

/** Fills the option lists. */
function offer(choices) {
  for (const part of PICKED) {
    find(`${part}-choices`).replaceChildren(...choices[part].map(({ value, count }) => make('option', { value, label: `${value} (${count})` })));
  }
}

const toggled = (list, value) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value]);
const percent = (share) => (Number(share) > 0 ? `${Math.round(share * 100)}+` : 'any');

/** The light or dark theme: that of the system, until the reader chooses one. */
function theme() {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
  const stored = localStorage.getItem(THEME);
  if (stored) root.dataset.theme = stored;
  const button = find('theme');
  const updateLabel = () => button.setAttribute('aria-label', dark() ? 'Switch to the light theme' : 'Switch to the dark theme');
  button.onclick = () => {
    localStorage.setItem(THEME, (root.dataset.theme = dark() ? 'light' : 'dark'));
    updateLabel();
  };
  updateLabel();
}
