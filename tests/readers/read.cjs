// Reads the calendar with ical.js: `node read.cjs FOLDER`.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const load = require('ical.js');
const ICAL = load.default ?? load;

const text = readFileSync(join(process.argv[2], 'ics'), 'utf8');
const calendar = new ICAL.Component(ICAL.parse(text));
const entries = calendar.getAllSubcomponents('vevent').map((entry) => new ICAL.Event(entry));
if (entries.length === 0) throw new Error('no entries');
for (const entry of entries) {
  if (!entry.uid || !entry.summary || !entry.startDate) throw new Error(`not whole: ${entry}`);
  if (entry.component.hasProperty('dtend') && entry.endDate.compare(entry.startDate) <= 0) throw new Error(`ends before it begins: ${entry}`);
}
console.log(`ical.js: ${entries.length} entries`);
