"use strict";
(() => {
  const select = document.getElementById("scenario");
  const filter = document.getElementById("filter");
  const count = document.getElementById("count");
  const show = () => {
    const chosen = select ? select.value : "0";
    for (const part of document.querySelectorAll("[data-scenario]")) {
      part.hidden = part.dataset.scenario !== chosen;
    }
    const wanted = filter.value.trim().toLowerCase();
    let all = 0, seen = 0;
    for (const part of document.querySelectorAll("[data-issue]")) {
      part.hidden = wanted !== "" && !part.dataset.issue.toLowerCase().includes(wanted);
      if (part.matches("tr") && part.closest("[data-scenario]").dataset.scenario === chosen) {
        all += 1;
        seen += part.hidden ? 0 : 1;
      }
    }
    count.textContent = wanted === "" ? all + " issues" : seen + " of " + all + " issues";
  };
  if (select) select.addEventListener("change", show);
  filter.addEventListener("input", show);
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  // Paper shows every chapter of the chosen scenario.
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
})();
