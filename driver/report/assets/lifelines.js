"use strict";
/* One bar a pod, coloured by phase, its spikes as ticks on it; drawn as SVG over the same time axis as the charts. */
hpalab.lifelines = (() => {
  const { svg, format } = hpalab;
  const ROW = 18;
  const BAR = 12;

  /* [phase, from, until] in order, without empty ones. */
  const phases = (pod, end) => {
    const gone = pod.gone_s ?? end;
    const deleted = Math.min(pod.deleted_s ?? gone, gone);
    const marks = [["pending", pod.created_s], ["booting", pod.started_s], ["cold", pod.booted_s], ["warm", pod.warm_s]];
    const known = marks.filter(([, time]) => time !== null && time < deleted);
    const parts = known.map(([phase, time], index) => [phase, time, index + 1 < known.length ? known[index + 1][1] : deleted]);
    parts.push(["terminating", deleted, gone]);
    return parts.filter(([, from, until]) => until > from);
  };

  const draw = (holder, variant, range, area) => {
    const spikes = new Map();
    for (const spike of variant.spikes) if (spike.pod) spikes.set(spike.pod, (spikes.get(spike.pod) || []).concat(spike));
    const width = area.left + area.width;
    const height = Math.max(1, variant.pods.length) * ROW + 4;
    const x = (time) => area.left + ((Math.min(Math.max(time, range[0]), range[1]) - range[0]) / (range[1] - range[0])) * area.width;
    const inside = (time) => time >= range[0] && time <= range[1];
    const root = svg("svg", { class: "lifelines", viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `Lifelines of ${variant.pods.length} pods of ${variant.name}; their table follows` });
    variant.pods.forEach((pod, index) => {
      const y = index * ROW + 4;
      const label = svg("text", { x: area.left - 6, y: y + 10, "text-anchor": "end" }, pod.name.slice(-5));
      label.append(svg("title", {}, pod.name));
      root.append(label);
      for (const [phase, from, until] of phases(pod, variant.end_s)) {
        if (x(until) <= x(from)) continue;
        const bar = svg("rect", { x: x(from), y, width: x(until) - x(from), height: BAR, rx: 2, fill: hpalab.color(hpalab.phaseColors[phase]), stroke: hpalab.color("--muted"), "stroke-width": 0.5 });
        bar.append(svg("title", {}, `${pod.name}: ${phase}, ${format.moment(from)} to ${format.moment(until)}`));
        root.append(bar);
      }
      for (const spike of spikes.get(pod.name) || []) {
        if (!inside(spike.time_s)) continue;
        const tick = svg("rect", { x: x(spike.time_s) - 0.6, y: y - 3, width: 1.2, height: BAR + 6, fill: hpalab.color(spike.outcome === "ok" ? "--text" : "--lost"), class: "tick" });
        tick.addEventListener("click", (event) => hpalab.openSpike(spike, event.pageX, event.pageY));
        root.append(tick);
      }
    });
    holder.replaceChildren(root);
    return variant.pods.length;
  };

  const columns = ["pod", "created", "scheduled", "started", "could answer", "first answer", "warm", "first answer took", "later ones took", "restarts", "deletion began", "out of the endpoints", "gone", "answers", "a second, at the end", "spikes", "lost"];
  const moment = (time) => (time === null ? "-" : format.moment(time));
  const lasting = (time) => (time === null ? "-" : format.duration(time));
  const rows = (variant) => variant.pods.map((pod) => [pod.name, ...[pod.created_s, pod.scheduled_s, pod.started_s, pod.booted_s, pod.first_answer_s, pod.warm_s].map(moment),
    lasting(pod.first_response_s), lasting(pod.later_response_s), pod.restarts, ...[pod.deleted_s, pod.removed_s, pod.gone_s].map(moment), pod.answers,
    pod.last_rate_per_s === null ? "-" : format.rounded(pod.last_rate_per_s), pod.spikes, pod.lost]);

  return { draw, columns, rows };
})();
