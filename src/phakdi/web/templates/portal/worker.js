// Keeps {{ shop.slug }}'s card on the phone: its looks, the card as it was last seen, and the codes of the next minutes.
"use strict";
const HOME = "{{ home|escapejs }}";
const LOOKS = "phakdi {{ shop.slug }} looks {{ version }}";
const MINE = "phakdi {{ shop.slug }} mine";
const KEPT = [{% for each in kept %}"{{ each|escapejs }}", {% endfor %}HOME + "offline/"];
const BRAND = /^(brand\.css|logo\.png|icon-[a-z0-9]+\.png)$/;
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(LOOKS).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("phakdi {{ shop.slug }} looks ") && name !== LOOKS;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

let leavings = 0;  // an answer that was asked for before somebody left is not kept after
const forget = () => { leavings += 1; return caches.delete(MINE); };

async function inTime(request) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try { return await fetch(request, { signal: stop.signal }); } finally { clearTimeout(timer); }
}

async function kept(request, path) {
  const found = await (await caches.open(MINE)).match(path);
  if (!found) return undefined;
  const headers = new Headers(found.headers);
  headers.set("x-phakdi-kept", "1");
  return new Response(found.body, { status: found.status, headers });
}

async function mine(request, path) {
  const before = leavings;
  try {
    const answer = await inTime(request);
    if (answer.redirected || answer.status === 403 || answer.type === "opaqueredirect") await forget();
    else if (answer.ok && before === leavings) {
      await (await caches.open(MINE)).put(path, answer.clone());
      if (before !== leavings) await caches.delete(MINE);
    }
    return answer;
  } catch {
    return (await kept(request, path)) || offline(request);
  }
}

async function offline(request) {
  if (request.mode !== "navigate") return Response.error();
  return (await caches.match(HOME + "offline/")) || Response.error();
}

async function looks(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(LOOKS);
    await cache.delete(request, { ignoreSearch: true });
    await cache.put(request, answer.clone());
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "POST") {
    const leaves = [HOME + "sign-out/", HOME + "me/browsers/"].includes(address.pathname);
    if (leaves) event.respondWith(forget().then(() => fetch(request)).finally(forget));
    return;
  }
  if (request.method !== "GET") return;
  if (address.pathname === HOME || address.pathname === HOME + "codes/") event.respondWith(mine(request, address.pathname));
  else if (address.pathname.startsWith("/static/phakdi/") || BRAND.test(address.pathname.slice(HOME.length))) event.respondWith(looks(request));
  else if (request.mode === "navigate" && address.pathname.startsWith(HOME)) event.respondWith(fetch(request).catch(() => offline(request)));
});
