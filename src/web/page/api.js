// Sends requests to the server. If it requires a token, the reader is asked once, and the token is kept while the tab
// is open.

import { readOnlyLink } from './address.js';

const KEY = 'dateline-token';
let prompt = null;

/** An error with a message for the reader. */
export class Problem extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Fetches with the token; if it is missing or wrong, asks for it and tries again. */
export async function request(path, { signal, headers = {} } = {}) {
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    const all = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
    let response;
    try {
      response = await fetch(linked(path), { signal, headers: all });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Problem('The server does not respond.');
    }
    if (response.ok) return response;
    if (response.status !== 401) throw new Problem(await detail(response), response.status);
    if (sessionStorage.getItem(KEY) === token) await (prompt ??= promptForToken(token !== null).finally(() => (prompt = null)));
  }
}

/** A path with a read-only link, which takes the place of a token: that of the page, unless another is given. */
export function linked(path, link = readOnlyLink) {
  return link ? `${path}${path.includes('?') ? '&' : '?'}link=${encodeURIComponent(link)}` : path;
}

/** Whether requests need a token, which links cannot send. */
export const hasToken = () => sessionStorage.getItem(KEY) !== null && !readOnlyLink;

/** Fetches JSON. */
export async function json(path, parameters = new URLSearchParams(), signal = undefined) {
  const query = String(parameters);
  const response = await request(query ? `${path}?${query}` : path, { signal });
  return response.json();
}

async function detail(response) {
  const fallback = `The server responded with ${response.status}.`;
  try {
    return (await response.json()).detail ?? fallback;
  } catch {
    return fallback;
  }
}

function promptForToken(isWrong) {
  const dialog = document.getElementById('token');
  document.getElementById('token-wrong').hidden = !isWrong;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      'close',
      () => {
        sessionStorage.setItem(KEY, document.getElementById('token-text').value.trim());
        resolve();
      },
      { once: true },
    );
  });
}
