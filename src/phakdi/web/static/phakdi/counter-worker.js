// The counter's service worker: it shows the page for offline work where a page cannot be loaded, and keeps a bill whose
// answer did not come. Nothing that names a member is put into a cache.
"use strict";

const CACHE = `phakdi-counter-${VERSION}`;
const SHELL = "/counter/offline/";
const GIVE = /^\/counter\/m\/([0-9a-f-]{36})\/give\/$/;

async function remember() {
  const cache = await caches.open(CACHE);
  const answer = await fetch(SHELL, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  const page = await answer.clone().text();
  await cache.put(SHELL, answer);
  // What the page is made of: its styles, scripts and pictures, the shop's own included.
  const parts = [...page.matchAll(/<(?:link|script|img)\b[^>]*?\b(?:href|src)="(\/[^"]+)"/g)].map((found) => found[1].replaceAll("&amp;", "&"));
  for (const part of new Set(parts)) await cache.add(part).catch(() => {});
}

async function forget() {
  for (const name of await caches.keys()) {
    if (name.startsWith("phakdi-counter-")) await caches.delete(name);
  }
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(remember().catch(() => {}));
});

self.addEventListener("activate", (event) => {
  const tidied = caches.keys().then((names) => Promise.all(
    names.filter((name) => name.startsWith("phakdi-counter-") && name !== CACHE).map((name) => caches.delete(name)),
  ));
  event.waitUntil(tidied.then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  const work = event.data === "forget" ? forget() : event.data === "remember" ? remember().catch(() => {}) : null;
  if (work) event.waitUntil(work.then(() => event.ports[0] && event.ports[0].postMessage("done")));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "phakdi-bills") event.waitUntil(PhakdiTill.send());
});

async function shell(query = "") {
  if (query) return Response.redirect(`${SHELL}${query}`, 303);
  const kept = await caches.match(SHELL);
  if (kept) return kept;
  return new Response("<!doctype html><meta charset=utf-8><title>Phakdi</title><p>ไม่มีเครือข่าย · No network", {
    status: 503, headers: { "Content-Type": "text/html; charset=utf-8" },
  });
}

// A bill of a form that was confirmed: kept under the name that the form gave it, so that it counts once whatever the server did.
async function kept(address, form) {
  const found = GIVE.exec(address.pathname);
  if (!found || form.get("step") !== "confirm") return null;
  const parts = JSON.parse(form.get("parts") || "[]");
  return PhakdiTill.keep({
    member: found[1], amount: form.get("amount"), receipt: form.get("receipt"), tender: form.get("tender"), token: form.get("token"), parts,
  });
}

async function navigate(request) {
  const form = request.method === "POST" ? request.clone().formData().catch(() => null) : null;
  try {
    return await fetch(request);
  } catch {
    if (request.method !== "POST") return shell();
    try {
      const number = await kept(new URL(request.url), (await form) || new FormData());
      return shell(number ? `?kept=${number}` : "?lost=1");
    } catch {
      return shell("?lost=1");
    }
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request));
  else if (request.method === "GET" && ["style", "script", "image", "manifest"].includes(request.destination)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) || Response.error()));
  }
});
