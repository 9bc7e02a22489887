// Gestures on the chart: drag, wheel, pinch and keys pan and zoom; a press without movement remains a click.

import { fitted } from './address.js';

/** How far a pointer may move during a click, in pixels. */
const STILL = 4;

/**
 * `view()` returns the view, `move(from, to)` changes its range, `key(name)` handles all other keys.
 */
export function listen(plot, { view, move, key }) {
  const pointers = new Map();
  let begin = null;
  let isMoving = false;

  const share = (x) => {
    const { left, width } = plot.getBoundingClientRect();
    return (x - left) / width;
  };
  const zoom = (factor, where = 0.5) => {
    const { from, to } = view();
    const fixed = from + (to - from) * where;
    move(fixed - (fixed - from) * factor, fixed + (to - fixed) * factor);
  };
  const shift = (part) => {
    const { from, to } = view();
    // At the ends of time it stops instead of zooming.
    const next = fitted(from + (to - from) * part, to + (to - from) * part);
    move(next.from, next.to);
  };

  /** The position of the pointers: their middle, and how far apart they are. */
  const pinch = () => {
    const places = [...pointers.values()].map(share);
    const [low, high] = [Math.min(...places), Math.max(...places)];
    return { middle: (low + high) / 2, apart: high - low };
  };
  const start = () => (begin = pointers.size ? { ...view(), ...pinch() } : null);

  plot.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event.clientX);
    isMoving = false;
    start();
  });
  plot.addEventListener('pointermove', (event) => {
    if (!begin || !pointers.has(event.pointerId)) return;
    const moved = Math.abs(event.clientX - pointers.get(event.pointerId));
    if (!isMoving && pointers.size === 1 && moved < STILL) return;
    if (!isMoving) plot.setPointerCapture(event.pointerId);
    isMoving = true;
    plot.classList.add('moving');
    pointers.set(event.pointerId, event.clientX);
    const { middle, apart } = pinch();
    const factor = begin.apart > 0.01 && apart > 0.01 ? begin.apart / apart : 1;
    const span = (begin.to - begin.from) * factor;
    const fixed = begin.from + (begin.to - begin.from) * begin.middle;
    move(fixed - span * middle, fixed + span * (1 - middle));
  });
  const end = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    plot.classList.remove('moving');
    start();
  };
  plot.addEventListener('pointerup', end);
  plot.addEventListener('pointercancel', end);
  plot.addEventListener('pointerleave', (event) => isMoving || end(event));
  // The end of a drag must not count as a click on the element below.
  plot.addEventListener(
    'click',
    (event) => {
      if (isMoving) event.stopPropagation();
      isMoving = false;
    },
    true,
  );
  plot.addEventListener('dblclick', (event) => zoom(0.5, share(event.clientX)));

  plot.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const pixels = (isSideways ? event.deltaX || event.deltaY : event.deltaY) * (event.deltaMode ? 16 : 1);
      if (isSideways) shift(pixels / plot.clientWidth);
      else zoom(Math.exp(Math.max(-300, Math.min(300, pixels)) * (event.ctrlKey ? 0.01 : 0.002)), share(event.clientX));
    },
    { passive: false },
  );

  const keys = {
    ArrowLeft: () => shift(-0.15),
    ArrowRight: () => shift(0.15),
    PageUp: () => shift(-0.9),
    PageDown: () => shift(0.9),
    '+': () => zoom(0.6),
    '=': () => zoom(0.6),
    '-': () => zoom(1 / 0.6),
  };
  plot.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key] ?? (key(event.key) && (() => {}));
    if (!act) return;
    event.preventDefault();
    act();
  });
  return { zoom, shift };
}
