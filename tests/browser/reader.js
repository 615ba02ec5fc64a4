"use strict";
/* What a reader does with a report; each deed that worked is marked on the document's root. */
const mark = (deed, worked) => document.documentElement.setAttribute(`data-${deed}`, worked ? "yes" : "no");
const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const labels = (plot) => [...plot.querySelectorAll(".dygraph-axis-label-x")].map((label) => label.textContent).join(" ");
const detail = document.getElementById("detail");
const plots = document.querySelectorAll(".plot");
const rows = document.querySelectorAll(".events tbody tr");

const click = (plot, x, y) => {
  const box = plot.getBoundingClientRect();
  const at = { clientX: box.left + x, clientY: box.top + y, button: 0, bubbles: true };
  plot.dispatchEvent(new PointerEvent("pointerdown", at));
  plot.dispatchEvent(new PointerEvent("pointerup", at));
};

/* Clicks over a whole plot until something opens. */
const search = (plot, words) => {
  for (let y = 2; y < plot.clientHeight; y += 6) {
    for (let x = 50; x < plot.clientWidth; x += 6) {
      click(plot, x, y);
      if (!detail.hidden) return words.every((word) => detail.textContent.includes(word));
    }
  }
  return false;
};

for (let count = 0; count < 30; count++) press("ArrowRight");
mark("cursor-moves", /^At /.test(document.querySelector(".cursor-text").textContent) && document.querySelector(".readout").textContent.includes("target"));
const whole = labels(plots[0]);
press("+");
const last = plots[plots.length - 4];
mark("zoom-narrows", labels(plots[0]) !== whole && labels(last) === labels(plots[0]));
press("Escape");
mark("escape-widens", labels(plots[0]) === whole);
mark("spike-opens", search(plots[3], ["Pod", "Phase", "booting", "Age of the pod", "Outcome"]));
press("Escape");
mark("escape-closes", detail.hidden);
mark("decision-opens", search(plots[6], ["1 \u2192 3 pods", "above target"]));
press("Escape");
const filter = document.querySelector("input[type=search]");
filter.value = "successfulrescale";
filter.dispatchEvent(new Event("input"));
mark("filter-hides", [...rows].filter((row) => !row.hidden).length === 9);
const table = document.querySelector("details");
table.open = true;
setTimeout(() => mark("table-opens", table.querySelectorAll("tbody tr").length === 38), 200);
