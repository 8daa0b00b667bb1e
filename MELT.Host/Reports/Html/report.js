"use strict";
(() => {
  const root = document.documentElement;
  const css = name => getComputedStyle(root).getPropertyValue(name).trim();
  // Names that MELT does not know, of a command's own phases, get colours in the order they come.
  const named = [];
  const phaseColour = name => {
    const known = css(`--phase-${name}`);
    if (known || name === "ready") return known;
    if (!named.includes(name)) named.push(name);
    return named.length > 12 ? css("--phase-other") : seriesColour(named.indexOf(name) + 1);
  };
  const seriesColour = i => css(`--s${i % 8}`);
  const number = value => value == null ? "" : String(+value.toPrecision(4));
  const charts = [], swatches = [];

  const alpha = (u, opacity, paint) => {
    u.ctx.save();
    u.ctx.globalAlpha = opacity;
    u.ctx.beginPath();
    u.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    u.ctx.clip();
    paint(u.ctx, u.bbox, at => u.valToPos(at, "x", true));
    u.ctx.restore();
  };

  const shadePhases = plots => u => alpha(u, +css("--shade"), (ctx, box, x) => {
    for (const phase of plots.phases) {
      if (phase.name === "ready") continue;
      ctx.fillStyle = phaseColour(phase.name);
      ctx.fillRect(x(phase.begin), box.top, Math.max(x(phase.end) - x(phase.begin), 1), box.height);
    }
  });

  const markTokens = plots => u => alpha(u, .65, (ctx, box, x) => {
    const height = 9 * devicePixelRatio;
    ctx.fillStyle = css("--ink");
    for (const request of plots.tokens)
      for (const at of request) ctx.fillRect(x(at), box.top + box.height - height, Math.max(1, devicePixelRatio / 2), height);
  });

  const axes = labelled => [
    { stroke: () => css("--soft"), grid: { stroke: () => css("--line"), width: 1 }, ticks: { show: false }, gap: 2, size: labelled ? 26 : 4,
      font: "12px system-ui, sans-serif", values: (u, values) => values.map(value => labelled ? number(value) : "") },
    { stroke: () => css("--soft"), grid: { stroke: () => css("--line"), width: 1 }, ticks: { show: false }, gap: 6, size: 58, space: 28,
      font: "12px system-ui, sans-serif", values: (u, values) => values.map(number) },
  ];

  const range = zero => (u, low, high) => {
    if (low == null) return [0, 1];
    const [from, to] = uPlot.rangeNum(low, high, { min: { pad: .1 }, max: { pad: .08 } });
    return zero && low >= 0 ? [0, to] : [from, to];
  };

  const add = (holder, data, options) => {
    const chart = new uPlot({
      width: holder.clientWidth, legend: { show: false }, padding: [6, 8, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false }, sync: { key: options.sync, scales: ["x", null] } },
      ...options,
    }, data, holder);
    charts.push({ chart, holder });
    return chart;
  };

  const latest = (values, i) => {
    while (i >= 0 && values[i] == null) i--;
    return i < 0 ? null : values[i];
  };

  const titled = (holder, name, unit, entries) => {
    const title = document.createElement("div");
    title.className = "panel-title";
    const heading = document.createElement("b");
    heading.textContent = `${name} / ${unit}`;
    title.append(heading);
    const outputs = entries.map((entry, i) => {
      const chip = document.createElement("span"), line = document.createElement("i"), value = document.createElement("output");
      line.style.background = `var(--s${i % 8})`;
      chip.append(...(entry ? [line, entry] : []), value);
      title.append(chip);
      return value;
    });
    holder.append(title);
    return outputs;
  };

  const panel = (holder, plots, sync, model, first, last) => {
    const outputs = titled(holder, model.quantity, model.unit, model.series.map(one => one.name));
    // The first table has no values: it only makes every panel as long as the session.
    const tables = [[[plots.begin, plots.end], [undefined, undefined]]];
    const series = [{}, { show: false }];
    const bands = [], means = [];
    model.series.forEach((one, i) => {
      const stroke = () => seriesColour(i);
      const gaps = u => one.missing.map(gap => gap.map(at => Math.round(u.valToPos(at, "x", true))));
      tables.push(one.min ? [one.times, one.min, one.max, one.mean] : [one.times, one.mean]);
      if (one.min) {
        const at = series.length;
        for (let bound = 0; bound < 2; bound++) series.push({ stroke: "transparent", points: { show: false }, gaps });
        bands.push({ series: [at + 1, at], fill: () => seriesColour(i) + "38" });
      }
      means.push(series.length);
      series.push({ stroke, width: 1.25, points: { fill: stroke, size: 4 }, gaps });
    });
    add(holder, uPlot.join(tables), {
      height: (first ? 190 : 112) + (last ? 26 : 4), sync, series, bands, axes: axes(last), scales: { x: { time: false }, y: { range: range(model.zero) } },
      hooks: {
        drawClear: [shadePhases(plots)], draw: first ? [markTokens(plots)] : [],
        setCursor: [u => outputs.forEach((output, i) => output.textContent = u.cursor.idx == null ? "" : number(latest(u.data[means[i]], u.cursor.idx)))],
      },
    });
  };

  const read = id => JSON.parse(document.getElementById(id).textContent);

  for (const figure of document.querySelectorAll("[data-timeline]")) {
    const plots = read(figure.dataset.timeline), holder = figure.querySelector(".panels");
    plots.panels.forEach((model, i) => panel(holder, plots, figure.dataset.timeline, model, i === 0, i === plots.panels.length - 1));
    for (const swatch of figure.querySelectorAll("[data-phase]")) swatches.push(swatch);
  }

  for (const figure of document.querySelectorAll("[data-gaps]")) {
    const plots = read(figure.dataset.gaps), holder = figure.querySelector(".panels");
    const [output] = titled(holder, plots.gaps.quantity, plots.gaps.unit, [""]);
    const colour = () => phaseColour("decode");
    add(holder, [plots.gaps.times, plots.gaps.gaps], {
      height: 176, sync: figure.dataset.gaps, axes: axes(true), scales: { x: { time: false }, y: { range: range(true) } },
      series: [{}, { stroke: colour, paths: () => null, points: { show: true, size: 4, stroke: colour, fill: colour } }],
      hooks: { drawClear: [shadePhases(plots)], setCursor: [u => output.textContent = u.cursor.idx == null ? "" : number(u.data[1][u.cursor.idx])] },
    });
  }

  for (const figure of document.querySelectorAll("[data-clock]")) {
    const plots = read(figure.dataset.clock), clock = plots.clocks[+figure.dataset.index], holder = figure.querySelector(".panels");
    const [output] = titled(holder, "clock residual", "µs", [""]);
    const colour = () => seriesColour(0);
    const whiskers = u => alpha(u, .5, (ctx, box, x) => {
      ctx.fillStyle = colour();
      clock.times.forEach((at, i) => {
        const top = u.valToPos(clock.residuals[i] + clock.half[i], "y", true), bottom = u.valToPos(clock.residuals[i] - clock.half[i], "y", true);
        ctx.fillRect(x(at), top, Math.max(1, devicePixelRatio), bottom - top);
      });
      ctx.strokeStyle = css("--bad");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.globalAlpha = 1;
      for (const at of clock.steps) {
        ctx.beginPath();
        ctx.moveTo(x(at), box.top);
        ctx.lineTo(x(at), box.top + box.height);
        ctx.stroke();
      }
    });
    // Near a step the line is uncertain by the step itself, which would leave nothing to see of the residuals.
    const usual = [...clock.band].sort((a, b) => a - b)[clock.band.length >> 1] ?? 0;
    const reach = 1.15 * Math.max(usual, ...clock.residuals.map((value, i) => Math.abs(value) + clock.half[i]));
    add(holder, uPlot.join([[clock.times, clock.residuals], [clock.band_times, clock.band, clock.band.map(u => -u)]]), {
      height: 176, sync: figure.dataset.clock, axes: axes(true), scales: { x: { time: false }, y: { range: () => [-reach, reach] } },
      series: [{}, { stroke: colour, paths: () => null, points: { show: true, size: 4, stroke: colour, fill: colour } }, { stroke: "transparent", spanGaps: true, points: { show: false } }, { stroke: "transparent", spanGaps: true, points: { show: false } }],
      bands: [{ series: [2, 3], fill: () => seriesColour(0) + "30" }],
      hooks: { drawClear: [shadePhases(plots)], draw: [whiskers], setCursor: [u => output.textContent = u.cursor.idx == null ? "" : number(latest(u.data[1], u.cursor.idx))] },
    });
  }

  const paint = () => swatches.forEach(swatch => swatch.style.background = phaseColour(swatch.dataset.phase));
  paint();
  const redraw = () => {
    paint();
    charts.forEach(({ chart }) => chart.redraw(false));
  };
  const fit = () => charts.forEach(({ chart, holder }) => chart.width !== holder.clientWidth && chart.setSize({ width: holder.clientWidth, height: chart.height }));
  addEventListener("resize", fit);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

  // Paper is white and has no summary to click.
  const closed = [];
  addEventListener("beforeprint", () => {
    root.classList.add("paper");
    for (const details of document.querySelectorAll("details:not([open])")) if (!details.closest("footer")) { details.open = true; closed.push(details); }
    redraw();
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    for (const details of closed.splice(0)) details.open = false;
    redraw();
  });
})();
