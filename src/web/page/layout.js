// Lays events out in the rows of a lane: each where it is in time, beside what fits, and heaps of what does not.

const GAP = 6;
/** The narrowest that a mark may be, and how wide a heap is. */
const MARK = 7;
export const HEAP = 56;
/** About how wide a letter is. */
const LETTER = 6.7;
const LONGEST_LABEL = 230;
const SHORTEST_LABEL = 48;
/** Where a label has less room than this, it stands better on the other side of its mark. */
const TIGHT = 130;

/**
 * Places events, earliest first, in at most so many rows.
 * `place(event)` gives where its ends are in pixels, `label(event)` what it says.
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
    // A long band has its label within, a short one beside: at the right edge on its left.
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

/** Puts what stands close together on one heap. */
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
