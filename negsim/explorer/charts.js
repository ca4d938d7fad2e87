// Charts of a projection: SVG with a readout under the pointer and the arrow keys. It needs `reading.js` before it.
const SVG = "http://www.w3.org/2000/svg";
const NARROW = 560; // pixels: below, panel.css puts the name of a row above its bars
let charts = 0;

/** A new element with attributes and children; functions are event handlers. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** A text whose dates and percentages do not break over two lines. */
function prose(text) {
  return text.split(/(\d{4}-\d\d(?:-\d\d)?|\d[\d.,]* (?:%|days|runs|points))/).map((part, k) => (k % 2 ? h("span", { class: "day" }, part) : part));
}

function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Round dates between two days, for an axis of so many pixels: as many as have room for their labels. */
function ticks(from, to, pixels) {
  const long = to - from, found = [], room = (n, unit) => (unit === "d" ? 62 : n < 12 ? 84 : 48);
  const steps = [[1, "d"], [2, "d"], [7, "d"], [14, "d"], [1, "m"], [2, "m"], [3, "m"], [6, "m"], [12, "m"], [24, "m"], [60, "m"], [120, "m"]];
  const [size, unit] = steps.find(([n, u]) => (pixels / long) * (u === "d" ? n : n * 30.44) >= room(n, u)) || steps.at(-1);
  if (unit === "d") {
    for (let day = Math.ceil(from); day <= to; day += size) found.push([day, dateText(day).slice(5)]);
    return found;
  }
  const first = new Date(from * DAY);
  for (let month = first.getUTCFullYear() * 12 + first.getUTCMonth(); ; month += 1) {
    const day = Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY;
    if (day > to) return found;
    if (day < from || month % size) continue;
    found.push([day, size >= 12 ? `${Math.floor(month / 12)}` : dateText(day).slice(0, 7)]);
  }
}

/** A chart in a figure: heading, answer, picture, readout. */
function figure(chart, svg, readout, legend) {
  return h("figure", { class: "chart" },
    h("figcaption", {}, h("strong", {}, chart.title), h("span", { class: "answer" }, prose(`: ${chart.words}`))),
    legend, svg, readout);
}

/** Whether a series has more than one point: a chart without a record before its first day has one. */
const drawn = (one) => (one.y || one.high).filter((value) => value != null).length > 1;

const EVENTS = { round: "|", cancellation: "×", announcement: "▼" };

/** The events of the record after the day before the k-th one, up to it. */
function eventsAt(chart, k) {
  const since = k ? chart.x[k - 1] : "", until = chart.x[k];
  const found = (chart.events || []).filter((one) => one.day > since && one.day <= until).map((one) => `${one.event} of ${one.day}: ${one.what}`);
  return found.length ? `. ${since ? `Since ${since}: ` : ""}${found.join("; ")}` : "";
}

function legendOf(entries, chart) {
  const events = Object.keys(EVENTS).filter((kind) => (chart.events || []).some((one) => one.event === kind));
  return h("ul", { class: "legend" }, entries.map(([style, label]) => h("li", {}, h("span", { class: `swatch ${style}`, "aria-hidden": "true" }), label)),
    events.map((kind) => h("li", {}, h("span", { class: "glyph", "aria-hidden": "true" }, EVENTS[kind]), kind)),
    chart.right ? h("li", {}, `right: ${chart.right}`) : null);
}

/** Draw a chart into a place, replacing what is there; the cursor stays where it was. */
function draw(chart, place) {
  const focused = place.contains(document.activeElement);
  place.chart = chart;
  place.width = place.clientWidth;
  place.replaceChildren((chart.kind === "time" ? timeChart : rowChart)(chart, place, place.cursor));
  if (focused) place.querySelector("[tabindex='0']").focus();
  if (!place.watched && typeof ResizeObserver !== "undefined") {
    place.watched = new ResizeObserver(() => {
      if (place.clientWidth && Math.abs(place.clientWidth - place.width) > 8) draw(place.chart, place);
    });
    place.watched.observe(place);
  }
  return place;
}

