// The member's phone: codes that change, a word when the network is gone, and the worker that keeps the card.
"use strict";

const OFFSET = "phakdi-clock";  // by how much this phone's clock is wrong, in milliseconds: nothing personal

// --- the card's code ---------------------------------------------------------------------------------------------------
const NS = "http://www.w3.org/2000/svg";

function draw(size, bits) {
  const bytes = Uint8Array.from(atob(bits), (letter) => letter.charCodeAt(0));
  const isDark = (at) => (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  let path = "";
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (!isDark(y * size + x)) continue;
      let run = 1;
      while (x + run < size && isDark(y * size + x + run)) run += 1;
      path += `M${x + 1} ${y + 1}h${run}v1h-${run}z`;
      x += run;
    }
  }
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${size + 2} ${size + 2}`);
  const drawn = document.createElementNS(NS, "path");
  drawn.setAttribute("d", path);
  drawn.setAttribute("fill", "#1c2826");
  svg.append(drawn);
  return svg;
}

function keepCode(place) {
  const picture = place.querySelector("[data-qr]");
  const number = place.querySelector("[data-number]");
  const left = place.querySelector("[data-left]");
  const note = place.querySelector("[data-note]");
  const words = place.dataset;
  let batch = null;
  let shown = -1;
  let asking = false;
  let offset = Number(localStorage.getItem(OFFSET)) || 0;

  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(words.codes, { headers: { accept: "application/json" }, cache: "no-store" });
      if (answer.redirected) { window.location.reload(); return; }
      if (!answer.ok) return;
      batch = await answer.json();
      if (!answer.headers.has("x-phakdi-kept")) {
        offset = batch.now - Date.now();
        localStorage.setItem(OFFSET, String(offset));
      }
      shown = -1;
    } catch { /* no network: what is there is shown until it has run out */ } finally { asking = false; }
  }

  function tick() {
    const seconds = batch ? batch.seconds : 30;
    const now = (Date.now() + offset) / 1000;
    left.value = seconds - (now % seconds);
    if (!batch) return;
    const at = Math.floor(now / seconds) - batch.step;
    const there = at >= 0 && at < batch.codes.length;
    if (batch.codes.length - at < 8) ask();
    if (at === shown) return;
    shown = at;
    place.dataset.state = there ? "live" : "gone";
    note.textContent = there ? words.live : words.gone;
    picture.replaceChildren(there ? draw(batch.size, batch.codes[at]) : number.firstElementChild.cloneNode(true));
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  window.addEventListener("online", ask);
  ask().then(tick);
  setInterval(tick, 500);
}
for (const place of document.querySelectorAll("[data-codes]")) keepCode(place);

// --- the network -------------------------------------------------------------------------------------------------------
const gone = document.querySelector("[data-offline]");
if (gone) {
  const tell = () => { gone.hidden = navigator.onLine; };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

// --- the worker --------------------------------------------------------------------------------------------------------
const home = document.querySelector("[data-worker]");
if (home && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(home.dataset.worker, { scope: home.dataset.scope }).catch(() => {});
}

// --- sharing -----------------------------------------------------------------------------------------------------------
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {}));
}
