// Whoever sees the sign-in page is signed out: what opens and signs kept bills at the counter goes, the sealed bills stay.
"use strict";

(async () => {
  if (PhakdiTill.isAble) await PhakdiTill.forget();
  for (const name of globalThis.caches ? await caches.keys() : []) if (name.startsWith("phakdi-counter-")) await caches.delete(name);
})().catch(() => {});
