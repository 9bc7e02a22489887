// What arrives while the page is open: follows the feed, marks what is new, and tells how the line is.

import { filters } from './address.js';
import { json } from './api.js';
import { counted, find } from './dom.js';
import { follow } from './feed.js';

/** How long news is collected before it is shown: a busy wire must not redraw the page a hundred times a second. */
const CALM = 400;
/** As many are remembered as new. */
const MOST = 500;
/** How often the server is asked how it is, where it is well and where it is not. */
const LOOK = 30_000;
const SOON = 3_000;

/** `refresh()` loads what is seen again; `gone(id)` is told of what was taken back. */
export function live({ refresh, gone, changed }) {
  const fresh = new Map();
  let [line, asked, timer, isDue, told] = [null, null, null, false, 0];
  let [isConnected, wait] = [null, 0];
  let [server, watch] = [null, null];

  function heard(kind, data) {
    if (kind === 'insert') {
      fresh.set(data.id, data);
      if (fresh.size > MOST) fresh.delete(fresh.keys().next().value);
      told += 1;
    } else if (kind === 'retract') {
      fresh.delete(data.id);
      gone(data.id);
    } else if (kind === 'change') changed(data.id);
    isDue = true;
    timer ??= setTimeout(show, CALM);
  }

  async function show() {
    isDue = false;
    if (told) find('said').textContent = `${counted(told, 'new event')} arrived`;
    told = 0;
    await refresh();
    look();
    // Not before the last one is drawn: one that always asks again would never get to draw.
    timer = isDue ? setTimeout(show, CALM) : null;
  }

  async function look() {
    try {
      server = await json('/api/status');
    } catch {
      server = null;
    }
    tell();
    clearTimeout(watch);
    // A tab that nobody looks at asks when it is seen again.
    watch = setTimeout(() => document.hidden || look(), server?.connected && !server.lag ? LOOK : SOON);
  }

  function tell() {
    const states = [
      [isConnected === null, 'waiting', 'Connecting…'],
      [!isConnected, 'lost', `Not connected; next try in ${Math.round(wait / 1000) || 1} s`],
      [server && !server.connected, 'lost', 'The server does not hear its brokers'],
      [server?.lag > 0, 'waiting', `Catching up: ${counted(server?.lag ?? 0, 'record')} to read`],
      [true, 'live', server ? `Live · ${counted(server.events, 'event')}, ${counted(server.articles, 'article')}` : 'Live'],
    ];
    const [, name, words] = states.find(([holds]) => holds);
    find('state').dataset.state = name;
    find('state-told').textContent = words;
    document.body.classList.toggle('disconnected', isConnected === false);
    notice(isConnected === false);
  }

  function notice(isLost) {
    if (!isLost && find('notice').dataset.kind === 'line') hideNotice();
    if (isLost) showNotice('line', 'The line to the server is lost. What you see may be old; it goes on by itself.', 'Try now', () => line.now());
  }

  function state(isUp, next = 0) {
    const wasLost = isConnected === false;
    [isConnected, wait] = [isUp, next];
    tell();
    if (!isUp) return;
    look();
    if (wasLost) {
      find('said').textContent = 'Connected again';
      refresh();
    }
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? line?.pause() : line?.resume()));
  return {
    fresh,
    /** Follows the feed of what the view has, whenever that is: news outside of the span is worth a word, too. */
    follow(view) {
      const wanted = String(filters(view));
      if (wanted === asked) return;
      asked = wanted;
      line?.stop();
      fresh.clear();
      line = follow(wanted, { heard, state });
    },
  };
}

/** Says above the drawing what is wrong, and what can be done. */
export function showNotice(kind, words, action, act) {
  const notice = find('notice');
  // That the line is lost is why nothing can be loaded; said twice, a screen reader would read it twice.
  if (notice.dataset.kind === 'line') return;
  notice.dataset.kind = kind;
  notice.hidden = false;
  find('notice-told').textContent = words;
  find('notice-act').textContent = action;
  find('notice-act').onclick = act;
}

export function hideNotice() {
  find('notice').hidden = true;
  find('notice').dataset.kind = '';
}
