"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const packed = document.getElementById("library").textContent;
  const panels = [...document.querySelectorAll(".panel")];
  const keys = new Map(panels.map((panel) => [panel, { name: panel.dataset.name.toLowerCase(), tags: panel.dataset.tags.split("\n") }]));
  const tools = document.getElementById("tools");
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const colours = ["#2f6fdb", "#e8833a", "#2a9d76", "#a05bd6"];
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

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
    const ink = style("--soft"), line = style("--line");
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
      ...trace,
      marker: { color: trace.levels ? trace.levels.map((level) => style("--" + (level || "info"))) : colours[series % 4], ...trace.marker },
      line: { color: colours[series % 4], ...trace.line },
    }));
    // `line` belongs to curves only; bars draw theirs inside of marker.
    data.forEach((trace) => { if (trace.type === "bar") delete trace.line; delete trace.levels; });
    Plotly.react(place, data, layout, { displayModeBar: false, responsive: true });
    place.dataset.drawn = "yes";
  }

  const box = (name) => document.getElementById(name);
  const chips = () => [...tools.querySelectorAll(".chip input[value]")].filter((chip) => chip.id !== "log");
  const wanted = () => chips().filter((chip) => chip.checked).map((chip) => chip.value);

  function filter() {
    const text = box("search").value.trim().toLowerCase();
    const tags = wanted();
    let shown = 0;
    for (const panel of panels) {
      const key = keys.get(panel);
      panel.hidden = !(key.name.includes(text) && tags.every((tag) => key.tags.includes(tag)));
      shown += panel.hidden ? 0 : 1;
    }
    box("shown").value = shown + " of " + panels.length;
  }

  let ordered = "given";
  function order() {
    const by = box("order").value;
    if (by === ordered) return;
    ordered = by;
    const sorted = [...panels];
    if (by === "name") sorted.sort((a, b) => a.dataset.name.localeCompare(b.dataset.name));
    if (by === "strength") sorted.sort((a, b) => Number(b.dataset.strength) - Number(a.dataset.strength));
    box("panels").append(...sorted);
  }

  function redraw() {
    document.querySelectorAll("[data-drawn]").forEach(draw);
  }

  // The address tells what is shown, so that a link leads to the same view: #tag=anomaly&search=fare&order=strength
  function fromAddress() {
    const text = location.hash.slice(1);
    if (text && !text.includes("=")) return;
    const given = new URLSearchParams(text);
    box("search").value = given.get("search") || "";
    chips().forEach((chip) => { chip.checked = given.getAll("tag").includes(chip.value); });
    const by = given.get("order");
    box("order").value = [...box("order").options].some((option) => option.value === by) ? by : "given";
    const log = isLog();
    if (box("log")) box("log").checked = given.has("log");
    if (log !== isLog()) redraw();
    order();
    filter();
  }

  function toAddress() {
    const now = new URLSearchParams(wanted().map((tag) => ["tag", tag]));
    if (box("search").value.trim()) now.set("search", box("search").value.trim());
    if (box("order").value !== "given") now.set("order", box("order").value);
    if (isLog()) now.set("log", "1");
    // A frame in a notebook has no address of its own.
    try { history.replaceState(null, "", "#" + now); } catch { return; }
  }

  function show(panel) {
    if (panel.hidden) {
      box("search").value = "";
      chips().forEach((chip) => { chip.checked = false; });
      filter();
    }
    document.querySelectorAll(".sought").forEach((other) => other.classList.remove("sought"));
    panel.classList.add("sought");
    panel.scrollIntoView();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    // In a frame a link to a place in the page would lead out of it.
    event.preventDefault();
    const href = link.getAttribute("href");
    if (href.includes("=")) {
      try { history.replaceState(null, "", href); } catch { return; }
      if (tools) fromAddress();
      (tools || document.body).scrollIntoView();
    } else if (box(href.slice(1))) show(box(href.slice(1)));
  });

  if (tools) {
    tools.addEventListener("input", (event) => {
      if (event.target.id === "order") order();
      else if (event.target.id === "log") redraw();
      else filter();
      toAddress();
    });
    addEventListener("hashchange", fromAddress);
    fromAddress();
    filter();
  }
  scheme.addEventListener("change", redraw);

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
