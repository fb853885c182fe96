"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const packed = document.getElementById("library").textContent;
  const panels = [...document.querySelectorAll(".panel")];
  const tools = document.getElementById("tools");
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ink = isDark ? "#9aa5b4" : "#5c6675";
  const line = isDark ? "#313a46" : "#e4e8ee";
  const colours = ["#2f6fdb", "#e8833a", "#2a9d76", "#a05bd6"];

  async function load() {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(plain).text();
    document.head.append(script);
  }

  function isLog() {
    const box = document.getElementById("log");
    return Boolean(box && box.checked);
  }

  function draw(place) {
    const figure = figures[Number(place.dataset.figure)];
    const rows = Number(place.dataset.rows || 0);
    if (rows) place.style.height = Math.max(120, 70 + 17 * rows) + "px";
    const axis = (given) => ({ gridcolor: line, zerolinecolor: line, automargin: true, ...given });
    const layout = {
      ...figure.layout,
      margin: { l: 44, r: 8, t: 6, b: 36 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { size: 11.5, color: ink, family: "system-ui, DejaVu Sans, sans-serif" },
      legend: { orientation: "h", y: 1.12, x: 0 },
      xaxis: axis(figure.layout.xaxis), yaxis: axis(figure.layout.yaxis),
      colorway: colours,
    };
    if (isLog()) (rows ? layout.xaxis : layout.yaxis).type = "log";
    const data = figure.data.map(({ series, ...trace }) => ({
      ...trace, marker: { color: colours[series % 4], ...trace.marker }, line: { color: colours[series % 4], ...trace.line },
    }));
    // `line` belongs to curves only; bars draw theirs inside of marker.
    data.forEach((trace) => { if (trace.type === "bar") delete trace.line; });
    Plotly.react(place, data, layout, { displayModeBar: false, responsive: true });
    place.dataset.drawn = "yes";
  }

  function filter() {
    const text = document.getElementById("search").value.trim().toLowerCase();
    const wanted = [...tools.querySelectorAll(".chip input[value]:checked")].map((box) => box.value).filter((v) => v !== "on");
    let shown = 0;
    for (const panel of panels) {
      const tags = panel.dataset.tags.split("\n");
      panel.hidden = !(panel.dataset.name.toLowerCase().includes(text) && wanted.every((tag) => tags.includes(tag)));
      shown += panel.hidden ? 0 : 1;
    }
    document.getElementById("shown").value = shown + " of " + panels.length;
  }

  function order() {
    const by = document.getElementById("order").value;
    const sorted = [...panels];
    if (by === "name") sorted.sort((a, b) => a.dataset.name.localeCompare(b.dataset.name));
    if (by === "strength") sorted.sort((a, b) => Number(b.dataset.strength) - Number(a.dataset.strength));
    document.getElementById("panels").append(...sorted);
  }

  if (tools) {
    tools.addEventListener("input", (event) => {
      if (event.target.id === "order") order();
      else if (event.target.id === "log") document.querySelectorAll("[data-drawn]").forEach(draw);
      else filter();
    });
    filter();
  }

  if (packed) {
    load().then(() => {
      // Thousands of panels stay quick: a figure is drawn when it comes near the view.
      const watch = new IntersectionObserver((entries) => {
        for (const entry of entries) if (entry.isIntersecting) { watch.unobserve(entry.target); draw(entry.target); }
      }, { rootMargin: "400px" });
      document.querySelectorAll(".plot").forEach((place) => watch.observe(place));
      document.body.dataset.ready = "yes";
    });
  } else {
    document.body.dataset.ready = "yes";
  }
})();
