// Lays events out in the rows of a lane: each at its time, in a row where it fits; the rest is grouped into heaps.

const GAP = 6;
/** The narrowest mark, and the width of a heap, in pixels. */
const MARK = 7;
export const HEAP = 56;
/** The approximate width of a letter. */
const LETTER = 6.7;
const LONGEST_LABEL = 230;
const SHORTEST_LABEL = 48;
/** With less room than this, a label is better placed on the other side of its mark. */
const TIGHT = 130;

/**
 * Places events, earliest first, in at most `rows` rows.
 * `place(event)` returns its ends in pixels, `label(event)` its text.
 */
export function lay(events, { width, rows, place, label }) {
  const ends = [];
  const placed = [];
  const heaped = [];
  for (const event of events) {
    const [left, right] = place(event);
    if (right <= 0 || left >= width) continue;
    const start = Math.max(left, 0);
    const stop = Math.max(Math.min(right, width), start + MARK);
    const wanted = Math.min(label(event).length * LETTER + 24, LONGEST_LABEL);
    // A long band has its label inside, a short one beside it: on the left if it is near the right edge.
    const isWithin = stop - start >= Math.min(wanted, 110);
    const needs = isWithin ? stop : stop + wanted;
    const beside = Math.min(wanted, width - stop);
    const isTight = !isWithin && beside < Math.min(wanted, TIGHT) && start >= wanted;
    const free = (from) => ends.findIndex((end) => end + GAP <= from);
    const before = isTight ? free(start - wanted) : -1;
    const after = before >= 0 ? before : free(start);
    const row = after >= 0 ? after : ends.length;
    if (row >= rows) {
      heaped.push({ at: start, count: 1 });
      continue;
    }
    const isBefore = isTight && (before >= 0 || row === ends.length);
    ends[row] = isBefore ? stop : needs;
    const room = isWithin ? stop - start : isBefore ? wanted : beside < SHORTEST_LABEL ? 0 : beside;
    placed.push({ event, row, left: start, width: stop - start, isWithin, isBefore, room, isCut: left < 0 });
  }
  return { placed, heaped, rows: ends.length };
}

/** Groups points that are close together into heaps. */
export function heap(points, width) {
  const heaps = new Map();
  const slots = Math.max(Math.floor(width / HEAP), 1);
  for (const { at, count } of points) {
    const slot = Math.min(Math.floor((at / width) * slots), slots - 1);
    const found = heaps.get(slot) ?? { left: (slot * width) / slots, count: 0 };
    found.count += count;
    heaps.set(slot, found);
  }
  return [...heaps.values()];
}
