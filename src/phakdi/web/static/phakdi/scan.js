// Codes that come from a scanner which types them, wherever the focus is, and from a camera. Both end as the event "scan".
"use strict";

(() => {
  // --- a scanner types faster than people, and ends with Enter -----------------------------------------------------
  // Keys are read by their place, because a Thai layout makes Thai letters of a scanner's digits.
  const GAP = 50;
  const SHORTEST = 4;
  const SIGNS = {
    Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:", Quote: "'\"", Comma: ",<",
    Period: ".>", Slash: "/?", Backquote: "`~", Space: "  ", NumpadDecimal: "..", NumpadDivide: "//", NumpadMultiply: "**",
    NumpadSubtract: "--", NumpadAdd: "++",
  };
  const SHIFTED = ")!@#$%^&*(";

  function letter(event) {
    const { code, shiftKey } = event;
    if (/^Key[A-Z]$/.test(code)) return shiftKey ? code[3] : code[3].toLowerCase();
    if (/^Digit\d$/.test(code)) return shiftKey ? SHIFTED[code[5]] : code[5];
    if (/^Numpad\d$/.test(code)) return code[6];
    return code in SIGNS ? SIGNS[code][shiftKey ? 1 : 0] : "";
  }

  let burst = "";
  let last = 0;
  let before = null; // the field that the burst began in, and what it said

  function restore() {
    if (!before) return;
    before.field.value = before.value;
    before.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const now = event.timeStamp;
    if (event.key === "Enter" || event.code === "NumpadEnter") {
      const isScan = burst.length >= SHORTEST && now - last <= GAP;
      const text = burst;
      burst = "";
      if (!isScan) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      restore();
      announce(text, before ? before.field : null);
      return;
    }
    const typed = letter(event);
    if (!typed) return;
    if (now - last > GAP) {
      burst = "";
      const field = event.target.closest && event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea");
      before = field ? { field, value: field.value } : null;
    }
    burst += typed;
    last = now;
  }, true);

  // --- where a code goes ------------------------------------------------------------------------------------------
  const isCard = (text) => /^L1\./i.test(text);

  function announce(text, from) {
    const places = [...document.querySelectorAll("[data-scan]")].filter((place) => !place.disabled && !place.closest("[hidden]"));
    const fits = (place) => place && places.includes(place) && (!isCard(text) || place.dataset.scan !== "receipt");
    const place = [from, ...places.filter((each) => !each.value), ...places].find(fits);
    if (!place) {
      location.href = `/counter/?q=${encodeURIComponent(text)}`;
      return;
    }
    const folded = place.closest("details");
    if (folded) folded.open = true;
    place.value = text;
    place.dispatchEvent(new Event("input", { bubbles: true }));
    place.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: text }));
    if (place.hasAttribute("data-scan-sends")) place.form.requestSubmit(place.form.querySelector("[data-scan-submitter]"));
    else place.focus();
  }

  // --- the camera -------------------------------------------------------------------------------------------------
  const dialog = document.querySelector("[data-camera-dialog]");
  const buttons = document.querySelectorAll("[data-camera]");
  if (!dialog || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  const FORMATS = ["qr_code", "code_128", "code_39", "ean_13", "ean_8", "itf"];
  const EVERY = 500;
  const WIDTH = 800;
  const video = dialog.querySelector("video");
  const said = dialog.querySelector("[data-camera-said]");
  let stream = null;
  let wanted = null;

  function close() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = null;
    if (dialog.open) dialog.close();
  }

  async function detector() {
    if (!("BarcodeDetector" in window)) return null;
    const able = await BarcodeDetector.getSupportedFormats();
    const formats = FORMATS.filter((format) => able.includes(format));
    if (!formats.includes("qr_code")) return null;
    const found = new BarcodeDetector({ formats });
    return async () => (await found.detect(video)).map((code) => code.rawValue);
  }

  // Small gray frames, read by the server.
  function frames() {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: false });
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    return async () => {
      canvas.width = Math.min(WIDTH, video.videoWidth);
      canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
      context.filter = "grayscale(1)";
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.7); });
      const body = new FormData();
      body.append("picture", picture, "frame.jpg");
      const headers = { Accept: "application/json", "X-CSRFToken": token ? token.value : "" };
      const answer = await fetch("/counter/read/", { method: "POST", body, headers, redirect: "error" });
      return answer.ok ? (await answer.json()).texts : [];
    };
  }

  async function look() {
    const read = (await detector()) || frames();
    while (stream) {
      let texts = [];
      try {
        if (video.videoWidth) texts = await read();
        said.textContent = "";
      } catch {
        said.textContent = said.dataset.offline;
      }
      if (texts.length > 0 && stream) {
        close();
        if (navigator.vibrate) navigator.vibrate(60);
        announce(texts[0], wanted);
        return;
      }
      await new Promise((resolve) => { setTimeout(resolve, EVERY); });
    }
  }

  async function start(place) {
    wanted = place;
    dialog.showModal();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch {
      said.textContent = said.dataset.refused;
      return;
    }
    if (!dialog.open) { close(); return; }
    video.srcObject = stream;
    await video.play().catch(() => {});
    look();
  }

  dialog.addEventListener("close", close);
  dialog.querySelector("[data-camera-close]").addEventListener("click", close);
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => start(document.getElementById(button.dataset.camera)));
  }
})();
