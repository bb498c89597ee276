// A name for addresses is suggested while the shop's name is typed, until somebody writes one.
"use strict";

for (const form of document.querySelectorAll("[data-suggest]")) {
  const name = form.querySelector("[data-names]");
  const slug = form.querySelector(name.dataset.names);
  const shown = form.querySelector("[data-slug]");
  let isOwn = slug.value !== "";
  let waiting = 0;
  const show = () => { shown.textContent = slug.value || "…"; };
  const ask = async () => {
    const asked = name.value;
    const answer = await fetch(`${form.dataset.suggest}?name=${encodeURIComponent(asked)}`);
    if (!answer.ok || isOwn || asked !== name.value) return;
    slug.value = asked.trim() ? (await answer.json()).slug : "";
    show();
  };
  name.addEventListener("input", () => {
    if (isOwn) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 250);
  });
  slug.addEventListener("input", () => { isOwn = slug.value !== ""; show(); });
}
