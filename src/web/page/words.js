// Says in words what a record means: when it was, how that was found out, how sure it is.

import { DAY, YEAR, at, clock, day, days, format, month, parse, year } from './time.js';

export const STATUSES = {
  happened: 'happened',
  ongoing: 'goes on',
  planned: 'planned',
  possible: 'possible',
  denied: 'denied',
};

/** The granularities that share a lane, coarse to fine, and how long these are at least. */
export const LANES = [
  { title: 'Centuries and decades', grains: ['century', 'decade'], length: 10 * YEAR },
  { title: 'Years', grains: ['year', 'half'], length: YEAR / 2 },
  { title: 'Seasons and quarters', grains: ['season', 'quarter'], length: YEAR / 4 },
  { title: 'Months', grains: ['month'], length: YEAR / 12 },
  { title: 'Weeks', grains: ['week', 'weekend'], length: 2 * DAY },
  { title: 'Days', grains: ['day'], length: DAY },
  { title: 'Hours', grains: ['part-of-day', 'hour', 'minute', 'second'], length: 0 },
];
const lengthOf = (event) => LANES.find(({ grains }) => grains.includes(event.date.granularity))?.length ?? 0;

/** Where an event stands; an open end is `null`. */
export function span(event, zone) {
  return { start: parse(event.date.start, zone), end: parse(event.date.end, zone) };
}

/** When an event was: "April 2019", "8 May 2026 – 12 May 2026", "since 1974". */
export function when(event, zone) {
  const { start, end } = span(event, zone);
  const grain = event.date.granularity;
  if (start === null && end === null) return `“${event.date.text}”`;
  const isLong = ['century', 'decade', 'half'].includes(grain);
  if (start === null) return `until ${isLong ? 'the ' : ''}${unit(end - 1, grain)}`;
  const first = unit(start, grain);
  if (end === null) return `since ${isLong ? 'the ' : ''}${first}`;
  if (grain === 'part-of-day') return `${day(start)}, ${clock(start)} – ${clock(end)}`;
  const last = unit(end - 1, grain);
  if (first === last || LANES.at(-1).grains.includes(grain)) return first;
  return ['week', 'weekend', 'day'].includes(grain) ? days(start, end) : `${first} – ${last}`;
}

/** The unit around a time. */
function unit(time, grain) {
  const date = new Date(time);
  const number = date.getUTCFullYear();
  switch (grain) {
    case 'century':
      return century(number);
    case 'decade':
      return number > 0 ? `${Math.floor(number / 10) * 10}s` : year(time);
    case 'year':
      return year(time);
    case 'half':
      return `${date.getUTCMonth() < 6 ? 'first' : 'second'} half of ${year(time)}`;
    case 'quarter':
      return `quarter ${Math.floor(date.getUTCMonth() / 3) + 1} of ${year(time)}`;
    case 'season':
    case 'month':
      return month(time);
    case 'week':
      return `week of ${day(time)}`;
    case 'weekend':
    case 'day':
      return day(time);
    default:
      return `${day(time)}, ${clock(time)}`;
  }
}

function century(number) {
  const count = number > 0 ? Math.ceil(number / 100) : Math.ceil((1 - number) / 100);
  const last = count % 100;
  const ending = last > 10 && last < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending} century${number > 0 ? '' : ' BC'}`;
}

/** How the date was found out: “last month”, told on 3 May 2019, is April 2019. */
export function resolved(event, zone) {
  const { text, basis, reference, edtf } = event.date;
  const quoted = `“${text}”`;
  const is = ` is ${when(event, zone).replace(/^(until|since) /, '')}.`;
  const from = counted(reference);
  if (basis === 'relative' && from) return `${quoted}, told on ${from},${is}`;
  // Where the story itself stands on the date that came out, counting from it would say nothing.
  if (basis === 'narrative' && from && reference !== edtf) return `${quoted}, counted from ${from} in the story,${is}`;
  if (basis === 'narrative') return `${quoted}, counted from where the story stands,${is}`;
  if (basis === 'publication') return `The sentence has no date of its own: it was published on ${published(event, zone)}.`;
  return `${quoted} names the date itself:${is}`;
}

/** The year, month or day that a date was counted from; nothing for what has no such words. */
function counted(reference) {
  const [, years, months, days] = /^(-?\d{4})(?:-(0\d|1[0-2]))?(?:-(\d\d))?$/.exec(reference ?? '') ?? [];
  return years && unit(at(Number(years), (months ?? 1) - 1, days ?? 1), days ? 'day' : months ? 'month' : 'year');
}

/** When its article came out. */
export function published(event, zone) {
  const time = parse(event.article.published_at, zone);
  return time === null ? event.article.published_at : `${day(time)}, ${clock(time)}`;
}

export function confidence(event) {
  const percent = Math.round(event.confidence * 100);
  return `${percent} of 100 — ${percent >= 85 ? 'sure' : percent >= 60 ? 'fairly sure' : 'doubtful'}`;
}

/** The heading under which an event stands in the list of a view. A year is no 1 January: what is longer than what
 * the headings tell apart stands under its own name. */
export function heading(event, { from, to, zone }) {
  const { start } = span(event, zone);
  if (start === null) return 'Until then';
  if (start < from) return 'Under way before';
  const [grain, length] = to - from > 30 * YEAR ? ['decade', 10 * YEAR] : to - from > 3 * YEAR ? ['year', YEAR] : to - from > 90 * DAY ? ['month', 31 * DAY] : ['day', DAY];
  if (lengthOf(event) > length) return unit(start, event.date.granularity);
  return grain === 'day' ? `${format(start, { weekday: 'long' })}, ${day(start)}` : unit(start, grain);
}

/** Past, present or future, as the reader's clock has it. */
export function tense(event, now, zone) {
  const { start, end } = span(event, zone);
  if (start !== null && start > now) return 'future';
  return end !== null && end <= now ? 'past' : 'present';
}

