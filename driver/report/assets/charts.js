"use strict";
/* What the charts of the timeline show. A chart has a title, its key, how high it is, the library's options for a
 * variant, what it says at a moment, and its table. */
hpalab.charts = (() => {
  const { format, plotters, key } = hpalab;

  const column = (table, name) => table.columns.indexOf(name);
  const objects = (table) => table.rows.map((row) => Object.fromEntries(table.columns.map((name, index) => [name, row[index]])));
  const most = (variants, value) => Math.max(0, ...variants.flatMap(value).filter((number) => number !== null && Number.isFinite(number)));

  /* The last row at or before a moment. */
  const rowAt = (rows, time, timeOf) => {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeOf(rows[middle]) <= time) low = middle + 1;
      else high = middle;
    }
    return low > 0 ? rows[low - 1] : null;
  };

  const requests = (variants) => {
    const top = 1.08 * Math.max(1, most(variants, (variant) => variant.seconds.flatMap((second) => [second.target_per_s, second.ok + second.lost])));
    return {
      id: "requests", title: "Requests per second", height: 150,
      keys: () => [key("target", "--target", "dash"), key("answered", "--done"), key("lost", "--lost")],
      /* A second's figures stand in its middle. */
      options: (variant) => ({
        file: variant.seconds.map((second) => [second.second + 0.5, second.ok + second.lost, second.ok, second.target_per_s]),
        labels: ["time", "lost", "answered", "target"], valueRange: [0, top],
        series: { lost: { plotter: plotters.area("--lost") }, answered: { plotter: plotters.area("--done") }, target: { plotter: plotters.line("--target", { dash: [5, 3], width: 1.5 }) } },
      }),
      at: (variant, time) => {
        const second = rowAt(variant.seconds, time, (row) => row.second);
        return second === null ? [] : [["target", format.rounded(second.target_per_s)], ["answered", format.count(second.ok)], ["lost", format.count(second.lost)]];
      },
      tableColumns: ["second", "target (1/s)", "answered", "lost", "dropped"],
      tableRows: (variant) => variant.seconds.map((second) => [second.second, format.rounded(second.target_per_s), second.ok, second.lost, second.dropped]),
    };
  };

  const powers = (range) => {
    const ticks = [];
    for (let value = 0.01; value <= range[1]; value *= 10) if (value >= range[0]) ticks.push({ v: value, label: format.milliseconds(value) });
    return ticks;
  };

  const latency = (variants) => {
    const values = (variant) => variant.seconds.flatMap((second) => [second.p50_ms, second.max_ms]).concat(variant.spikes.map((spike) => spike.response_ms));
    const positive = variants.flatMap(values).filter((value) => value > 0);
    const range = [Math.max(0.1, 0.6 * Math.min(1000, ...positive)), 1.8 * Math.max(10, ...positive)];
    const numeric = (value) => (value === null ? NaN : Math.max(value, range[0]));
    return {
      id: "latency", title: "Response time", height: 190,
      keys: () => [key("median", "--p50", "line"), key("p99", "--p99", "line"), key("longest", "--max", "line"), key("slow answer, coloured by its pod\u2019s phase", "--booting", "dot"), key("lost", "--terminating", "cross")],
      options: (variant) => ({
        file: variant.seconds.map((second) => [second.second + 0.5, numeric(second.max_ms), numeric(second.p99_ms), numeric(second.p50_ms)]),
        labels: ["time", "longest", "p99", "median"], valueRange: range, logscale: true,
        axes: { y: { ticker: () => powers(range) } },
        series: {
          longest: { plotter: plotters.line("--max", { width: 1.2 }) }, p99: { plotter: plotters.line("--p99", { width: 1.4 }) },
          median: { plotter: (event) => { plotters.line("--p50")(event); plotters.spikes(event.drawingContext, event.dygraph, variant.spikes); } },
        },
      }),
      at: (variant, time) => {
        const second = rowAt(variant.seconds, time, (row) => row.second);
        return second === null ? [] : [["median", format.milliseconds(second.p50_ms)], ["p99", format.milliseconds(second.p99_ms)], ["longest", format.milliseconds(second.max_ms)]];
      },
      points: (variant) => variant.spikes.map((spike) => ({ x: spike.time_s, y: Math.max(spike.response_ms, 0.1), open: (x, y) => hpalab.openSpike(spike, x, y) })),
      tableColumns: ["second", "median", "p99", "longest"],
      tableRows: (variant) => variant.seconds.map((second) => [second.second, format.milliseconds(second.p50_ms), format.milliseconds(second.p99_ms), format.milliseconds(second.max_ms)]),
    };
  };

  const replicas = (variants) => {
    const top = 0.6 + Math.max(1, most(variants, (variant) => variant.replicas.flatMap((step) => [step.desired, step.current])));
    return {
      id: "replicas", title: "Pods", height: 150,
      keys: () => [key("wanted by the HPA", "--desired", "line"), key("existing", "--current"), key("ready", "--ready"), key("warm", "--warm"), key("decision", "--accent")],
      options: (variant) => {
        const steps = variant.replicas.concat(variant.replicas.length ? [{ ...variant.replicas[variant.replicas.length - 1], time_s: variant.end_s }] : []);
        return {
          file: steps.map((step) => [step.time_s, step.current, step.ready, step.warm, step.desired > 0 ? step.desired : step.spec]),
          labels: ["time", "existing", "ready", "warm", "wanted"], valueRange: [0, top],
          underlayCallback: (context, plot, dygraph) => plotters.marks(context, dygraph, plot, variant.marks),
          axes: { y: { ticker: (low, high) => { const step = Math.ceil(high / 6); const ticks = []; for (let value = 0; value <= high; value += step) ticks.push({ v: value, label: String(value) }); return ticks; } } },
          series: {
            existing: { plotter: plotters.area("--current", true) }, ready: { plotter: plotters.area("--ready", true) }, warm: { plotter: plotters.area("--warm", true) },
            wanted: { plotter: (event) => { plotters.line("--desired", { steps: true })(event); plotters.flags(event.drawingContext, event.dygraph, event.plotArea, variant.decisions); } },
          },
        };
      },
      at: (variant, time) => {
        const step = rowAt(variant.replicas, time, (row) => row.time_s);
        return step === null ? [] : [["wanted", format.count(step.desired > 0 ? step.desired : step.spec)], ["existing", step.current], ["ready", step.ready], ["warm", step.warm]];
      },
      points: (variant) => variant.decisions.map((decision) => ({ x: decision.time_s, y: null, open: (x, y) => hpalab.openDecision(decision, variant, x, y) })),
      tableColumns: ["time", "wanted", "existing", "ready", "warm"],
      tableRows: (variant) => variant.replicas.map((step) => [format.moment(step.time_s), format.count(step.desired), step.current, step.ready, step.warm]),
    };
  };

  const metric = (variants) => {
    const watched = variants.find((variant) => variant.metric.watched);
    if (!watched) return null;
    const unit = watched.metric.unit;
    const top = 1.15 * Math.max(1, most(variants, (variant) => (variant.metric.watched ? variant.metric.steps.map((step) => step.value).concat(variant.metric.target * (1 + variant.metric.tolerance_up)) : [])));
    const say = (value) => (value === null ? "<unknown>" : `${format.rounded(value)}${unit}`);
    return {
      id: "metric", title: `What the HPA sees: ${watched.metric.name}`, height: 140,
      keys: () => [key("measured", "--metric", "line"), key("target", "--target", "dash"), key("tolerance", "--band"), key("unknown", "--unknown", "hatch")],
      options: (variant) => {
        const steps = variant.metric.steps || [];
        const last = steps.length ? [{ ...steps[steps.length - 1], time_s: variant.end_s }] : [];
        return {
          file: steps.concat(last).map((step) => [step.time_s, step.value === null ? NaN : step.value]), labels: ["time", "measured"], valueRange: [0, top],
          axes: { y: { axisLabelFormatter: (value) => `${format.rounded(value)}${unit}` } },
          series: { measured: { plotter: plotters.line("--metric", { steps: true, width: 2 }) } },
          underlayCallback: (context, plot, dygraph) => hpalab.drawMetricGround(context, plot, dygraph, variant),
        };
      },
      at: (variant, time) => {
        const step = rowAt(variant.metric.steps || [], time, (row) => row.time_s);
        if (step === null) return [];
        return [["measured/target", `${say(step.value)}/${say(variant.metric.target)}`]].concat(step.value === null && step.reason ? [["reason", step.reason]] : []);
      },
      tableColumns: ["time", "measured/target", "why unknown"],
      tableRows: (variant) => (variant.metric.steps || []).map((step) => [format.moment(step.time_s), `${say(step.value)}/${say(variant.metric.target)}`, step.message || step.reason || ""]),
    };
  };

  /* One line a pod; a pod that has gone has no value. */
  const podColors = ["--p50", "--booting", "--warm-phase", "--p99", "--lost", "--cold", "--max", "--pulling"];

  const podNames = (variant) => variant.pods.map((pod) => pod.name).filter((name, index, all) => all.indexOf(name) === index);

  /* [time, average, working set of each pod]: a row for each moment at which any of them changed. */
  const memoryRows = (variant) => {
    const names = podNames(variant);
    const last = names.map(() => NaN);
    const changes = variant.usage.map((row) => ({ time: row.time_s, pod: row.pod, value: row.memory_mib }))
      .concat(variant.pods.filter((pod) => pod.gone_s !== null).map((pod) => ({ time: pod.gone_s, pod: pod.name, value: NaN })))
      .sort((left, right) => left.time - right.time);
    const rows = [];
    for (const change of changes) {
      if (names.includes(change.pod)) last[names.indexOf(change.pod)] = change.value;
      const step = rowAt(variant.memory.steps, change.time, (row) => row.time_s);
      const row = [change.time, step === null || step.pods === 0 ? NaN : step.average_mib, ...last];
      if (rows.length && rows[rows.length - 1][0] === change.time) rows[rows.length - 1] = row;
      else rows.push(row);
    }
    return rows.length ? rows.concat([[variant.end_s, ...rows[rows.length - 1].slice(1)]]) : rows;
  };

  const memory = (variants) => {
    if (!variants.some((variant) => variant.memory.target_mib !== null)) return null;
    const top = 1.1 * Math.max(1, most(variants, (variant) => [variant.memory.max_mib, variant.memory.target_mib]));
    const say = (value) => (value === null || Number.isNaN(value) ? "-" : `${format.rounded(value)} MiB`);
    return {
      id: "memory", title: "Working set of each pod", height: 170,
      keys: () => [key("average", "--text", "line"), key("target", "--target", "dash"), key("a pod", podColors[0], "line"), key("step or Job", "--muted", "dash")],
      options: (variant) => {
        const names = podNames(variant);
        const series = Object.fromEntries(names.map((name, index) => [name, { plotter: plotters.line(podColors[index % podColors.length], { steps: true, width: 1.4 }) }]));
        return {
          file: memoryRows(variant), labels: ["time", "average", ...names], valueRange: [0, top],
          axes: { y: { axisLabelFormatter: (value) => format.rounded(value) } },
          series: { average: { plotter: (event) => {
            plotters.line("--text", { steps: true, width: 2.2 })(event);
            if (variant.memory.target_mib !== null) plotters.level(event.drawingContext, event.dygraph, event.plotArea, variant.memory.target_mib);
          } }, ...series },
          underlayCallback: (context, plot, dygraph) => plotters.marks(context, dygraph, plot, variant.marks),
        };
      },
      at: (variant, time) => {
        const row = rowAt(memoryRows(variant), time, (entry) => entry[0]);
        return row === null ? [] : [["average", say(row[1])]].concat(podNames(variant).map((name, index) => [name, say(row[index + 2])]));
      },
      points: (variant) => variant.marks.map((mark) => ({ x: mark.time_s, y: null, open: (x, y) => hpalab.openMark(mark, x, y) })),
      tableColumns: ["time", "pod", "working set", "CPU (cores)"],
      tableRows: (variant) => variant.usage.map((row) => [format.moment(row.time_s), row.pod, say(row.memory_mib), format.rounded(row.cpu_cores)]),
    };
  };

  /* What all pods together use of a resource, from sample to sample. */
  const usedRows = (variant, type) => {
    const last = new Map();
    const changes = variant.usage.map((row) => ({ time: row.time_s, pod: row.pod, value: type === "cpu" ? row.cpu_cores * 1000 : row.memory_mib }))
      .concat(variant.pods.filter((pod) => pod.gone_s !== null).map((pod) => ({ time: pod.gone_s, pod: pod.name, value: 0 })))
      .sort((left, right) => left.time - right.time);
    return changes.map((change) => {
      last.set(change.pod, change.value);
      return { time: change.time, used: [...last.values()].reduce((sum, value) => sum + value, 0) };
    });
  };

  /* One chart for each load on a resource: what was asked for, what the pods have taken, and what they use. */
  const given = (variants) => {
    const loads = variants.flatMap((variant) => variant.load.filter((load) => load.type === "cpu" || load.type === "memory"));
    const names = loads.map((load) => load.name).filter((name, index, all) => all.indexOf(name) === index);
    return names.map((name) => {
      const { type } = loads.find((load) => load.name === name);
      const unit = type === "cpu" ? "millicores" : "MiB";
      const steps = (variant) => variant.given.filter((step) => step.load === name);
      const top = 1.1 * Math.max(1, most(variants, (variant) => steps(variant).flatMap((step) => [step.target, step.given]).concat(usedRows(variant, type).map((row) => row.used))));
      const rows = (variant) => {
        const used = usedRows(variant, type);
        return steps(variant).map((step) => [step.second + 0.5, step.given, step.target, rowAt(used, step.second + 0.5, (row) => row.time)?.used ?? NaN]);
      };
      return {
        id: `given-${name}`, title: `Given and used: ${name} (${unit}, all pods)`, height: 150,
        keys: () => [key("asked for", "--target", "dash"), key("given", "--done"), key("used", "--p50", "line")],
        options: (variant) => ({
          file: rows(variant), labels: ["time", "given", "asked for", "used"], valueRange: [0, top],
          series: { given: { plotter: plotters.area("--done") }, "asked for": { plotter: plotters.line("--target", { dash: [5, 3], width: 1.5 }) }, used: { plotter: plotters.line("--p50", { steps: true }) } },
        }),
        at: (variant, time) => {
          const row = rowAt(rows(variant), time, (entry) => entry[0]);
          return row === null ? [] : [["asked for", format.rounded(row[2])], ["given", format.rounded(row[1])], ["used", format.rounded(row[3])]];
        },
        tableColumns: ["second", "asked for", "given", "pods", "could not be told"],
        tableRows: (variant) => steps(variant).map((step) => [step.second, format.rounded(step.target), format.rounded(step.given), step.pods, step.failures]),
      };
    });
  };

  /* A run without requests has no chart of them. */
  const ofRequests = (variants) => (variants.some((variant) => variant.requests.planned > 0) ? [requests(variants), latency(variants)] : []);

  return { make: (variants) => [...ofRequests(variants), ...given(variants), memory(variants), replicas(variants), metric(variants)].filter((chart) => chart !== null), column, objects };
})();

