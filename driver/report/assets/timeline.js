"use strict";
/* The charts over one time axis: one cursor and one zoom for all of them. The library draws; pointer and keys are
 * handled here, so that every chart moves with the one that is used. */
hpalab.timeline = (() => {
  const { element, format } = hpalab;
  const AXIS = 50; /* pixels of the y axis' labels, the same in all charts */
  const REACH = 12; /* pixels within which a click meets a point */
  const cells = [];
  let variants = [];
  let full = [0, 1];
  let range = [0, 1];
  let cursor = null;
  let drawn = 0;

  const plotArea = (cell) => {
    if (cell.dygraph) {
      const area = cell.dygraph.getArea();
      return { left: area.x, width: area.w, top: area.y, height: area.h };
    }
    const width = Math.max(60, cell.plot.clientWidth);
    return { left: AXIS, width: width - AXIS - 6, top: 0, height: cell.plot.clientHeight };
  };

  const timeAt = (cell, clientX) => {
    const area = plotArea(cell);
    const share = (clientX - cell.plot.getBoundingClientRect().left - area.left) / area.width;
    return range[0] + Math.min(Math.max(share, 0), 1) * (range[1] - range[0]);
  };

  const showCursor = (announce) => {
    for (const cell of cells) {
      cell.cursor.hidden = cursor === null || cursor < range[0] || cursor > range[1];
      const said = cursor === null || !cell.chart.at ? [] : cell.chart.at(cell.variant, cursor);
      cell.readout.replaceChildren(...said.flatMap(([name, value]) => [`${name} `, element("b", {}, value)]));
      if (cell.cursor.hidden) continue;
      const area = plotArea(cell);
      const left = area.left + ((cursor - range[0]) / (range[1] - range[0])) * area.width;
      Object.assign(cell.cursor.style, { left: `${left}px`, top: `${area.top}px`, height: `${area.height}px` });
    }
    const text = document.querySelector(".cursor-text");
    text.textContent = cursor === null ? "" : `At ${format.moment(cursor)}`;
    if (announce && cursor !== null) {
      const words = cells.map((cell) => { const said = cell.chart.at ? cell.chart.at(cell.variant, cursor) : []; return said.length ? `${cell.variant.name}: ${said.map(([name, value]) => `${name} ${value}`).join(", ")}` : ""; });
      text.textContent += `. ${words.filter((word) => word).join("; ")}`;
    }
  };

  const setRange = (from, until) => {
    const least = Math.max(0.5, (full[1] - full[0]) / 2000);
    const length = Math.min(Math.max(until - from, least), full[1] - full[0]);
    const start = Math.min(Math.max(from, full[0]), full[1] - length);
    range = [start, start + length];
    for (const cell of cells) {
      if (cell.dygraph) cell.dygraph.updateOptions({ dateWindow: range });
      else hpalab.lifelines.draw(cell.plot, cell.variant, range, plotArea(cell));
    }
    showCursor(false);
  };

  const zoom = (factor) => {
    const middle = cursor !== null && cursor >= range[0] && cursor <= range[1] ? cursor : (range[0] + range[1]) / 2;
    setRange(middle - (middle - range[0]) * factor, middle + (range[1] - middle) * factor);
  };

  const reset = () => { setRange(full[0], full[1]); };

  const move = (share) => {
    const step = (range[1] - range[0]) * share;
    cursor = Math.min(Math.max((cursor === null ? range[0] : cursor) + step, full[0]), full[1]);
    if (cursor < range[0] || cursor > range[1]) setRange(range[0] + step * 5, range[1] + step * 5);
    showCursor(true);
  };

  /* The point of a chart nearest to a click; flags count along the x axis alone. */
  const openNearest = (cell, event) => {
    if (!cell.dygraph || !cell.chart.points) return;
    const box = cell.plot.getBoundingClientRect();
    let best = null;
    let nearest = REACH;
    for (const point of cell.chart.points(cell.variant)) {
      const across = cell.dygraph.toDomXCoord(point.x) - (event.clientX - box.left);
      const along = point.y === null ? 0 : cell.dygraph.toDomYCoord(point.y) - (event.clientY - box.top);
      const distance = point.y === null && across < 0 && across > -36 ? Math.abs(across) / 4 : Math.hypot(across, along);
      if (distance < nearest) { nearest = distance; best = point; }
    }
    if (best) best.open(event.pageX, event.pageY);
  };

  const listen = (cell) => {
    let start = null;
    cell.plot.addEventListener("pointerdown", (event) => { if (event.button === 0) { start = event.clientX; hpalab.detail.close(); } });
    cell.plot.addEventListener("pointermove", (event) => {
      cursor = timeAt(cell, event.clientX);
      showCursor(false);
      const dragged = start !== null && Math.abs(event.clientX - start) > 5;
      cell.selection.hidden = !dragged;
      if (!dragged) return;
      const area = plotArea(cell);
      const box = cell.plot.getBoundingClientRect();
      const left = Math.max(Math.min(start, event.clientX) - box.left, area.left);
      Object.assign(cell.selection.style, { left: `${left}px`, width: `${Math.max(start, event.clientX) - box.left - left}px`, top: `${area.top}px`, height: `${area.height}px` });
    });
    const end = (event) => {
      if (start === null) return;
      const from = timeAt(cell, Math.min(start, event.clientX));
      const until = timeAt(cell, Math.max(start, event.clientX));
      const dragged = Math.abs(event.clientX - start) > 5;
      start = null;
      cell.selection.hidden = true;
      if (dragged) setRange(from, until);
      else if (event.type === "pointerup") openNearest(cell, event);
    };
    cell.plot.addEventListener("pointerup", end);
    cell.plot.addEventListener("pointerleave", (event) => { end(event); cursor = null; showCursor(false); });
    cell.plot.addEventListener("dblclick", reset);
  };

  const makeDygraph = (cell) => {
    const { axes = {}, ...options } = cell.chart.options(cell.variant);
    drawn += options.file.length * (options.labels.length - 1);
    cell.dygraph = new Dygraph(cell.plot, options.file.length ? options.file : [[full[0], ...options.labels.slice(1).map(() => NaN)]], {
      ...options, underlayCallback: (context, plot, dygraph) => {
        hpalab.plotters.gaps(context, dygraph, plot, cell.variant.gaps);
        if (options.underlayCallback) options.underlayCallback(context, plot, dygraph);
      },
      file: undefined, dateWindow: range, legend: "never", interactionModel: {}, animatedZooms: false, highlightCircleSize: 0,
      axisLineColor: hpalab.color("--line"), gridLineColor: hpalab.color("--grid"), gridLineWidth: 1, axisLabelWidth: AXIS - 6, axisTickSize: 3,
      axes: {
        x: { axisLabelFormatter: (value) => format.moment(value), pixelsPerLabel: 60, axisLabelWidth: 60, drawGrid: true },
        y: { axisLabelFormatter: (value) => format.rounded(value), pixelsPerLabel: 28, axisLabelWidth: AXIS - 6, ...axes.y },
      },
    });
  };

  const addCell = (grid, chart, variant) => {
    const plot = element("div", { class: "plot", role: "img", "aria-label": `${chart.title}, ${variant.name}; its table follows` });
    plot.style.height = `${chart.height || chart.heightOf(variant)}px`;
    const cell = { chart, variant, plot, readout: element("div", { class: "readout", "aria-hidden": "true" }), cursor: element("div", { class: "cursor", hidden: "" }), selection: element("div", { class: "selection", hidden: "" }) };
    grid.append(element("div", { class: "cell" }, element("div", { class: "cell-name" }, variant.name), cell.readout, element("div", { class: "plot-holder" }, plot), hpalab.lazyTable("Table", chart.tableColumns, () => chart.tableRows(variant))));
    cells.push(cell);
    return cell;
  };

  const lifelineChart = () => ({
    id: "lifelines", title: "Pods\u2019 lives", heightOf: (variant) => Math.max(1, variant.pods.length) * 18 + 4,
    keys: () => ["pending", "booting", "cold", "warm", "terminating"].map((phase) => hpalab.key(phase, hpalab.phaseColors[phase])).concat(hpalab.key("spike", "--text", "line")),
    tableColumns: hpalab.lifelines.columns, tableRows: hpalab.lifelines.rows,
  });

  const finishCell = (cell) => {
    if (cell.chart.options) makeDygraph(cell);
    else drawn += hpalab.lifelines.draw(cell.plot, cell.variant, range, plotArea(cell));
    const holder = cell.plot.parentElement;
    holder.style.position = "relative";
    holder.append(cell.cursor, cell.selection);
    listen(cell);
  };

  const redraw = () => {
    for (const cell of cells) {
      if (!cell.dygraph) { hpalab.lifelines.draw(cell.plot, cell.variant, range, plotArea(cell)); continue; }
      cell.dygraph.resize();
      cell.dygraph.updateOptions({ axisLineColor: hpalab.color("--line"), gridLineColor: hpalab.color("--grid") });
    }
    showCursor(false);
  };

  const start = (all) => {
    variants = all;
    const grid = document.querySelector(".charts");
    grid.style.setProperty("--variants", Math.max(1, variants.length));
    const ends = variants.flatMap((variant) => [variant.end_s, variant.load_s]);
    full = [Math.min(0, ...variants.map((variant) => Math.max(-10, variant.start_s))), Math.max(1, ...ends)];
    range = full.slice();
    for (const variant of variants) grid.append(element("div", { class: "variant" }, variant.name, variant.title ? element("small", {}, variant.title) : null));
    for (const chart of [...hpalab.charts.make(variants), lifelineChart()]) {
      grid.append(element("div", { class: "row-title" }, element("h3", {}, chart.title), ...chart.keys()));
      for (const variant of variants) addCell(grid, chart, variant);
    }
    for (const cell of cells) finishCell(cell);
    const button = (label, title, act) => element("button", { type: "button", title, onclick: act }, label);
    document.querySelector(".toolbar").append(button("\u2190", "Cursor back (left arrow)", () => move(-0.01)), button("\u2192", "Cursor forward (right arrow)", () => move(0.01)),
      button("+", "Zoom in (+)", () => zoom(0.5)), button("\u2212", "Zoom out (\u2212)", () => zoom(2)), button("Everything", "Whole time (Esc)", reset));
    return drawn;
  };

  /* Brings a moment into sight and puts the cursor there. */
  const show = (time) => {
    cursor = time;
    if (time < range[0] || time > range[1]) setRange(time - (range[1] - range[0]) / 2, time + (range[1] - range[0]) / 2);
    showCursor(true);
    document.getElementById("timeline").scrollIntoView({ block: "start" });
  };

  return { start, redraw, zoom, reset, move, show };
})();
