"use strict";
/* Anatomy and events. */
hpalab.tables = (() => {
  const { element, format } = hpalab;
  const STAGES = [["sensing", "--other"], ["deciding", "--pending"], ["creating", "--line"], ["scheduling", "--p99"], ["pulling", "--pulling"],
    ["initialising", "--lost"], ["starting", "--ready"], ["readying", "--booting"], ["serving", "--cold"], ["warming", "--warm-phase"]];
  const seconds = (value) => (value === null ? "-" : format.duration(value));

  const stageBars = (variants) => {
    const total = (variant) => STAGES.reduce((sum, [stage]) => sum + (variant.stages[stage].p50_s || 0), 0);
    const longest = Math.max(0.001, ...variants.map(total));
    const bars = element("div", { class: "bars" });
    for (const variant of variants) {
      const bar = element("div", { class: "bar", role: "img", "aria-label": `Stages of a scale-up, ${variant.name}; the table follows` });
      for (const [stage, mark] of STAGES) {
        const length = variant.stages[stage].p50_s || 0;
        if (length / longest < 0.002) continue;
        const part = element("span", { mark, title: `${stage}: ${seconds(length)}` }, length / longest > 0.06 ? `${stage} ${seconds(length)}` : "");
        part.style.width = `${(100 * length) / longest}%`;
        bar.append(part);
      }
      bars.append(element("b", {}, variant.name), bar, element("span", {}, variant.scale_ups.length ? seconds(total(variant)) : "none"));
    }
    return bars;
  };

  const stageTable = (variants) => {
    const columns = ["Stage (p50 / p95)", ...variants.map((variant) => variant.name)];
    const rows = STAGES.filter(([stage]) => variants.some((variant) => variant.stages[stage].count > 0))
      .map(([stage]) => [stage, ...variants.map((variant) => (variant.stages[stage].count ? `${seconds(variant.stages[stage].p50_s)} / ${seconds(variant.stages[stage].p95_s)}` : "-"))]);
    rows.push(["longest: load crossing to all new pods serving", ...variants.map((variant) => seconds(variant.time_to_scale_s))]);
    return element("div", { class: "scroll" }, hpalab.table(columns, rows));
  };

  const downTable = (variants) => {
    const columns = ["Variant", "Pod", "Deletion began", "Out of the endpoints", "Last new connection", "Ended", "Gone", "Lost while listed", "Lost after", "Lost at the end"];
    const after = (pod, moment) => (moment === null || pod.deleted_s === null ? "-" : `${moment < pod.deleted_s ? "" : "+"}${format.duration(moment - pod.deleted_s)}`);
    const rows = variants.flatMap((variant) => variant.scale_downs.map((down) => {
      const pod = variant.pods[down.pod];
      return [variant.name, pod.name, format.moment(pod.deleted_s), after(pod, pod.removed_s), after(pod, pod.last_connection_s), after(pod, pod.terminated_s), after(pod, pod.gone_s), down.lost_listed, down.lost_removed, down.lost_terminated];
    }));
    if (rows.length === 0) return element("p", { class: "hint" }, "No pod was removed.");
    const unnamed = variants.filter((variant) => variant.phases.terminating.lost > 0).map((variant) => `${variant.name}: ${format.count(variant.phases.terminating.lost)}`);
    return element("div", { class: "scroll" }, hpalab.table(columns, rows),
      unnamed.length ? element("p", { class: "hint" }, `Lost while pods were terminating, whichever pod it was: ${unnamed.join("; ")}.`) : null);
  };

  const anatomy = (variants) => {
    const holder = document.querySelector("#anatomy .content");
    if (variants.some((variant) => variant.scale_ups.length > 0))
      holder.append(element("h3", {}, "Scale-up: where the time goes (medians)"), stageBars(variants),
        element("div", { class: "keys" }, ...STAGES.map(([stage, mark]) => hpalab.key(stage, mark))), stageTable(variants));
    else holder.append(element("p", { class: "hint" }, "Nothing was scaled up."));
    holder.append(element("h3", { class: "later" }, "Scale-down"), downTable(variants));
  };

  const eventRow = (variant, event, many) => {
    const time = element("button", { type: "button", class: "time", title: "Show on the timeline", onclick: () => hpalab.timeline.show(event.first_s) }, format.moment(event.first_s));
    const cells = [time, event.type, event.reason, event.object, event.count > 1 ? `${event.message} (x${event.count})` : event.message];
    if (many) cells.splice(1, 0, variant.name);
    const row = element("tr", event.type === "Warning" ? { class: "warning-event" } : {}, ...cells.map((cell) => element("td", {}, cell)));
    return { row, variant, event, text: `${event.reason} ${event.object} ${event.message}`.toLowerCase() };
  };

  const events = (variants) => {
    const holder = document.querySelector("#events .content");
    const many = variants.length > 1;
    const rows = variants.flatMap((variant) => variant.events.map((event) => eventRow(variant, event, many)));
    const columns = ["Time", "Type", "Reason", "Object", "Message"];
    if (many) columns.splice(1, 0, "Variant");
    const search = element("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the events" });
    const which = element("select", { "aria-label": "Variant" }, element("option", { value: "" }, "All variants"), ...variants.map((variant, index) => element("option", { value: String(index) }, variant.name)));
    const kind = element("select", { "aria-label": "Type" }, element("option", { value: "" }, "Normal and Warning"), element("option", { value: "Warning" }, "Warning"));
    const shown = element("span", { class: "hint", "aria-live": "polite" });
    const filter = () => {
      let count = 0;
      for (const entry of rows) {
        const fits = entry.text.includes(search.value.toLowerCase()) && (which.value === "" || entry.variant === variants[Number(which.value)]) && (kind.value === "" || entry.event.type === kind.value);
        entry.row.hidden = !fits;
        count += fits ? 1 : 0;
      }
      shown.textContent = `${format.count(count)} of ${format.count(rows.length)}`;
    };
    for (const control of [search, which, kind]) control.addEventListener("input", filter);
    const table = element("table", { class: "events" }, element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)))), element("tbody", {}, ...rows.map((entry) => entry.row)));
    holder.append(element("div", { class: "filters" }, search, many ? which : null, kind, shown), element("div", { class: "scroll", tabindex: "0" }, table));
    filter();
  };

  return { anatomy, events };
})();
