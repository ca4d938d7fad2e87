// Reading a chart: the words of a day in it, and the place that the pointer or a key chooses.
"use strict";

const DAY = 86400000;
const time = (text) => Date.parse(`${text}T00:00:00Z`) / DAY;
const dateText = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** What a chart over time shows on its k-th day: lines, then bands, then the number of runs. */
function wordsAt(chart, k) {
  const shown = (value) => (chart.percent ? `${(100 * value).toFixed(value > 0.005 && value < 0.995 ? 1 : 0)} %` : `${+value.toFixed(1)}`);
  const lines = [], bands = [];
  for (const one of chart.series) {
    if (one.kind === "line") {
      if (one.y[k] != null) lines.push(`${one.label} ${shown(one.y[k])}`);
      continue;
    }
    const low = one.low[k], high = one.high[k];
    if (high == null || (chart.stacked && high - low <= 0.05)) continue;
    bands.push(`${one.label} ${chart.stacked ? shown(high - low) : low === high ? shown(low) : `${shown(low)} to ${shown(high)}`}`);
  }
  const runs = chart.x[k] >= chart.as_of ? [`${chart.runs.toLocaleString("en")} runs`] : [];
  return `${chart.x[k]}: ${[...lines, ...bands, ...runs].join("; ")}`;
}

/** The place of the nearest day in a list of days in order. */
function nearestDay(days, day) {
  const k = days.findIndex((each) => each >= day);
  if (k < 0) return days.length - 1;
  return k > 0 && day - days[k - 1] < days[k] - day ? k - 1 : k;
}

/** The place that an arrow key leads to, on an axis from 0 to last: shift goes 30 places; undefined for other keys. */
function keyedTo(event, now, last, back, forth) {
  const far = event.shiftKey ? 30 : 1;
  const next = { [back]: now - far, [forth]: now + far, Home: 0, End: last }[event.key];
  return next === undefined ? undefined : clamp(next, 0, last);
}

