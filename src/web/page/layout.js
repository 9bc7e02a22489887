// Lays events out in the rows of a lane: the weightiest first, each at its time, in a row where it fits.

const GAP = 6;
/** The narrowest mark, in pixels. */
const MARK = 7;
/** The approximate width of a letter. */
const LETTER = 6.7;
const LONGEST_LABEL = 270;
const SHORTEST_LABEL = 48;
/** How much of a label is kept where there are many events. */
const CROWDED_LABEL = 160;
const CROWDED_CHIP = 230;
/** A label starts within its mark if that is at least so long, and may go on behind it; otherwise it stands beside it. */
const INSIDE = 40;
/** How long a mark must be for a label that has to end with it. */
const SQUEEZED = 78;
/** With less room than this, a label is better placed on the other side of its mark. */
const TIGHT = 130;
/** The narrowest heap, in pixels. */
const HEAP = 56;

/**
 * Places events in at most `rows` rows; those before it in the list go first.
 * `place(event)` returns its ends in pixels, `label(event)` its text. With `isBehind`, an event is a chip somewhere within
 * its time instead of a band over all of it, so that many share a row.
 */
export function lay(events, { width, rows, place, label, isBehind }) {
  const visible = events.map((event) => ({ event, ends: place(event), full: label(event).length * LETTER + 30 }));
  const seen = visible.filter(({ ends: [left, right] }) => right > 0 && left < width);
  const isCrowded = seen.length * LONGEST_LABEL > rows * width;
  const taken = Array.from({ length: rows }, () => []);
  const placed = [];
  // What finds no row with its label may still find a gap without all of it.
  for (const isSqueezed of [false, true]) {
    for (const item of seen) {
      if (item.isPlaced) continue;
      const { event, ends, full } = item;
      const isWhole = ends[0] <= 0 && ends[1] >= width;
      const isChip = isBehind || isWhole;
      const wanted = Math.min(full, !isCrowded ? LONGEST_LABEL : isChip ? CROWDED_CHIP : CROWDED_LABEL);
      const spot = isChip ? chip(ends, wanted, { width, taken }) : band(ends, wanted, { width, taken, isSqueezed });
      if (!spot) continue;
      item.isPlaced = true;
      placed.push({ event, ...spot, full, isCut: ends[0] < 0 });
    }
  }
  for (const spot of placed) stretchLabel(spot, taken, width);
  return { placed, rows: taken.filter((row) => row.length > 0).length };
}

/** The first free place for a chip within its time. */
function chip([left, right], wanted, { width, taken }) {
  const [first, last] = [Math.max(left, 0), Math.min(right, width)];
  const needs = Math.min(wanted + 8, last - first);
  if (needs < Math.min(wanted, SHORTEST_LABEL)) return null;
  for (const [row, spans] of taken.entries()) {
    let start = first;
    for (const span of spans) if (start + needs + GAP > span.from && start < span.to + GAP) start = span.to + GAP;
    if (start + needs > last) continue;
    claim(spans, start, start + needs);
    return { row, left: start, width: needs, isWithin: true, isBefore: false, isChip: true, room: needs };
  }
  return null;
}

/** A row for a band with its label: from within it where it is long enough, or else beside it; on the left near the right
 * edge. */
function band([left, right], wanted, { width, taken, isSqueezed }) {
  const start = Math.max(left, 0);
  const stop = Math.max(Math.min(right, width), start + MARK);
  const isWithin = stop - start >= INSIDE;
  if (isSqueezed && stop - start < SQUEEZED) return null;
  const beside = Math.min(wanted, width - stop);
  const isTight = !isWithin && beside < Math.min(wanted, TIGHT) && start >= wanted;
  const within = isSqueezed ? stop : Math.max(stop, Math.min(start + wanted, width));
  const spans = isWithin ? [[start, within, false]] : [...(isTight ? [[start - wanted, stop, true]] : []), [start, stop + beside, false]];
  for (const [from, to, isBefore] of spans) {
    const row = taken.findIndex((others) => others.every((other) => to + GAP <= other.from || other.to + GAP <= from));
    if (row < 0) continue;
    const claimed = claim(taken[row], from, to);
    const room = isWithin ? to - start : isBefore ? wanted : beside < SHORTEST_LABEL ? 0 : beside;
    return { row, left: start, width: stop - start, isWithin, isBefore, isChip: false, room, claimed };
  }
  return null;
}

/** Takes a part of a row, which stays in order. */
function claim(spans, from, to) {
  const claimed = { from, to };
  spans.push(claimed);
  spans.sort((one, other) => one.from - other.from);
  return claimed;
}

/** Gives a label what is free behind it. */
function stretchLabel(spot, taken, width) {
  if (!spot.claimed || spot.isBefore || spot.room === 0) return;
  const following = taken[spot.row].find(({ from }) => from > spot.claimed.from)?.from ?? width + GAP;
  const missing = spot.full - spot.room;
  const gained = Math.min(Math.max(following - GAP - spot.claimed.to, 0), Math.max(missing, 0));
  spot.claimed.to += gained;
  spot.room += gained;
}

/**
 * Groups the buckets of a lane into heaps wide enough to be clicked: how many of their events are not drawn.
 * None begins where it would be cut off by the end of the lane. A bucket has its ends in time (`from`, `to`) and in pixels
 * (`left`, `right`), and when it begins in UTC (`since`); `starts` is when the drawn events begin in UTC.
 */
export function heaps(buckets, starts, width) {
  const found = [];
  for (const bucket of buckets) {
    const isFull = bucket.left >= (found.at(-1)?.left ?? -Infinity) + HEAP && bucket.left + HEAP <= width;
    if (isFull || found.length === 0) found.push({ ...bucket });
    else Object.assign(found.at(-1), { right: bucket.right, to: bucket.to, count: found.at(-1).count + bucket.count });
  }
  for (const start of starts) {
    const own = found.findLast(({ since }) => since <= start) ?? found[0];
    if (own) own.count -= 1;
  }
  return found.filter(({ count }) => count > 0).map((heap) => ({ ...heap, width: Math.max(heap.right - heap.left, HEAP) - 4 }));
}