function timeChart(chart, place, before) {
  const width = Math.max(place.clientWidth || 760, 280), height = 280, left = 44, right = 14, top = 10, bottom = chart.events ? 42 : 26;
  const x = chart.x.map(time), from = x[0], to = Math.max(x.at(-1), from + 1), peak = chart.top || 1;
  const px = (day) => left + ((day - from) / (to - from)) * (width - left - right);
  const py = (value) => height - bottom - (value / peak) * (height - top - bottom);
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: 0, "aria-label": `${chart.title}: ${chart.words}. Arrow keys read single days.` });
  for (const [day, label] of ticks(from, to, width - left - right)) {
    svg.append(s("line", { class: "grid", x1: px(day), x2: px(day), y1: top, y2: height - bottom }));
    const near = px(day) > width - 28 ? "end" : px(day) < left ? "start" : "middle";
    svg.append(s("text", { class: "tick", x: px(day), y: height - 8, "text-anchor": near }, label));
  }
  const rise = Math.max(1, Math.ceil(peak / 5));
  const levels = chart.percent ? [0, 0.25, 0.5, 0.75, 1] : Array.from({ length: Math.floor(peak / rise) + 1 }, (_, k) => k * rise);
  for (const level of levels) {
    svg.append(s("line", { class: "grid", x1: left, x2: width - right, y1: py(level), y2: py(level) }));
    svg.append(s("text", { class: "tick", x: left - 6, y: py(level) + 4, "text-anchor": "end" }, chart.percent ? `${100 * level} %` : `${level}`));
  }
  for (const one of chart.series) {
    const points = (values) => values.map((value, k) => [x[k], value]).filter(([, value]) => value != null);
    if (chart.points) {
      const joined = points(one.y).map(([day, value]) => `${px(day).toFixed(1)} ${py(value).toFixed(1)}`);
      svg.append(s("path", { class: `line ${one.style}`, d: `M${joined.join("L")}` }));
      for (const [day, value] of points(one.y)) svg.append(s("circle", { class: one.style, cx: px(day), cy: py(value), r: 3 }));
    } else if (one.kind === "line") {
      const steps = points(one.y).map(([day, value], k) => (k ? `H${px(day).toFixed(1)}V${py(value).toFixed(1)}` : `M${px(day).toFixed(1)} ${py(value).toFixed(1)}`));
      svg.append(s("path", { class: `line ${one.style}`, d: steps.join("") }));
    } else {
      const high = points(one.high), low = points(one.low).reverse();
      if (!high.length) continue;
      const up = high.map(([day, value], k) => (k ? `H${px(day).toFixed(1)}V${py(value).toFixed(1)}` : `M${px(day).toFixed(1)} ${py(value).toFixed(1)}`));
      const down = low.map(([day, value], k) => (k ? `V${py(value).toFixed(1)}H${px(day).toFixed(1)}` : `L${px(day).toFixed(1)} ${py(value).toFixed(1)}`));
      svg.append(s("path", { class: `band ${one.style}`, d: `${up.join("")}${down.join("")}Z` }));
    }
  }
  const today = time(chart.as_of);
  if (today > from && today < to) svg.append(s("line", { class: "today", x1: px(today), x2: px(today), y1: top, y2: height - bottom }));
  for (const one of chart.events || []) svg.append(s("text", { class: "event", x: px(time(one.day)), y: height - 25, "text-anchor": "middle" }, EVENTS[one.event]));
  const cursor = s("line", { class: "cursor", x1: 0, x2: 0, y1: top, y2: height - bottom, visibility: "hidden" });
  svg.append(cursor);
  const readout = h("output", { class: "readout", id: `readout${++charts}`, "aria-live": "polite" });
  const say = (k) => {
    place.cursor = k;
    cursor.setAttribute("x1", px(x[k])); cursor.setAttribute("x2", px(x[k])); cursor.setAttribute("visibility", "visible");
    readout.replaceChildren(...prose(`${wordsAt(chart, k)}${eventsAt(chart, k)}`));
  };
  const nearest = (event) => {
    const box = svg.getBoundingClientRect();
    const day = from + (((event.clientX - box.left) / box.width) * width - left) / (width - left - right) * (to - from);
    return nearestDay(x, day);
  };
  svg.addEventListener("pointermove", (event) => say(nearest(event)));
  svg.addEventListener("pointerdown", (event) => say(nearest(event)));
  svg.addEventListener("keydown", (event) => {
    const next = keyedTo(event, place.cursor ?? Math.max(chart.x.indexOf(chart.as_of), 0), x.length - 1, "ArrowLeft", "ArrowRight");
    if (next === undefined) return;
    event.preventDefault();
    say(next);
  });
  if (before != null && before < x.length) say(before);
  else readout.textContent = "Point at a day, or use the arrow keys.";
  return figure(chart, svg, readout, legendOf(chart.series.filter(drawn).map((one) => [`${one.kind} ${one.style}`, one.label]), chart));
}

