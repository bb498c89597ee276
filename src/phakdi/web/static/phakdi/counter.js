// The counter's pages: keys and pad, what a bill would give while it is typed, and bills that wait for the network.
"use strict";

(() => {
  const frame = document.querySelector("[data-counter]");
  const say = (name, values = {}) => Object.entries(values).reduce(
    (text, [key, value]) => text.replaceAll(`{${key}}`, value), frame.dataset[name] || "",
  );
  const money = (text) => Number(text).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 2 });

  // --- amounts ----------------------------------------------------------------------------------------------------
  const amount = document.querySelector("[data-amount]");
  const pad = document.querySelector("[data-pad]");

  function type(key) {
    const { value } = amount;
    if (key === "clear") amount.value = "";
    else if (key === "back") amount.value = value.slice(0, -1);
    else if (key === "." && value.includes(".")) return;
    else if (/\.\d\d$/.test(value)) return;
    else amount.value = value + key;
    amount.dispatchEvent(new Event("input", { bubbles: true }));
  }

  if (pad && amount) {
    pad.hidden = false;
    if (matchMedia("(pointer: coarse)").matches) amount.inputMode = "none";
    pad.addEventListener("click", (event) => {
      const button = event.target.closest("[data-key]");
      if (button) type(button.dataset.key);
    });
  }

  const isTyping = (target) => target.closest && target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      const back = document.querySelector("[data-escape]");
      if (back) { event.preventDefault(); back.click(); }
      return;
    }
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (!amount || !digit || event.shiftKey) return;
    const isHere = event.target === amount;
    if (isHere && /^[0-9]$/.test(event.key)) return; // the field takes it by itself
    if (!isHere && isTyping(event.target)) return;
    event.preventDefault(); // a Thai layout, or no field at all: the key's place says which digit is meant
    amount.focus();
    amount.setRangeText(digit[1], amount.selectionStart, amount.selectionEnd, "end");
    amount.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- what was bought --------------------------------------------------------------------------------------------
  const parts = document.querySelector("[data-parts]");
  function told() {
    return [...document.querySelectorAll("[data-part]")].map((part) => ({
      category: part.dataset.part,
      quantity: Number(part.querySelector("[data-quantity]").value) || 0,
      amount: part.querySelector("[data-part-amount]").value.replace(/[,\s]/g, ""),
    })).filter((part) => part.quantity > 0);
  }
  function count() {
    const chosen = told();
    if (parts) parts.value = JSON.stringify(chosen);
    for (const part of document.querySelectorAll("[data-part]")) {
      const isChosen = chosen.some((each) => each.category === part.dataset.part);
      part.classList.toggle("chosen", isChosen);
      part.querySelector("[data-part-amount]").hidden = !isChosen;
    }
  }
  for (const part of document.querySelectorAll("[data-part]")) {
    const quantity = part.querySelector("[data-quantity]");
    for (const button of part.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        quantity.value = Math.max(0, (Number(quantity.value) || 0) + Number(button.dataset.step)) || "";
        quantity.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
  }
  if (parts) {
    parts.form.addEventListener("input", count);
    count();
  }

  // --- what it would give, while it is typed ----------------------------------------------------------------------
  const preview = document.querySelector("[data-preview]");
  if (preview) {
    const { form } = amount;
    const check = form.querySelector("[data-check]");
    const give = form.querySelector("[data-give]");
    let asked = 0;
    let timer = 0;

    const body = () => {
      const data = new FormData(form);
      data.set("step", "preview");
      return data;
    };
    const forget = () => {
      asked += 1;
      give.hidden = true;
      check.hidden = false;
    };
    const look = async () => {
      forget();
      const mine = asked;
      if (!amount.value.trim()) { preview.replaceChildren(); return false; }
      preview.classList.add("busy");
      try {
        const answer = await fetch(form.action, { method: "POST", body: body(), headers: { Accept: "text/html" }, redirect: "error" });
        const text = await answer.text();
        if (mine !== asked) return false;
        preview.innerHTML = text; // made by our own server, with everything escaped
      } catch {
        if (mine !== asked) return false;
        preview.textContent = say(frame.dataset.worker ? "giveOffline" : "offline");
        if (!frame.dataset.worker) return false;
        give.textContent = say("keepBill");
        give.hidden = false;
        check.hidden = true;
        return true;
      } finally {
        if (mine === asked) preview.classList.remove("busy");
      }
      const label = preview.querySelector("[data-give-label]");
      if (!label) return false;
      give.textContent = label.dataset.giveLabel;
      give.hidden = false;
      check.hidden = true;
      return true;
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      forget();
      timer = setTimeout(look, 250);
    });
    form.addEventListener("submit", async (event) => {
      if (event.submitter === give) return;
      event.preventDefault();
      delete form.dataset.sent;
      clearTimeout(timer);
      if (await look()) give.focus();
    });
  }

  // Who needs the receipt's number for one bill needs it for the next.
  for (const folded of document.querySelectorAll("[data-stays]")) {
    const name = `phakdi-${folded.dataset.stays}`;
    if (sessionStorage.getItem(name)) folded.open = true;
    folded.addEventListener("toggle", () => (folded.open ? sessionStorage.setItem(name, "open") : sessionStorage.removeItem(name)));
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // --- bills that wait --------------------------------------------------------------------------------------------
  if (!PhakdiTill.isAble) return;
  const lamp = document.querySelector("[data-lamp]");
  const list = document.querySelector("[data-bills]");
  const results = document.querySelector("[data-results]");
  const EVERY = 15000;

  async function show(sent) {
    const bills = await PhakdiTill.waiting();
    const isOffline = sent ? sent.is_offline : !navigator.onLine;
    if (lamp) {
      lamp.hidden = bills.length === 0 && !isOffline && !(sent && sent.is_signed_out && bills.length);
      lamp.querySelector("[data-lamp-text]").textContent = bills.length > 0 ? say("waits", { n: bills.length }) : say("offline");
      lamp.classList.toggle("offline", isOffline);
    }
    for (const part of document.querySelectorAll("[data-when]")) {
      const states = { none: bills.length === 0, some: bills.length > 0, offline: isOffline, online: !isOffline, "signed-out": Boolean(sent && sent.is_signed_out) };
      part.hidden = !part.dataset.when.split(" ").every((name) => states[name]);
    }
    for (const part of document.querySelectorAll("[data-count]")) part.textContent = bills.length;
    if (list) list.replaceChildren(...bills.map(row));
    if (results && sent) for (const answer of sent.answers) if (answer.sentence) results.append(result(answer));
  }

  function row(bill) {
    const item = document.querySelector("[data-bill-template]").content.cloneNode(true);
    item.querySelector("[data-number]").textContent = bill.number;
    item.querySelector("[data-who]").textContent = bill.who || (bill.member ? say("onPage") : say("sealed"));
    item.querySelector("[data-when-kept]").textContent = new Date(bill.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    item.querySelector("[data-money]").textContent = bill.amount ? money(bill.amount) : "";
    const problem = item.querySelector("[data-problem]");
    problem.textContent = bill.problem === "sealed" ? say("closed") : bill.problem;
    problem.hidden = !bill.problem;
    return item;
  }

  function result(answer) {
    const item = document.createElement("li");
    item.textContent = `#${answer.number}: ${answer.sentence}`;
    return item;
  }

  async function send() {
    const sent = await PhakdiTill.send();
    if (sent) await show(sent);
    return sent;
  }

  // Keeping bills is switched off: what was kept before is still sent, and nothing new is kept.
  async function end() {
    await show(null);
    await send();
    if (await PhakdiTill.count() > 0 || !("serviceWorker" in navigator)) return;
    const worker = await navigator.serviceWorker.getRegistration("/counter/");
    if (worker) await worker.unregister();
  }

  async function begin() {
    if (!frame.dataset.worker) return end();
    if ("serviceWorker" in navigator && !frame.dataset.worker) { // switched off: what was kept before is still sent
      const before = await navigator.serviceWorker.getRegistration("/counter/");
      if (before) await before.unregister();
    } else if ("serviceWorker" in navigator) {
      const worker = await navigator.serviceWorker.register(frame.dataset.worker, { scope: "/counter/" });
      if (!frame.dataset.isShell && navigator.serviceWorker.controller) navigator.serviceWorker.controller.postMessage("remember");
      const bills = await PhakdiTill.count();
      if (bills > 0 && worker.sync) worker.sync.register("phakdi-bills").catch(() => {});
    }
    const mine = await PhakdiTill.till();
    const isMine = mine && mine.signing && mine.organization === frame.dataset.organization && mine.staff === frame.dataset.staff;
    if (!frame.dataset.isShell && !isMine && (frame.dataset.worker || (await PhakdiTill.count()) > 0)) {
      try { await PhakdiTill.register(await PhakdiTill.state()); } catch { /* without a network: at the next page */ }
    }
    if (!frame.dataset.isShell && frame.dataset.store) await PhakdiTill.inStore(frame.dataset.store);
    await show(null);
    frame.dataset.isReady = "yes";
    await send();
  }

  addEventListener("online", send);
  addEventListener("offline", () => show({ answers: [], is_offline: true, is_signed_out: false }));
  setInterval(async () => { if (await PhakdiTill.count() > 0 || frame.dataset.isShell) send(); }, EVERY);
  for (const button of document.querySelectorAll("[data-send]")) button.addEventListener("click", send);
  begin().catch(() => {});

  // --- the page without a network ---------------------------------------------------------------------------------
  const keep = document.querySelector("form[data-keep]");
  if (keep) {
    const done = document.querySelector("[data-kept]");
    const wrong = keep.querySelector("[data-wrong]");
    const asked = new URLSearchParams(location.search);
    const showKept = (number) => {
      done.querySelector("[data-kept-number]").textContent = number;
      done.hidden = false;
      keep.hidden = true;
      done.querySelector("button").focus();
    };
    if (asked.get("kept")) showKept(asked.get("kept"));
    for (const part of document.querySelectorAll("[data-if-lost]")) part.hidden = !asked.get("lost");
    keep.addEventListener("submit", async (event) => {
      event.preventDefault();
      delete keep.dataset.sent;
      const bill = Object.fromEntries(new FormData(keep));
      const isAmount = /^\d[\d,]*(\.\d{1,2})?$/.test(bill.amount.trim()) && Number(bill.amount.replace(/,/g, "")) > 0;
      wrong.hidden = isAmount && Boolean(bill.who.trim());
      if (!wrong.hidden) return;
      try {
        showKept(await PhakdiTill.keep({ ...bill, who: bill.who.trim(), parts: told() }));
        keep.reset();
        count();
      } catch {
        wrong.hidden = false;
        wrong.textContent = say("noKey");
      }
      await show({ answers: [], is_offline: !navigator.onLine, is_signed_out: false });
      send();
    });
    done.querySelector("button").addEventListener("click", () => {
      done.hidden = true;
      keep.hidden = false;
      history.replaceState(null, "", location.pathname);
      keep.querySelector("input").focus();
    });
  }

  // --- signing out ------------------------------------------------------------------------------------------------
  const warning = document.querySelector("[data-sign-out-dialog]");
  for (const form of document.querySelectorAll(`form[action="${frame.dataset.signOut}"]`)) {
    const leave = async () => {
      await PhakdiTill.forget();
      for (const name of await caches.keys()) if (name.startsWith("phakdi-counter-")) await caches.delete(name);
      form.submit();
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      delete form.dataset.sent;
      await send();
      const bills = await PhakdiTill.count();
      if (bills === 0) { await leave(); return; }
      warning.querySelector("[data-warning-count]").textContent = say("waits", { n: bills });
      warning.querySelector("[data-leave]").onclick = leave;
      warning.showModal();
    });
  }
  if (warning) warning.querySelector("[data-stay]").addEventListener("click", () => warning.close());
})();
