// Asks the server. A token, where one is needed, is asked for once and kept for as long as the tab is open.

const KEY = 'dateline-token';
let asking = null;

/** What went wrong, in words for the reader. */
export class Problem extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/** Fetches with the token; asks for it and tries again where it is missing. */
export async function request(path, { signal, headers = {} } = {}) {
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    const all = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
    let response;
    try {
      response = await fetch(path, { signal, headers: all });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Problem('The server does not answer.');
    }
    if (response.ok) return response;
    if (response.status !== 401) throw new Problem(await detail(response), response.status);
    if (sessionStorage.getItem(KEY) === token) await (asking ??= ask(token !== null).finally(() => (asking = null)));
  }
}

/** Fetches an answer. */
export async function json(path, parameters = new URLSearchParams(), signal = undefined) {
  const query = String(parameters);
  const response = await request(query ? `${path}?${query}` : path, { signal });
  return response.json();
}

async function detail(response) {
  const fallback = `The server answers with ${response.status}.`;
  try {
    return (await response.json()).detail ?? fallback;
  } catch {
    return fallback;
  }
}

function ask(isWrong) {
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
