"use strict";
/* Reads the run's data from the page, draws everything, and listens to keys, theme and printing. */
(() => {
  const text = document.getElementById("run-data").textContent;
  const data = JSON.parse(text);
  const { objects } = hpalab.charts;
  const variants = data.variants.map((variant) => ({
    ...variant, seconds: objects(variant.seconds), spikes: objects(variant.spikes), replicas: objects(variant.replicas), usage: objects(variant.usage), given: objects(variant.given),
    start_s: Math.min(0, ...variant.replicas.rows.map((row) => row[0])),
  }));

  const csv = () => {
    const quote = (value) => `"${(/^[=+\-@]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
    const lines = variants.flatMap((variant) => variant.seconds.map((second) => [quote(variant.name), ...Object.values(second).map((value) => (value === null ? "" : value))].join(",")));
    const names = variants.length ? data.variants[0].seconds.columns : [];
    return `${["variant", ...names].join(",")}\r\n${lines.join("\r\n")}\r\n`;
  };

  const download = (id, name, type, make) => {
    const link = document.getElementById(id);
    link.setAttribute("download", name);
    link.addEventListener("click", () => {
      if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(new Blob([make()], { type }));
    });
  };

  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const { timeline, detail } = hpalab;
    const acts = {
      ArrowLeft: () => timeline.move(event.shiftKey ? -0.05 : -0.01), ArrowRight: () => timeline.move(event.shiftKey ? 0.05 : 0.01),
      "+": () => timeline.zoom(0.5), "=": () => timeline.zoom(0.5), "-": () => timeline.zoom(2), Escape: () => detail.close() || timeline.reset(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };

  const print = (on) => {
    document.documentElement.classList.toggle("printing", on);
    hpalab.timeline.redraw();
  };

  const drawn = hpalab.timeline.start(variants);
  hpalab.tables.anatomy(variants);
  hpalab.tables.events(variants);
  const name = `${data.run.lesson || "run"}`.replace(/[^A-Za-z0-9._-]/g, "_");
  download("download-json", `${name}.json`, "application/json", () => text);
  download("download-csv", `${name}.csv`, "text/csv", csv);
  document.addEventListener("keydown", keys);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", hpalab.timeline.redraw);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  addEventListener("resize", hpalab.timeline.redraw);
  if (location.hash === "#print") print(true);
  document.documentElement.dataset.ready = String(drawn);
})();
