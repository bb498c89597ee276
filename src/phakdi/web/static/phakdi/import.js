// An import under way tells how far it is without reloading the page.
"use strict";

const PAUSE = 2000;

async function look() {
  const now = document.querySelector("[data-now]");
  if (!now) return;
  try {
    const answer = await fetch(now.dataset.now, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) {
      const read = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("now");
      if (read && !read.dataset.now) { location.reload(); return; }
      if (read) now.replaceWith(read);
    }
  } catch { /* the network is away: look again later */ }
  setTimeout(look, PAUSE);
}
setTimeout(look, PAUSE);
