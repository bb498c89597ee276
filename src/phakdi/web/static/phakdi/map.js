// Maps with tiles where the installation has any: the drawn map gives way to one that can be moved. On a form, a click writes
// the place into a field.
"use strict";
for (const place of document.querySelectorAll("[data-map]")) {
  const marks = JSON.parse(document.getElementById("map-marks")?.textContent || "[]");
  const field = place.dataset.writes ? document.querySelector(place.dataset.writes) : null;
  const area = document.createElement("div");
  area.className = "map-moving";
  area.setAttribute("role", "application");
  area.setAttribute("aria-label", place.dataset.label);
  place.replaceChildren(area);
  const map = L.map(area, { attributionControl: Boolean(place.dataset.attribution), scrollWheelZoom: Boolean(field) });
  if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { attribution: place.dataset.attribution, maxZoom: 19 }).addTo(map);
  const pin = (mark, kind) =>
    L.marker(mark.at, {
      icon: L.divIcon({ className: "map-mark" + kind, html: String(mark.n || ""), iconSize: [32, 32] }),
      title: mark.name,
      alt: mark.name,
      interactive: Boolean(mark.to),
    }).addTo(map);
  for (const mark of marks) {
    const marker = pin(mark, "");
    if (mark.to) marker.on("click", () => document.querySelector(CSS.escape ? "#" + CSS.escape(mark.to.slice(1)) : mark.to)?.focus());
  }
  let chosen = null;
  const read = () => (field?.value.match(/^\s*(-?\d+(?:\.\d+)?)\s*[, ]\s*(-?\d+(?:\.\d+)?)\s*$/) || []).slice(1).map(Number);
  const show = () => {
    const at = read();
    chosen?.remove();
    chosen = at.length ? pin({ at, name: place.dataset.label }, " chosen") : null;
    return at;
  };
  const spots = marks.map((mark) => mark.at);
  const mine = field ? show() : [];
  if (mine.length && (place.dataset.tiles || !spots.length)) map.setView(mine, 16);
  else if (mine.length) map.fitBounds([...spots, mine], { padding: [40, 40], maxZoom: 16 });
  else if (spots.length) map.fitBounds(spots, { padding: [40, 40], maxZoom: 16 });
  else map.setView([13.7563, 100.5018], 6);
  if (!field) continue;
  field.addEventListener("change", () => {
    const at = show();
    if (at.length) map.setView(at, 16);
  });
  map.on("click", (event) => {
    field.value = event.latlng.lat.toFixed(6) + ", " + event.latlng.wrap().lng.toFixed(6);
    show();
  });
}
