// The drawer: one event, or the list behind a count. At the side on a desk, a sheet from below on a telephone.

import { json } from './api.js';
import { detail } from './detail.js';
import { counted, find, make, replace, reveal } from './dom.js';
import { pages } from './list.js';
import * as load from './load.js';
import { range } from './time.js';

/**
 * Connects the drawer. `view()` returns the view, `fresh` has the ids of new events, `chosen(event, from)` opens another
 * event, `moved(from, to)` changes the visible range.
 */
export function drawer({ view, fresh, chosen, moved }) {
  const [panel, body, back] = ['detail', 'detail-body', 'back'].map(find);
  /** The pile from which the event was opened, and the element that had the focus before. */
  let [pile, opener] = [null, null];
  const heading = () => body.querySelector('h2');

  function toggle(isShown) {
    panel.hidden = !isShown;
    document.body.classList.toggle('with-drawer', isShown);
  }

  /** Remembers where the focus goes when the drawer is closed. */
  function openedFrom(element) {
    if (element && !panel.contains(element)) opener = { element, within: element.closest('#plot, #list'), id: element.dataset.id ?? '' };
  }

  /** Shows the event of the view, or nothing if it has none. */
  async function showEvent(withFocus = false) {
    const id = view().event;
    for (const button of document.querySelectorAll('.list [aria-current]')) button.removeAttribute('aria-current');
    for (const button of document.querySelectorAll(`.list [data-id="${CSS.escape(id ?? '')}"]`)) button.setAttribute('aria-current', 'true');
    if (id === null) return pile ? undefined : toggle(false);
    toggle(true);
    reveal(back, pile !== null, panel);
    try {
      const details = await json(`/api/events/${encodeURIComponent(id)}`);
      if (view().event !== id) return;
      replace(body, detail(details, { view: view(), chosen }), heading);
    } catch (error) {
      if (view().event !== id) return;
      replace(body, [title('Not found'), make('p', {}, error.message)], heading);
    }
    panel.scrollTop = 0;
    if (withFocus) heading().focus({ preventScroll: true });
  }

  /** Shows the list behind a count: `lane`, `from`, `to`, and whether it has only what begins in that range. */
  async function showPile(given, { withFocus = true } = {}) {
    pile = given;
    toggle(true);
    reveal(back, false, panel);
    const total = make('p', { class: 'when' }, '…');
    const zoom = make('button', { type: 'button' }, 'Zoom in here');
    zoom.onclick = () => moved(given.from, given.to);
    const content = make('div', { class: 'list rows' });
    const isWhole = given.from === view().from && given.to === view().to;
    body.replaceChildren(...[total, title(given.lane.title), make('p', { class: 'within' }, range(given.from, given.to)), !isWhole && zoom, content].filter(Boolean));
    if (withFocus) heading().focus({ preventScroll: true });
    load.pileCount(view(), given).then((count) => (total.textContent = `${counted(count, 'event')}, weightiest first`), () => total.remove());
    await pages(content, (cursor) => load.pile(view(), given, cursor), { view: view(), fresh, chosen });
  }

  /** Shows that an event was retracted, by a correction or a kill. */
  function retracted() {
    find('announcement').textContent = 'The event that you were reading was withdrawn';
    replace(body, [title('Withdrawn'), make('p', {}, 'The article was corrected or killed, and no longer reports this.')], heading);
  }

  /** Closes the drawer, and gives the focus back to where it came from, or to the same event elsewhere. */
  function close() {
    pile = null;
    toggle(false);
    const same = opener?.within?.querySelector(`[data-id="${CSS.escape(opener.id)}"]`);
    const target = [opener?.element, same, opener?.within, find('plot'), find('list')].find((element) => element?.isConnected && element.offsetParent !== null);
    target?.focus({ preventScroll: true });
    opener = null;
  }

  const isOpen = () => !panel.hidden;
  return { showEvent, showPile, retracted, close, openedFrom, isOpen, pile: () => pile };
}

const title = (words) => make('h2', { tabindex: -1, id: 'detail-title' }, words);
