"""Reads calendars with icalendar, feeds with feedparser, and tables with pandas: `read.py FOLDER`."""

import json
import sys
from pathlib import Path

import feedparser
import icalendar
import pandas

folder = Path(sys.argv[1])
events = json.loads((folder / "events").read_text())["events"]

calendar = icalendar.Calendar.from_ical((folder / "ics").read_bytes())
entries = calendar.walk("VEVENT")
dated = [e for e in events if e["date"]["start"] or e["date"]["end"]]
wanted = [e for e in dated if e["statement"]["status"] != "denied"]
assert len(entries) == len(wanted), (len(entries), len(wanted))
for entry in entries:
    assert entry["UID"] and entry["SUMMARY"] and entry["DTSTAMP"].dt.tzinfo, entry
    begin, end = entry["DTSTART"].dt, entry["DTEND"].dt if "DTEND" in entry else None
    assert end is None or (type(end) is type(begin) and end > begin and (end - begin).days <= 7), entry
print(f"icalendar: {len(entries)} entries")

for form in ["rss", "atom"]:
    feed = feedparser.parse((folder / form).read_bytes())
    assert not feed.bozo, feed.bozo_exception
    assert feed.feed.title == "Timeline" and feed.entries, form
    assert all(e.title and e.id and e.published_parsed for e in feed.entries), form
    times = [e.published_parsed for e in feed.entries]
    assert times == sorted(times, reverse=True), f"{form}: the newest first"
    print(f"feedparser: {len(feed.entries)} items of {form}")

feed = json.loads((folder / "jsonfeed").read_text())
assert feed["version"] == "https://jsonfeed.org/version/1.1" and all(i["id"] and i["title"] for i in feed["items"])

for name in ["csv", "csv-bom"]:
    table = pandas.read_csv(folder / name, encoding="utf-8-sig")
    assert len(table) == len(events) and list(table["id"]) == [e["entry"]["id"] for e in events], name
    assert (table["articles"] >= 1).all()
assert (folder / "csv-bom").read_bytes().startswith(b"\xef\xbb\xbf")
print(f"pandas: {len(table)} rows")
