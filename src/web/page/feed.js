// Follows what happens to the timeline: server-sent events read by hand, since `EventSource` cannot send a token.
// After a break it goes on from the last number that it saw.

import { request } from './api.js';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** The server says something every 15 seconds; a line that is silent for longer is dead. */
const PATIENCE = 40_000;

/**
 * Follows the feed of some filters until it is told to stop.
 * `heard(kind, data)` gets each event, `state(isConnected, wait)` how it goes.
 */
export function follow(filters, { heard, state }) {
  let [last, wait, stopped, paused, wake] = [null, FIRST_WAIT, false, false, () => {}];
  let line = new AbortController();

  async function listen() {
    const headers = last === null ? {} : { 'Last-Event-ID': last };
    const response = await request(`/api/feed?${filters}`, { headers, signal: line.signal });
    state(true);
    wait = FIRST_WAIT;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = events(({ kind, data, id }) => {
      if (id) last = id;
      if (data) heard(kind, JSON.parse(data));
    });
    for (;;) {
      const watch = setTimeout(() => line.abort(), PATIENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(watch));
      if (done) return;
      take(value);
    }
  }

  async function run() {
    while (!stopped) {
      line = new AbortController();
      try {
        await listen();
      } catch {
        // Whatever it was: it is tried again, and told.
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
    /** Tries at once instead of waiting. */
    now: () => wake(),
    /** Lets go of the line while nobody looks: a browser has six of them to a server, for all its tabs. */
    pause: () => {
      paused = true;
      line.abort();
    },
    resume: () => {
      paused = false;
      wait = FIRST_WAIT;
      wake();
    },
    stop: () => {
      stopped = true;
      line.abort();
      wake();
    },
  };
}

/** Puts events together from pieces of text. */
export function events(told) {
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
      told(event);
    }
  };
}
