// What arrives while the page is open: follows the feed, marks new events, and shows the state of the connection.

import { filters } from './address.js';
import { json } from './api.js';
import { counted, find, reveal } from './dom.js';
import { follow } from './feed.js';

/** How long changes are collected before they are shown: a busy wire must not redraw the page a hundred times a second. */
const REFRESH_DELAY = 400;
/** The most events that are marked as new. */
const MAX_FRESH = 500;
/** How often the status of the server is checked: while it is well, and while it is not. */
const CHECK_INTERVAL = 30_000;
const RETRY_INTERVAL = 3_000;

/** `refresh()` reloads the view; `retracted(id)` is called for a retracted event, `changed(id)` for one that changed. */
export function live({ refresh, retracted, changed }) {
  const fresh = new Map();
  let [connection, followed, timer, isDue, unannounced] = [null, null, null, false, 0];
  let [isConnected, wait] = [null, 0];
  let [server, watch] = [null, null];

  function received(kind, data) {
    if (kind === 'insert') {
      fresh.set(data.id, data);
      if (fresh.size > MAX_FRESH) fresh.delete(fresh.keys().next().value);
      unannounced += 1;
    } else if (kind === 'retract') {
      fresh.delete(data.id);
      retracted(data.id);
    } else if (kind === 'change') changed(data.id);
    isDue = true;
    timer ??= setTimeout(show, REFRESH_DELAY);
  }

  async function show() {
    isDue = false;
    if (unannounced) find('announcement').textContent = `${counted(unannounced, 'new event')} arrived`;
    unannounced = 0;
    await refresh();
    checkStatus();
    // Only after the last refresh is drawn: otherwise constant changes would abort every refresh.
    timer = isDue ? setTimeout(show, REFRESH_DELAY) : null;
  }

  async function checkStatus() {
    try {
      server = await json('/api/status');
    } catch {
      server = null;
    }
    showState();
    clearTimeout(watch);
    // A hidden tab checks again when it becomes visible.
    watch = setTimeout(() => document.hidden || checkStatus(), server?.connected && !server.lag ? CHECK_INTERVAL : RETRY_INTERVAL);
  }

  /** How much of the topics is read, in percent. */
  function share({ lag = 0, records = 1 }) {
    return Math.max(0, Math.floor(100 * (1 - lag / Math.max(records, lag))));
  }

  function showState() {
    const states = [
      [isConnected === null, 'waiting', 'Connecting…'],
      [!isConnected, 'lost', `Not connected; retrying in ${Math.round(wait / 1000) || 1} s`],
      [server && !server.connected, 'lost', 'The server is not connected to its brokers'],
      [server && !server.writable, 'lost', 'Read-only: the server cannot store what is new'],
      [server?.building && server.lag > 0, 'waiting', `Building the timeline: ${share(server ?? {})} % of the records are read`],
      [server?.lag > 0, 'waiting', `Catching up: ${counted(server?.lag ?? 0, 'record')} to read`],
      [true, 'live', server ? `Live · ${counted(server.events, 'event')}, ${counted(server.articles, 'article')}` : 'Live'],
    ];
    const [, name, words] = states.find(([holds]) => holds);
    find('state').dataset.state = name;
    find('state-text').textContent = words;
    document.body.classList.toggle('disconnected', isConnected === false);
    notice(isConnected === false);
  }

  function notice(isLost) {
    if (!isLost && find('notice').dataset.kind === 'connection') hideNotice();
    if (isLost) showNotice('connection', 'The connection to the server was lost. What you see may be out of date; the page reconnects by itself.', 'Try now', () => connection.now());
  }

  function state(isUp, next = 0) {
    const wasLost = isConnected === false;
    [isConnected, wait] = [isUp, next];
    showState();
    if (!isUp) return;
    checkStatus();
    if (wasLost) {
      find('announcement').textContent = 'Connected again';
      refresh();
    }
  }

  document.addEventListener('visibilitychange', () => (document.hidden ? connection?.pause() : connection?.resume()));
  return {
    fresh,
    /** Follows the feed for the filters of the view, at any time: new events outside the visible range are announced too. */
    follow(view) {
      const wanted = String(filters(view));
      if (wanted === followed) return;
      followed = wanted;
      connection?.stop();
      fresh.clear();
      connection = follow(wanted, { received, state });
    },
  };
}

/** Shows above the chart what is wrong, and what can be done. */
export function showNotice(kind, words, action, act) {
  const notice = find('notice');
  // A lost connection is also why nothing can be loaded; a second notice would be read out twice.
  if (notice.dataset.kind === 'connection') return;
  notice.dataset.kind = kind;
  notice.hidden = false;
  find('notice-text').textContent = words;
  find('notice-act').textContent = action;
  find('notice-act').onclick = act;
}

export function hideNotice() {
  reveal(find('notice'), false, find('plot'));
  find('notice').dataset.kind = '';
}
