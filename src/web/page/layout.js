// Lays events out in the rows of a lane: each where it is in time, beside what fits, and heaps of what does not.

const GAP = 6;
/** The narrowest that a mark may be, and how wide a heap is. */
const MARK = 7;
export const HEAP = 56;
/** About how wide a letter is. */
const LETTER = 6.7;
const LONGEST_LABEL = 230;
const SHORTEST_LABEL = 48;

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
    // A long band has its label within, a short one beside.
    const isWithin = stop - start >= Math.min(wanted, 110);
    const needs = isWithin ? stop : stop + wanted;
    const free = ends.findIndex((end) => end + GAP <= start);
    const row = free >= 0 ? free : ends.length;
    if (row >= rows) {
      heaped.push({ event, at: start });
      continue;
    }
    ends[row] = needs;
    const beside = Math.min(wanted, width - stop);
    const room = isWithin ? stop - start : beside < SHORTEST_LABEL ? 0 : beside;
    placed.push({ event, row, left: start, width: stop - start, isWithin, room, isCut: left < 0 });
  }
  const heaps = heap(heaped.map(({ at, event }) => ({ at, count: 1, event })), width);
  return { placed, heaps, rows: ends.length };
}

/** Puts what stands close together on one heap. */
export function heap(points, width) {
  const heaps = new Map();
  for (const { at, count, event } of points) {
    const slot = Math.min(Math.floor(at / HEAP), Math.max(Math.ceil(width / HEAP) - 1, 0));
    const found = heaps.get(slot) ?? { left: Math.min(slot * HEAP, width - HEAP), count: 0, events: [] };
    found.count += count;
    if (event) found.events.push(event);
    heaps.set(slot, found);
  }
  return [...heaps.values()];
}
