// Describes a record in words: when it was, how that was resolved, how certain it is.

import { DAY, YEAR, at, clock, day, days, format, month, parse, year } from './time.js';

export const STATUSES = {
  happened: 'happened',
  ongoing: 'ongoing',
  planned: 'planned',
  possible: 'possible',
  denied: 'denied',
};

/** The granularities that share a lane, from coarse to fine, and their shortest length; and what has an open end, which is
 * known to one unit and has a lane of its own. */
export const LANES = [
  { name: 'open', title: 'Open-ended', granularities: [], length: 0, open: true },
  ...[
    { title: 'Centuries and decades', granularities: ['century', 'decade'], length: 10 * YEAR },
    { title: 'Years', granularities: ['year', 'half'], length: YEAR / 2 },
    { title: 'Seasons and quarters', granularities: ['season', 'quarter'], length: YEAR / 4 },
    { title: 'Months', granularities: ['month'], length: YEAR / 12 },
    { title: 'Weeks', granularities: ['week', 'weekend'], length: 2 * DAY },
    { title: 'Days', granularities: ['day'], length: DAY },
    { title: 'Hours', granularities: ['part-of-day', 'hour', 'minute', 'second'], length: 0 },
  ].map((lane) => ({ ...lane, name: lane.granularities[0], open: false })),
];

/** Whether the events of a lane are longer than the visible range: they are behind all of it. */
export const isBehind = (lane, { from, to }) => lane.length > to - from;

const laneOf = (event) => LANES.find(({ granularities }) => granularities.includes(event.date.granularity));
const lengthOf = (event) => laneOf(event)?.length ?? 0;

/** What an event, or a happening, is known by while its members come and go. */
export const keyOf = ({ id, entry }) => entry?.id ?? id;

/** The start and end of an event; an open end is `null`. */
export function span(event, zone) {
  return { start: parse(event.date.start, zone), end: parse(event.date.end, zone) };
}

/** When an event begins, in UTC; of one with an open start, its known unit. */
export function begin(event) {
  const { start, end } = span(event, 'utc');
  if (start !== null || end === null) return start;
  const last = new Date(end - 1);
  const [year, month] = [last.getUTCFullYear(), last.getUTCMonth()];
  const firsts = { century: at(Math.floor(year / 100) * 100), decade: at(Math.floor(year / 10) * 10), year: at(year), half: at(year, month - (month % 6)), quarter: at(year, month - (month % 3)), month: at(year, month), week: end - 7 * DAY, weekend: end - 2 * DAY, day: end - DAY };
  return firsts[event.date.granularity] ?? end - 1;
}

/** The date of an event: "April 2019", "8 May 2026 – 12 May 2026", "since 1974". */
export function when(event, zone) {
  const { start, end } = span(event, zone);
  const granularity = event.date.granularity;
  if (start === null && end === null) return `“${event.date.text}”`;
  const isLong = ['century', 'decade', 'half'].includes(granularity);
  if (start === null) return `until ${isLong ? 'the ' : ''}${unit(end - 1, granularity)}`;
  const first = unit(start, granularity);
  if (end === null) return `since ${isLong ? 'the ' : ''}${first}`;
  if (granularity === 'part-of-day') return `${day(start)}, ${clock(start)} – ${clock(end)}`;
  const last = unit(end - 1, granularity);
  if (first === last || LANES.at(-1).granularities.includes(granularity)) return first;
  return ['week', 'weekend', 'day'].includes(granularity) ? days(start, end) : `${first} – ${last}`;
}

/** The name of the unit that contains a time. */
function unit(time, granularity) {
  const date = new Date(time);
  const number = date.getUTCFullYear();
  switch (granularity) {
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

/** How the date was resolved: “last month”, counted from 3 May 2019, is April 2019. */
export function resolved(event, zone) {
  const { text, basis, reference, edtf } = event.date;
  const quoted = `“${text}”`;
  const is = ` is ${when(event, zone).replace(/^(until|since) /, '')}.`;
  const from = referenceDate(reference);
  if (basis === 'relative' && from) return `${quoted}, counted from ${from},${is}`;
  // If the reference is the date itself, naming it would explain nothing.
  if (basis === 'narrative' && from && reference !== edtf) return `${quoted}, counted from ${from} in the story,${is}`;
  if (basis === 'narrative') return `${quoted}, counted from the date that the story has reached,${is}`;
  if (basis === 'publication') return `The sentence has no date of its own; the article was published on ${published(event, zone)}.`;
  return `${quoted} is an absolute date:${is}`;
}

/** The year, month or day that a date was counted from, in words; nothing for other units. */
function referenceDate(reference) {
  const [, years, months, days] = /^(-?\d{4})(?:-(0\d|1[0-2]))?(?:-(\d\d))?$/.exec(reference ?? '') ?? [];
  return years && unit(at(Number(years), (months ?? 1) - 1, days ?? 1), days ? 'day' : months ? 'month' : 'year');
}

/** The publication time of the article. */
export function published(event, zone) {
  const time = parse(event.article.published_at, zone);
  return time === null ? event.article.published_at : `${day(time)}, ${clock(time)}`;
}

export function confidence(event) {
  const percent = Math.round(event.confidence * 100);
  return `${percent}% — ${percent >= 85 ? 'high' : percent >= 60 ? 'medium' : 'low'}`;
}

/** The heading of an event in the list. A year is not 1 January: an event longer than the unit of the headings has a
 * heading of its own. */
export function heading(event, { from, to, zone }) {
  const { start, end } = span(event, zone);
  if (start === null && end === null) return 'Without a date';
  if (start === null || end === null) return 'Open-ended';
  if (start < from) return 'Already under way';
  const [granularity, length] = to - from > 30 * YEAR ? ['decade', 10 * YEAR] : to - from > 3 * YEAR ? ['year', YEAR] : to - from > 90 * DAY ? ['month', 31 * DAY] : ['day', DAY];
  if (lengthOf(event) > length) return unit(start, event.date.granularity);
  return granularity === 'day' ? `${format(start, { weekday: 'long' })}, ${day(start)}` : unit(start, granularity);
}

/** Past, present or future, by the reader's clock. */
export function tense(event, now, zone) {
  const { start, end } = span(event, zone);
  if (start !== null && start > now) return 'future';
  return end !== null && end <= now ? 'past' : 'present';
}


/** The words by which a statement denies something, in the languages of the wire. */
const DENIALS =
  /(?<![\p{L}\p{M}])(?:no|not|never|nobody|none|nothing|nowhere|neither|nor|without|cannot|den(?:y|ies|ied|ying)|fail(?:s|ed)? to|refus(?:e|es|ed)|reject(?:s|ed)?|\p{L}+n['’]t|nicht|nie|kein\p{L}*|ohne|ne|pas|jamais|sans|sin|nunca|jamás|non|mai|senza|não|niet|geen|nooit)(?![\p{L}\p{M}])/iu;

/** Whether a statement is struck out: one that is denied, unless its words deny already and struck out would say the opposite. */
export const isStruck = ({ statement: { status, summary } }) => status === 'denied' && !DENIALS.test(summary);

/** "3 articles, by BBC and Reuters" of a happening that more than one event tells; nothing of others. */
export function reports(entry) {
  if (!entry || entry.count < 2) return '';
  const [first, second, ...others] = entry.sources;
  const sources = others.length ? `${first}, ${second} and ${others.length} more` : [first, second].filter(Boolean).join(' and ');
  const times = entry.articles > 1 ? `${entry.articles} articles` : `${entry.count} times in one article`;
  return sources ? `${times}, ${sources}` : times;
}
