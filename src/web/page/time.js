// Time as the page draws it: the local wall-clock time in milliseconds, counted as if it were UTC, so that days remain
// days wherever the reader is.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const YEAR = 365.2425 * DAY;
/** The limits of the chart, and the shortest range. */
export const FIRST = at(-9000);
export const LAST = at(9999);
export const SHORTEST = HOUR;

/** A time of the calendar. `Date.UTC` would map years below 100 to the 20th century. */
export function at(year, month = 0, day = 1, hour = 0, minute = 0, second = 0) {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.setUTCHours(hour, minute, second);
}

const FORM = /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Parses a day or a time; `null` if it is neither. `zone` is whose time zone is used: `reader`, `article` or `utc`. */
export function parse(text, zone = 'article') {
  const found = FORM.exec(text ?? '');
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const written = at(year, month - 1, day, hour, minute, second);
  if (zone === 'article' || !found[7]) return written;
  const moment = written - offset(found[7]);
  return zone === 'utc' ? moment : wallClock(moment);
}

function offset(text) {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text) ?? [null, '+', 0, 0];
  return Number(`${sign}1`) * (hours * HOUR + minutes * MINUTE);
}

/** The reader's wall-clock time at a moment. */
export const wallClock = (moment) => moment - new Date(moment).getTimezoneOffset() * MINUTE;

/** The moment at which the reader's clock shows a wall-clock time. */
export function moment(wall) {
  const near = wall + new Date(wall).getTimezoneOffset() * MINUTE;
  return wall + new Date(near).getTimezoneOffset() * MINUTE;
}

/** Formats a time for URLs. */
export function iso(time) {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  const pad = (number, width = 2) => String(Math.abs(number)).padStart(width, '0');
  const day = `${year < 0 ? '-' : ''}${pad(year, 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  if (time % DAY === 0) return day;
  return `${day}T${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}Z`;
}

/** The range to request from the server for a view. */
export function requestRange({ from, to, zone }, margin = 0) {
  const [start, end] = [from - margin, to + margin].map((time) => Math.round(time / 1000) * 1000);
  const isShort = to - from < 2 * DAY;
  const [first, last] = zone === 'reader' && isShort ? [moment(start), moment(end)] : [start, end];
  return { from: iso(Math.max(first, FIRST)), to: iso(Math.min(last, LAST)) };
}

const formats = new Map();
/** Formats a time in English, with the options of `Intl.DateTimeFormat`. */
export function format(time, parts) {
  const key = JSON.stringify(parts);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' }));
  return formats.get(key).format(time);
}

/** 1945, 44 BC. Records count years astronomically: 0 is 1 BC. */
export function year(time) {
  const number = new Date(time).getUTCFullYear();
  return number > 0 ? String(number) : `${1 - number} BC`;
}

export const month = (time) => `${format(time, { month: 'long' })} ${year(time)}`;
export const day = (time) => `${format(time, { day: 'numeric', month: 'long' })} ${year(time)}`;
export const clock = (time) => format(time, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** A range of days, without repeating what they share. */
export function days(from, to) {
  const last = to - 1;
  if (month(from) === month(last)) return `${new Date(from).getUTCDate()} – ${day(last)}`;
  return `${year(from) === year(last) ? format(from, { day: 'numeric', month: 'long' }) : day(from)} – ${day(last)}`;
}

/** The heading of the chart: "1844 – 2033", "12 – 15 March 2026". */
export function range(from, to) {
  const span = to - from;
  const pair = (a, b) => (a === b ? a : `${a} – ${b}`);
  if (span > 6 * YEAR) return pair(year(from), year(to - 1));
  if (span > 100 * DAY) return pair(month(from), month(to - 1));
  if (span > 2 * DAY) return days(from, to);
  if (span === DAY && from % DAY === 0) return `${format(from, { weekday: 'long' })}, ${day(from)}`;
  if (day(from) === day(to - 1)) return `${day(from)}, ${clock(from)} – ${clock(to)}`;
  const first = year(from) === year(to) ? format(from, { day: 'numeric', month: 'long' }) : day(from);
  return `${first}, ${clock(from)} – ${day(to)}, ${clock(to)}`;
}

/** The start of a bucket. Hourly buckets hold only times of day, which are shown in the reader's time zone. */
export function bucketTime(time, { zone, from, to }) {
  const isShort = to - from < 2 * DAY;
  return isShort && zone === 'reader' ? wallClock(parse(time)) : parse(time);
}
