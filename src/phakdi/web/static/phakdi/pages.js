// Small comforts. Every page works without them.
"use strict";

// The editor's line numbers follow its text.
for (const editor of document.querySelectorAll("[data-editor]")) {
  const numbers = editor.querySelector("[data-numbers]");
  const text = editor.querySelector("textarea");
  const count = () => {
    const lines = text.value.split("\n").length;
    numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
    numbers.scrollTop = text.scrollTop;
  };
  text.addEventListener("input", count);
  text.addEventListener("scroll", () => { numbers.scrollTop = text.scrollTop; });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    text.setRangeText("  ", text.selectionStart, text.selectionEnd, "end");
    count();
  });
  text.addEventListener("keyup", (event) => { if (event.key === "Escape") text.blur(); });
  count();
}

// "Line 12" leads there.
for (const link of document.querySelectorAll("[data-line]")) {
  link.addEventListener("click", (event) => {
    const text = document.querySelector("[data-editor] textarea");
    if (!text) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const line = Math.max(1, Math.min(Number(link.dataset.line), lines.length));
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line - 1].length);
    text.scrollTop = (line - 4) * parseFloat(getComputedStyle(text).lineHeight);
  });
}

// A form is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}

// A choice that is sent as soon as it is made.
for (const control of document.querySelectorAll("[data-submits]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

// An open menu closes when somebody looks elsewhere, or with Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A dialog is opened by what names it, and closed by what stands in it or by a press beside it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.target.closest("[data-closes]") || event.target.matches("dialog.dialog")) {
    const open = event.target.closest("dialog");
    if (open) open.close();
  }
});

// A short word at the foot of the page, from a script or from an answer's HX-Trigger: {"phakdi:toast": {"text": "…", "kind": "good"}}.
document.addEventListener("phakdi:toast", (event) => {
  const toast = document.createElement("p");
  toast.className = `toast ${event.detail.kind || ""}`;
  toast.textContent = event.detail.text;
  document.querySelector("[data-toasts]").append(toast);
  setTimeout(() => toast.remove(), 8000);
});

// What is shown once can be copied; a page can be shared or printed.
document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copies]");
  if (copier) {
    await navigator.clipboard.writeText(copier.dataset.copies);
    document.dispatchEvent(new CustomEvent("phakdi:toast", { detail: { text: copier.dataset.copied } }));
  }
  if (event.target.closest("[data-prints]")) window.print();
});
for (const later of document.querySelectorAll("[data-with-scripts]")) later.hidden = false;