hpalab.drawMetricGround = (context, plot, dygraph, variant) => {
  const { metric } = variant;
  if (!metric.watched) return;
  const { hatch } = hpalab.plotters;
  const y = (value) => dygraph.toDomYCoord(value);
  const high = y(metric.target * (1 + metric.tolerance_up));
  context.fillStyle = hpalab.color("--band");
  context.fillRect(plot.x, high, plot.w, y(metric.target * (1 - metric.tolerance_down)) - high);
  metric.steps.forEach((step, index) => {
    if (step.value !== null) return;
    const until = index + 1 < metric.steps.length ? metric.steps[index + 1].time_s : variant.end_s;
    const left = Math.max(plot.x, dygraph.toDomXCoord(step.time_s));
    const right = Math.min(plot.x + plot.w, dygraph.toDomXCoord(until));
    if (right > left) hatch(context, left, plot.y, right - left, plot.h, "--unknown");
  });
  hpalab.plotters.level(context, dygraph, plot, metric.target);
};

hpalab.openSpike = (spike, x, y) => {
  const { format } = hpalab;
  const blame = spike.inferred ? `${spike.phase} (concluded from what the cluster did)` : spike.phase;
  hpalab.detail.open(spike.outcome === "ok" ? `Slow answer: ${format.milliseconds(spike.response_ms)}` : "Lost request", [
    ["Due", format.moment(spike.time_s)], ["Took", format.milliseconds(spike.response_ms)],
    ["Outcome", spike.http_status ? `${spike.outcome} (${spike.http_status})` : spike.outcome],
    ["Pod", spike.pod || "unknown"], ["Phase", blame], ["Age of the pod", spike.age_s === null ? "" : format.duration(spike.age_s)]], x, y);
};

hpalab.openDecision = (decision, variant, x, y) => {
  hpalab.detail.open(`${decision.from} \u2192 ${decision.to} pods`, [["Time", hpalab.format.moment(decision.time_s)], ["Reason", decision.reason], ["HPA", variant.hpa || ""]], x, y);
};

hpalab.openMark = (mark, x, y) => {
  hpalab.detail.open(mark.kind === "step" ? "Step of the lesson" : "Job", [["Time", hpalab.format.moment(mark.time_s)], ["What", mark.text]], x, y);
};
