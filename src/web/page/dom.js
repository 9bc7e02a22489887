// Builds elements. Strings become text nodes and nothing else: records are never parsed as HTML.

/** Creates an element: attributes by name, `on…` as listeners, `null` and `false` left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Creates an SVG element. */
export function draw(tag, attributes = {}) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
}

export const find = (id) => document.getElementById(id);

/** Shows or hides an element; the focus must not be lost with one that is hidden. */
export function reveal(element, isShown, fallback) {
  const hadFocus = !isShown && element.contains(document.activeElement);
  element.hidden = !isShown;
  if (hadFocus) fallback.focus({ preventScroll: true });
}

/** Replaces the children of an element; if the focus was within, it goes to what `next()` returns. */
export function replace(element, children, next) {
  const hadFocus = element.contains(document.activeElement);
  element.replaceChildren(...children);
  if (hadFocus) next()?.focus({ preventScroll: true });
}

/** A web URL, or nothing: a record must not inject a script as a link. */
export function link(address) {
  try {
    const url = new URL(address);
    return ['http:', 'https:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Debounces a function: calls it once no call came for `wait` milliseconds. */
export function debounced(wait, call) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), wait);
  };
}

/** "1 event", "12,000 events". */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** Updates the children of an element without detaching the one that has the focus, which would lose it. */
export function reconcile(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child.contains(document.activeElement)) {
      while (at !== child) {
        const following = at.nextElementSibling;
        parent.append(at);
        at = following;
      }
    }
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
}