function rowChart(chart, place, before) {
  const dated = typeof chart.from === "string";
  const from = dated ? time(chart.from) : chart.from, to = dated ? time(chart.to) : chart.to;
  const part = (value) => `${(100 * clamp(dated ? value / (to - from) : (value - from) / (to - from), 0, 1)).toFixed(3)}%`;
  const readout = h("output", { class: "readout", "aria-live": "polite" }, "Point at a row, or use the arrow keys.");
  const list = h("ul", { class: "rows", tabindex: 0, role: "listbox", "aria-label": `${chart.title}: ${chart.words}` });
  const items = chart.rows.map((row, k) => {
    const svg = s("svg", { class: "track", "aria-hidden": "true", height: 18, width: "100%" });
    svg.append(s("line", { class: "grid", x1: 0, x2: "100%", y1: 17, y2: 17 }));
    for (const bar of row.bars) {
      const size = parseFloat(part(bar.b)) - parseFloat(part(bar.a));
      svg.append(s("rect", { class: `bar ${bar.style}`, x: part(bar.a), width: `${Math.max(size, 0.3)}%`, y: 3, height: 12 }));
    }
    for (const mark of row.marks) svg.append(s("rect", { class: `mark ${mark.style}`, x: part(mark.at), width: 3, y: 1, height: 16 }));
    return h("li", { role: "option", id: `row${charts}-${k}`, "data-id": row.id, "aria-label": `${row.label}: ${row.read}`, "aria-selected": "false", pointermove: () => say(k), pointerdown: () => say(k) },
      h("span", { class: "name" }, row.label), svg, h("span", { class: "value" }, row.text));
  });
  charts += 1;
  const say = (k) => {
    place.cursor = k;
    items.forEach((item, n) => item.setAttribute("aria-selected", n === k ? "true" : "false"));
    list.setAttribute("aria-activedescendant", items[k].id);
    readout.replaceChildren(...prose(`${chart.rows[k].label}: ${chart.rows[k].read}`));
  };
  list.addEventListener("keydown", (event) => {
    const next = keyedTo(event, place.cursor ?? -1, items.length - 1, "ArrowUp", "ArrowDown");
    if (next === undefined || !items.length) return;
    event.preventDefault();
    say(next);
  });
  list.append(...items);
  const wide = place.clientWidth || 760, track = wide > NARROW ? 0.66 * wide - 62 : wide - 54;
  const labels = dated ? ticks(from, to, track).map(([day, label]) => [(day - from) / (to - from), label]) : [0, 0.5, 1].map((at) => [at, `${100 * at} %`]);
  const axis = s("svg", { class: "axis", height: 16, width: "100%", "aria-hidden": "true" });
  for (const [at, label] of labels) axis.append(s("text", { class: "tick", x: `${100 * at}%`, y: 12, "text-anchor": (1 - at) * track < 28 ? "end" : at * track < 28 ? "start" : "middle" }, label));
  const scale = h("div", { class: "scale", "aria-hidden": "true" }, h("span", { class: "name" }), axis, h("span", { class: "value" }));
  if (before != null && before < items.length) say(before);
  return figure(chart, h("div", {}, list, scale), readout, legendOf(chart.legend, chart));
}
