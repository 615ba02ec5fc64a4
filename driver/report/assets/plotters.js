"use strict";
/* How series are drawn on a chart's canvas, beyond the library's lines. A plotter gets the library's drawing event. */
hpalab.plotters = (() => {
  const floor = (event) => event.plotArea.y + event.plotArea.h;

  /* Calls back with each run of points that have a value. */
  const runs = (points, draw) => {
    let run = [];
    for (const point of points) {
      if (point.yval === null || Number.isNaN(point.yval)) {
        if (run.length) draw(run);
        run = [];
      } else run.push(point);
    }
    if (run.length) draw(run);
  };

  const trace = (context, run, steps) => {
    run.forEach((point, index) => {
      if (index === 0) context.lineTo(point.canvasx, point.canvasy);
      else {
        if (steps) context.lineTo(point.canvasx, run[index - 1].canvasy);
        context.lineTo(point.canvasx, point.canvasy);
      }
    });
  };

  const area = (variable, steps) => (event) => {
    const context = event.drawingContext;
    context.fillStyle = hpalab.color(variable);
    runs(event.points, (run) => {
      context.beginPath();
      context.moveTo(run[0].canvasx, floor(event));
      trace(context, run, steps);
      context.lineTo(run[run.length - 1].canvasx, floor(event));
      context.closePath();
      context.fill();
    });
  };

  const line = (variable, { steps = false, dash = [], width = 1.8 } = {}) => (event) => {
    const context = event.drawingContext;
    context.save();
    context.strokeStyle = hpalab.color(variable);
    context.lineWidth = width;
    context.lineJoin = "round";
    context.setLineDash(dash);
    runs(event.points, (run) => {
      context.beginPath();
      context.moveTo(run[0].canvasx, run[0].canvasy);
      trace(context, run, steps);
      if (run.length === 1) context.lineTo(run[0].canvasx + 1, run[0].canvasy);
      context.stroke();
    });
    context.restore();
  };

  /* Each spike a point: a dot in its phase's colour, a cross when it was lost. */
  const spikes = (context, dygraph, list) => {
    context.save();
    context.lineWidth = 2;
    for (const spike of list) {
      const x = dygraph.toDomXCoord(spike.time_s);
      const y = dygraph.toDomYCoord(Math.max(spike.response_ms, 0.1));
      context.fillStyle = context.strokeStyle = hpalab.color(hpalab.phaseColors[spike.phase] || "--other");
      context.beginPath();
      if (spike.outcome === "ok") {
        context.arc(x, y, 3, 0, 2 * Math.PI);
        context.fill();
      } else {
        context.moveTo(x - 4, y - 4);
        context.lineTo(x + 4, y + 4);
        context.moveTo(x + 4, y - 4);
        context.lineTo(x - 4, y + 4);
        context.stroke();
      }
    }
    context.restore();
  };

  const flags = (context, dygraph, plot, decisions) => {
    context.save();
    context.font = "600 11px system-ui, sans-serif";
    let lastEnd = -Infinity;
    let level = 0;
    for (const decision of decisions) {
      const x = dygraph.toDomXCoord(decision.time_s);
      if (x < plot.x || x > plot.x + plot.w) continue;
      const label = `${decision.from}\u2192${decision.to}`;
      const width = context.measureText(label).width + 8;
      level = x < lastEnd ? level + 1 : 0;
      lastEnd = x + width + 2;
      const y = plot.y + 1 + level * 17;
      context.strokeStyle = context.fillStyle = hpalab.color("--accent");
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x, plot.y + plot.h);
      context.stroke();
      context.fillRect(x, y, width, 15);
      context.fillStyle = hpalab.color("--panel");
      context.fillText(label, x + 4, y + 11.5);
    }
    context.restore();
  };

  const hatch = (context, x, y, width, height, variable) => {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = hpalab.color(variable);
    context.lineWidth = 1.5;
    context.beginPath();
    for (let offset = -height; offset < width; offset += 7) {
      context.moveTo(x + offset, y + height);
      context.lineTo(x + offset + height, y);
    }
    context.stroke();
    context.restore();
  };

  /* A dashed line across the chart at a value. */
  const level = (context, dygraph, plot, value) => {
    const y = dygraph.toDomYCoord(value);
    context.save();
    context.strokeStyle = hpalab.color("--target");
    context.setLineDash([5, 3]);
    context.beginPath();
    context.moveTo(plot.x, y);
    context.lineTo(plot.x + plot.w, y);
    context.stroke();
    context.restore();
  };

  /* A thin line up the chart for each step and Job; one that failed is drawn in the colour of what is lost. */
  const marks = (context, dygraph, plot, list) => {
    context.save();
    context.setLineDash([2, 3]);
    for (const mark of list) {
      const x = dygraph.toDomXCoord(mark.time_s);
      if (x < plot.x || x > plot.x + plot.w) continue;
      context.strokeStyle = hpalab.color(mark.kind === "job failed" ? "--lost" : "--muted");
      context.beginPath();
      context.moveTo(x, plot.y);
      context.lineTo(x, plot.y + plot.h);
      context.stroke();
    }
    context.restore();
  };

  /* What was not told in time: the API was away. */
  const gaps = (context, dygraph, plot, list) => {
    for (const gap of list) {
      const left = Math.max(plot.x, dygraph.toDomXCoord(gap.from_s));
      const right = gap.until_s === null ? plot.x + plot.w : Math.min(plot.x + plot.w, dygraph.toDomXCoord(gap.until_s));
      if (right > left) hatch(context, left, plot.y, right - left, plot.h, "--grid");
    }
  };

  return { area, line, spikes, flags, hatch, level, marks, gaps };
})();
