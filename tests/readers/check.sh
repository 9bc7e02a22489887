#!/usr/bin/env bash
# Reads every export of the timeline with the program that it is for: `bash tests/readers/check.sh [DATELINE]`, with the
# program to use, or else it is built. The demo fills the timeline. Python, Node.js and Chromium must be there; what reads is
# installed into a temporary folder, or into the one that READERS names, which is kept.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dateline=${1:-}
if [ -z "$dateline" ]; then
    cargo build --locked --manifest-path "$here/../../Cargo.toml"
    dateline=$(cargo metadata --format-version 1 --no-deps --manifest-path "$here/../../Cargo.toml" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/dateline
fi
work=$(mktemp -d)
readers=${READERS:-$work/readers}
demo=''
stop() {
    [ -z "$demo" ] || kill "$demo" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

mkdir -p "$readers"
[ -d "$readers/venv" ] || {
    python3 -m venv "$readers/venv"
    "$readers/venv/bin/pip" -q install 'icalendar>=7,<8' 'feedparser>=6,<7' pandas
}
[ -d "$readers/node_modules" ] || npm install --silent --prefix "$readers" ical.js@2 vis-timeline@8 @knight-lab/timelinejs@3.9

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$dateline" demo --serve "127.0.0.1:$port" >"$work/demo.log" 2>&1 &
demo=$!
base="http://127.0.0.1:$port"
events() { curl -sf "$base/api/status" | sed -nE 's/.*"events":([0-9]+).*/\1/p' | grep . || echo 0; }
# Filled when two looks see the same.
known=-1
for _ in $(seq 120); do
    now=$(events)
    [ "$now" != "$known" ] || [ "$now" -lt 20 ] || break
    known=$now
    sleep 1
done
[ "$known" -ge 20 ] || { cat "$work/demo.log" >&2; echo "the demo does not fill the timeline" >&2; exit 1; }

for form in timelinejs vis csv ics rss atom jsonfeed; do
    curl -sf "$base/api/export/$form?fold=true" -o "$work/$form"
done
curl -sf "$base/api/export/csv?fold=true&bom=true" -o "$work/csv-bom"
curl -sf "$base/api/events?fold=true&limit=1000" -o "$work/events"
"$readers/venv/bin/python" "$here/read.py" "$work"
NODE_PATH="$readers/node_modules" node "$here/read.cjs" "$work"

# Both draw in a browser, which writes what it drew into the title.
for tool in vis timelinejs; do
    python3 - "$here/$tool.html" "$work/$tool" "$readers/node_modules" >"$work/$tool.html" <<'PYTHON'
import sys
page, data, modules = sys.argv[1:]
print(open(page).read().replace("MODULES", modules).replace("DATA", open(data).read().replace("</", "<\\/")))
PYTHON
    drawn=$(chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=20000 --allow-file-access-from-files \
        --user-data-dir="$work/chromium" --dump-dom "file://$work/$tool.html" 2>/dev/null |
        sed -nE 's/.*<title>drawn: ([^<]*)<.*/\1/p')
    [ -n "$drawn" ] || { echo "$tool draws nothing" >&2; exit 1; }
    echo "$tool: $drawn"
done
