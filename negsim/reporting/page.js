(() => {
  const root = document.documentElement, find = (id) => document.getElementById(id);
  const select = find("scenario"), filter = find("filter"), count = find("count"), told = find("told");
  root.classList.add("scripted");

  // --- the chosen scenario, the filter, and links -------------------------------------------------------------------

  function show() {
    const chosen = select ? select.value : "0", wanted = filter.value.trim().toLowerCase();
    for (const part of document.querySelectorAll("[data-scenario]")) part.hidden = part.dataset.scenario !== chosen;
    let all = 0, seen = 0;
    for (const part of document.querySelectorAll("[data-issue]")) {
      part.hidden = wanted !== "" && !part.dataset.issue.toLowerCase().includes(wanted);
      if (part.matches("#figures tbody tr:not(.others)") && part.closest("[data-scenario]").dataset.scenario === chosen) {
        all += 1;
        seen += part.hidden ? 0 : 1;
      }
    }
    count.textContent = wanted === "" ? all + " issues" : seen + " of " + all + " issues";
  }

  /** Show what the address names: its scenario, without a filter that hides it, and unfolded. */
  function arrive() {
    const target = find(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const scenario = target.closest("[data-scenario]"), issue = target.closest("[data-issue]");
    if (select && scenario) select.value = scenario.dataset.scenario;
    if (issue && issue.hidden) filter.value = "";
    show();
    for (let up = target; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    target.scrollIntoView();
  }

  if (select) {
    select.addEventListener("change", () => {
      history.replaceState(null, "", "#scenario-" + (Number(select.value) + 1));
      show();
    });
  }
  filter.addEventListener("input", show);
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", arrive);

  let wait;
  function tell(text) {
    told.textContent = text;
    clearTimeout(wait);
    wait = setTimeout(() => { told.textContent = ""; }, 4000);
  }
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.link");
    if (!link) return;
    try {
      await navigator.clipboard.writeText(link.href);
      tell("Link copied");
    } catch {
      tell("The address of the page is now this link");
    }
  });

  // --- packed data --------------------------------------------------------------------------------------------------

  function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  }
  const unpacks = typeof DecompressionStream !== "undefined";

  if (unpacks) {
    root.classList.add("unpacks");
    document.addEventListener("click", async (event) => {
      const link = event.target.closest("a.data");
      if (!link) return;
      event.preventDefault();
      const text = await unpack(link.href.split(",")[1]), plain = document.createElement("a");
      plain.download = link.download.replace(/\.gz$/, "");
      plain.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      plain.click();
      setTimeout(() => URL.revokeObjectURL(plain.href), 10000);
    });
  }

  // --- the headline table -------------------------------------------------------------------------------------------

  /** Rows in the order of a column; an issue keeps its base rates below it. Order 0 is that of the agenda. */
  function sort(table, column, order) {
    const body = table.tBodies[0], groups = table.groups;
    const value = (group) => {
      const cell = group[0].cells[column];
      return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    };
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en"));
    const sorted = order ? [...groups].sort((a, b) => order * compare(value(a), value(b))) : groups;
    for (const group of sorted) body.append(...group);
  }

  function sortable(table) {
    table.groups = [];
    for (const row of table.tBodies[0].rows) {
      if (row.classList.contains("others")) table.groups.at(-1).push(row);
      else table.groups.push([row]);
    }
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const label = head.querySelector(".head"), button = document.createElement("button");
      button.type = "button";
      button.append(...label.childNodes);
      label.replaceWith(button);
      button.addEventListener("click", () => {
        const first = head.dataset.first, second = first === "ascending" ? "descending" : "ascending";
        const next = { [first]: second, [second]: "none" }[head.getAttribute("aria-sort")] || first;
        for (const each of heads) each.removeAttribute("aria-sort");
        if (next !== "none") head.setAttribute("aria-sort", next);
        sort(table, column, { ascending: 1, descending: -1, none: 0 }[next]);
        tell(next === "none" ? "In the order of the agenda" : `Sorted by ${button.textContent}, ${next}`);
      });
    });
  }
  document.querySelectorAll("table.sortable").forEach(sortable);

  // --- readouts of pictures -----------------------------------------------------------------------------------------

  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  function resolvedBy(chart, k) {
    const [band, line] = chart.series;
    return `resolved by ${chart.x[k]} in ${percent(1 - line.y[k])} of ${chart.runs.toLocaleString("en")} runs (95 %: ${percent(1 - band.high[k])} to ${percent(1 - band.low[k])})`;
  }
  const WORDS = {
    burndown: (of, j, k) => wordsAt(of.burndown, k),
    survival: (of, j, k) => `${of.labels[j]}, ${wordsAt(of.survival[j], k)}`,
    calendar: (of, j, k) => `${of.labels[j]}: ${resolvedBy(of.survival[j], k)}. By the horizon: ${of.calendar[j]}.`,
    terms: (of, j) => `${of.labels[j]}: ${of.terms[j]}.`,
  };

  /** Lists that hold what is added each time, as lists of dates or numbers. */
  function summed(name, value) {
    const steps = value && (value.days || value.parts);
    if (!steps) return value;
    let sum = 0;
    return steps.map((step) => (step === null ? null : value.days ? dateText(sum += step) : (sum += step) / 10000));
  }

  /** Let pointer, touch and keys choose a row and a day of a picture. */
  function readable(place, of) {
    const svg = place.querySelector("svg"), kind = place.dataset.kind, count = Number(place.dataset.rows);
    const [left, top, right, bottom] = place.dataset.box.split(" ").map(Number);
    const [from, to] = place.dataset.span.split(" ").map(Number), sheet = svg.viewBox.baseVal;
    const chart = { burndown: of.burndown, calendar: of.survival[0], survival: of.survival[0] }[kind];
    const days = chart && chart.x.map(time), tall = (bottom - top) / count;
    const draw = (name) => svg.appendChild(document.createElementNS(svg.namespaceURI, name));
    const row = draw("rect"), line = draw("line"), out = document.createElement("output");
    row.classList.add("row"); line.classList.add("cursor"); out.className = "readout";
    row.setAttribute("x", left); row.setAttribute("width", right - left); row.setAttribute("height", tall);
    row.setAttribute("visibility", "hidden"); line.setAttribute("visibility", "hidden");
    out.setAttribute("aria-live", "polite");
    out.textContent = `Point at a ${days ? (count > 1 ? "row and a day" : "day") : "row"}, or use the arrow keys.`;
    place.after(out);
    let at = null;
    const start = [0, days ? Math.max(days.findIndex((day) => day >= time(chart.as_of)), 0) : 0];
    function say(j, k) {
      at = [j, k];
      if (count > 1) { row.setAttribute("y", top + j * tall); row.setAttribute("visibility", "visible"); }
      if (days) {
        const x = left + ((days[k] - from) / (to - from)) * (right - left);
        for (const [name, value] of [["x1", x], ["x2", x], ["y1", top + j * tall], ["y2", top + (j + 1) * tall]]) line.setAttribute(name, value);
        line.setAttribute("visibility", "visible");
      }
      out.classList.add("used");
      out.textContent = WORDS[kind](of, j, k);
    }
    function point(event) {
      const seen = svg.getBoundingClientRect();
      const x = ((event.clientX - seen.left) / seen.width) * sheet.width, y = ((event.clientY - seen.top) / seen.height) * sheet.height;
      const day = from + ((x - left) / (right - left)) * (to - from);
      say(clamp(Math.floor((y - top) / tall), 0, count - 1), days ? nearestDay(days, day) : 0);
    }
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("focus", () => { if (!at && svg.matches(":focus-visible")) say(...start); });
    svg.addEventListener("keydown", (event) => {
      const [j, k] = at || start, one = ["Home", "End"].includes(event.key) && days;
      const across = days ? keyedTo(event, k, days.length - 1, "ArrowLeft", "ArrowRight") : undefined;
      const down = count > 1 && !one ? keyedTo({ key: event.key }, j, count - 1, "ArrowUp", "ArrowDown") : undefined;
      if (across === undefined && down === undefined) return;
      event.preventDefault();
      say(down ?? j, across ?? k);
      if (days) place.scrollLeft = (Number(line.getAttribute("x1")) / sheet.width) * svg.clientWidth - place.clientWidth / 2;
    });
    svg.setAttribute("tabindex", 0);
    for (const name of ["tabindex", "role", "aria-label"]) place.removeAttribute(name);
  }

  if (unpacks) {
    for (const scenario of document.querySelectorAll("[data-reading]")) {
      unpack(scenario.dataset.reading).then((text) => {
        const of = JSON.parse(text, summed);
        for (const place of scenario.querySelectorAll("[data-kind]")) readable(place, of);
        scenario.classList.add("read");
      });
    }
  }

  // --- paper --------------------------------------------------------------------------------------------------------

  // It shows every chapter of the chosen scenario.
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open])")) {
      part.open = true;
      opened.push(part);
    }
  });
  addEventListener("afterprint", () => {
    for (const part of opened.splice(0)) part.open = false;
  });

  show();
  arrive();
})();
