// Keeps {{ shop.slug }}'s card on the phone: its looks, the card as it was last seen, and the codes of the next minutes.
"use strict";
const HOME = "{{ home|escapejs }}";
const LOOKS = "phakdi {{ shop.slug }} looks {{ version }}";
const MINE = "phakdi {{ shop.slug }} mine";
const KEPT = [{% for each in kept %}"{{ each|escapejs }}", {% endfor %}HOME + "offline/"];
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(LOOKS).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("phakdi {{ shop.slug }} looks ") && name !== LOOKS;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

const forget = () => caches.delete(MINE);

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
  try {
    const answer = await inTime(request);
    if (answer.redirected || answer.status === 403 || answer.type === "opaqueredirect") await forget();
    else if (answer.ok) await (await caches.open(MINE)).put(path, answer.clone());
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
  if (answer.ok) await (await caches.open(LOOKS)).put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "POST") {
    const leaves = [HOME + "sign-out/", HOME + "me/browsers/"].includes(address.pathname);
    if (leaves) event.respondWith(forget().then(() => fetch(request)));
    return;
  }
  if (request.method !== "GET") return;
  if (address.pathname === HOME || address.pathname === HOME + "codes/") event.respondWith(mine(request, address.pathname));
  else if (address.pathname.startsWith("/static/phakdi/")) event.respondWith(looks(request));
  else if (request.mode === "navigate" && address.pathname.startsWith(HOME)) event.respondWith(fetch(request).catch(() => offline(request)));
});
