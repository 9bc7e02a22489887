// The ticks of the axis and their labels.

import { DAY, HOUR, MINUTE, YEAR, at, clock, format, year } from './time.js';

const MONTH = YEAR / 12;
/** The possible distances between ticks: how long they are, and how to compute the ticks. */
const STEPS = [
  ...[5, 15, 30].map((count) => even(count * MINUTE)),
  ...[1, 3, 6, 12].map((count) => even(count * HOUR)),
  even(DAY),
  { length: 7 * DAY, ticks: weeks },
  ...[1, 3, 6].map((count) => ({ length: count * MONTH, ticks: months(count) })),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map((count) => ({
    length: count * YEAR,
    ticks: months(count * 12),
  })),
];

/** The ticks between two times, at least `room` pixels apart. */
export function ticks(from, to, width, room) {
  const least = ((to - from) * room) / width;
  const step = STEPS.find(({ length }) => length >= least) ?? STEPS.at(-1);
  return step.ticks(from, to).map((time) => ({ time, ...tickLabel(time, step.length) }));
}

function even(length) {
  return { length, ticks: (from, to) => row(Math.ceil(from / length) * length, to, (time) => time + length) };
}

function weeks(from, to) {
  const monday = at(1970, 0, 5);
  return row(monday + Math.ceil((from - monday) / (7 * DAY)) * 7 * DAY, to, (time) => time + 7 * DAY);
}

function months(count) {
  return (from, to) => {
    const start = new Date(from);
    const first = start.getUTCFullYear() * 12 + start.getUTCMonth();
    const begin = (index) => at(Math.floor(index / 12), ((index % 12) + 12) % 12);
    let index = Math.floor(first / count) * count;
    if (begin(index) < from) index += count;
    return row(begin(index), to, () => begin((index += count)));
  };
}

function row(first, to, next) {
  const times = [];
  for (let time = first; time <= to && times.length < 500; time = next(time)) times.push(time);
  return times;
}

/** The label of a tick. One that starts a larger unit names that unit, and is emphasised. */
function tickLabel(time, length) {
  const date = new Date(time);
  if (length >= YEAR) return { label: year(time), strong: date.getUTCFullYear() % 100 === 0 };
  if (date.getUTCMonth() === 0 && date.getUTCDate() === 1 && time % DAY === 0) return { label: year(time), strong: true };
  if (length >= MONTH) return { label: format(time, { month: 'short' }), strong: false };
  if (length >= DAY) {
    const isFirst = date.getUTCDate() <= length / DAY;
    return { label: format(time, { day: 'numeric', month: 'short' }), strong: isFirst };
  }
  if (time % DAY === 0) return { label: format(time, { day: 'numeric', month: 'short' }), strong: true };
  return { label: clock(time), strong: false };
}
