// The program's editor: what does not count for a choice is put away, and what is beside the form follows what is typed.
"use strict";

// A field that counts only for some of the words of a choice: data-if names the choice, data-is the words.
const choices = (name) => document.querySelectorAll(`[name="${CSS.escape(name)}"]`);
const fit = (root) => {
  for (const part of root.querySelectorAll("[data-if]")) {
    const choice = choices(part.dataset.if)[0];
    if (choice) part.hidden = !part.dataset.is.split(" ").includes(choice.value);
  }
};
fit(document);
document.addEventListener("change", (event) => { if (event.target.closest(".program-form")) fit(document); });

// Parts that come anew are fitted too. The place where somebody was keeps the focus; a new row takes it.
let held = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const look = document.getElementById("look");
  if (event.detail.target === look) look.dataset.busy = "yes";
  const at = document.activeElement;
  held = at && at.name ? { name: at.name, value: at.value, isButton: at.tagName === "BUTTON" } : null;
});
const again = (form) => {
  if (!held) return null;
  if (!held.isButton) return form.querySelector(`[name="${CSS.escape(held.name)}"]:not([type=hidden])`);
  const button = form.querySelector(`button[value="${CSS.escape(held.value)}"]:not(.save-by-enter)`);
  if (!button) return null;
  const fields = button.closest(".cond-group, fieldset").querySelectorAll(".cond-field, .one-row select, .one-row input:not([type=hidden])");
  return fields[fields.length - 1] || button;
};
document.addEventListener("htmx:afterSettle", (event) => {
  const look = document.getElementById("look");
  if (look) delete look.dataset.busy;
  fit(document);
  if (event.detail.elt.id === "look" || event.detail.target.id === "look") {
    const who = document.getElementById("try-who");
    if (who && who !== document.activeElement) who.value = "";
  }
  if (event.detail.target.id !== "item-form" && event.detail.elt.id !== "item-form") return;
  const form = document.getElementById("item-form");
  const field = again(form);
  if (field) field.focus();
  htmx.trigger(form, "change");
});

// What cannot be undone is asked about once more.
document.addEventListener("submit", (event) => {
  const asks = event.submitter && event.submitter.dataset.asks;
  if (asks && !window.confirm(asks)) event.preventDefault();
});

// A form that was changed is not left by accident.
let isChanged = false;
document.addEventListener("input", (event) => { if (event.target.closest("[data-live]")) isChanged = true; });
document.addEventListener("submit", () => { isChanged = false; });
window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });

// The part that is open is in sight, also where there are more parts than fit.
const here = document.querySelector(".program-tabs [aria-current]");
if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
