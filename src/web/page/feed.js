// Follows the live feed: server-sent events, parsed here because `EventSource` cannot send a token. After a disconnect
// it resumes from the last id.

import { request } from './api.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** The server sends a heartbeat every 15 seconds; a connection that is silent for longer is dead. */
const PATIENCE = 40_000;

/**
 * Follows the feed for some filters until it is stopped.
 * `received(kind, data)` is called with each event, `state(isConnected, wait)` when the connection changes.
 */
export function follow(filters, { received, state }) {
  let [last, wait, stopped, paused, wake] = [null, FIRST_WAIT, false, false, () => {}];
  let connection = new AbortController();

  async function listen() {
    const headers = last === null ? {} : { 'Last-Event-ID': last };
    const response = await request(`/api/feed?${filters}`, { headers, signal: connection.signal });
    state(true);
    wait = FIRST_WAIT;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = events(({ kind, data, id }) => {
      if (id) last = id;
      if (data) received(kind, JSON.parse(data));
    });
    for (;;) {
      const watch = setTimeout(() => connection.abort(), PATIENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(watch));
      if (done) return;
      take(value);
    }
  }

  async function run() {
    while (!stopped) {
      connection = new AbortController();
      try {
        await listen();
      } catch {
        // Whatever the error was: it is reported below, and the connection is retried.
      }
      if (stopped) return;
      if (!paused) state(false, wait);
      await new Promise((resolve) => {
        wake = resolve;
        if (!paused) setTimeout(resolve, wait);
      });
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  run();
  return {
    /** Retries at once instead of waiting. */
    now: () => wake(),
    /** Disconnects while the tab is hidden: a browser has six connections to a server, for all its tabs. */
    pause: () => {
      paused = true;
      connection.abort();
    },
    resume: () => {
      paused = false;
      wait = FIRST_WAIT;
      wake();
    },
    stop: () => {
      stopped = true;
      connection.abort();
      wake();
    },
  };
}

/** Assembles events from chunks of text. */
export function events(dispatch) {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { kind: 'message', data: '', id: '' };
      for (const line of block.split('\n')) {
        const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === 'event') event.kind = value;
        else if (field === 'data') event.data += value;
        else if (field === 'id') event.id = value;
      }
      dispatch(event);
    }
  };
}
