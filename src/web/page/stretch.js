// Where times are on the strip: most of it is for the part of the whole span that holds nearly all events, and what is
// far before and after it is pressed together at the ends. Otherwise two weeks of three centuries could not be seen.

/** The share of the strip for either end that is pressed together. */
const END = 0.14;

/**
 * Maps the span `whole` to the pixels of a width and back; `core` is the part that holds nearly all events.
 */
export function stretch(whole, core, width) {
  const length = whole.to - whole.from;
  // An end is pressed together only where that gives it less than its share.
  const [before, after] = [core.from - whole.from, whole.to - core.to].map((part) => Math.min(part / length, END) * width);
  const points = [
    [whole.from, 0],
    [core.from, before],
    [core.to, width - after],
    [whole.to, width],
  ].filter(([time, pixel], at, all) => at === 0 || (time > all[at - 1][0] && pixel > all[at - 1][1]));
  const along = (value, from, to) => {
    const at = Math.max(points.findIndex((point, index) => index > 0 && value <= point[from]), 1);
    const next = value > points.at(-1)[from] ? points.length - 1 : at;
    const [low, high] = [points[next - 1], points[next]];
    return low[to] + ((value - low[from]) / (high[from] - low[from])) * (high[to] - low[to]);
  };
  return {
    width,
    x: (time) => along(time, 0, 1),
    time: (pixel) => along(pixel, 1, 0),
    /** The parts, each with its ends in time and in pixels. */
    parts: points.slice(1).map((point, index) => ({ from: points[index][0], to: point[0], left: points[index][1], right: point[1] })),
  };
}
