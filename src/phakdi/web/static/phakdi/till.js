// What a till keeps while the network is gone: bills, sealed and signed, in their order. The counter's pages and its
// service worker share it. A bill leaves this store only once the server has said that it has it.
"use strict";

const PhakdiTill = (() => {
  const NAME = "phakdi-counter";
  const AT_ONCE = 20;
  const STATE = "/counter/till/";
  const BILLS = "/counter/till/bills/";
  const isAble = "indexedDB" in globalThis && Boolean(globalThis.crypto && crypto.subtle);

  // --- the store --------------------------------------------------------------------------------------------------
  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("tills", { keyPath: "organization" });
        asked.result.createObjectStore("bills", { keyPath: ["organization", "number"] });
        asked.result.createObjectStore("current", { keyPath: "name" });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  // A bill is on the disk before anybody is told that it is kept, and with it whatever was written before.
  async function within(stores, mode, work, durability = "relaxed") {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(stores, mode, { durability });
        let found;
        transaction.oncomplete = () => resolve(found);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
        work(transaction, (value) => { found = value; });
      });
    } finally {
      database.close();
    }
  }

  const read = (store, key) => within([store], "readonly", (transaction, give) => {
    const asked = transaction.objectStore(store).get(key);
    asked.onsuccess = () => give(asked.result);
  });

  async function till() {
    const current = await read("current", "organization");
    return current ? read("tills", current.value) : undefined;
  }

  async function rows(organization) {
    const all = await within(["bills"], "readonly", (transaction, give) => {
      const asked = transaction.objectStore("bills").getAll();
      asked.onsuccess = () => give(asked.result);
    });
    return all.filter((row) => !organization || row.organization === organization).sort((one, other) => one.number - other.number);
  }

  // --- keys -------------------------------------------------------------------------------------------------------
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Ask the server for this person's keys. They are kept in a form that no script can read out.
  async function register(state) {
    const known = await read("tills", state.organization);
    const body = new URLSearchParams({ till: known ? known.till : "" });
    const told = await asked(STATE, { method: "POST", body, headers: { "X-CSRFToken": state.csrf } });
    const signing = await crypto.subtle.importKey("raw", bytes(told.signing), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const sealing = await crypto.subtle.importKey("raw", bytes(told.sealing), "AES-GCM", false, ["encrypt", "decrypt"]);
    await within(["tills", "current"], "readwrite", (transaction) => {
      const tills = transaction.objectStore("tills");
      const before = tills.get(told.organization);
      before.onsuccess = () => {
        const next = before.result ? before.result.next : 1;
        const { organization, till: id, staff, name, store } = told;
        tills.put({ organization, till: id, staff, name, store, signing, sealing, next, at: Date.now() });
        transaction.objectStore("current").put({ name: "organization", value: organization });
      };
    });
    return till();
  }

  // Take away what this browser signs and opens bills with: bills that wait stay, and nobody can read them.
  async function forget() {
    await within(["tills", "current"], "readwrite", (transaction) => {
      const tills = transaction.objectStore("tills");
      const all = tills.getAll();
      all.onsuccess = () => {
        for (const { organization, till: id, next } of all.result) tills.put({ organization, till: id, next, staff: "", at: 0 });
      };
      transaction.objectStore("current").clear();
    });
  }

  async function inStore(store) {
    const mine = await till();
    if (!mine || mine.store === store) return;
    await within(["tills"], "readwrite", (transaction) => {
      const tills = transaction.objectStore("tills");
      const asked = tills.get(mine.organization);
      asked.onsuccess = () => tills.put({ ...asked.result, store });
    });
  }

  // --- keeping ----------------------------------------------------------------------------------------------------
  function number(organization) {
    return within(["tills"], "readwrite", (transaction, give) => {
      const tills = transaction.objectStore("tills");
      const asked = tills.get(organization);
      asked.onsuccess = () => {
        give(asked.result.next);
        tills.put({ ...asked.result, next: asked.result.next + 1 });
      };
    });
  }

  const token = () => hex(crypto.getRandomValues(new Uint8Array(8)));

  // Keep a bill: {who or member, amount, receipt, tender, parts, token, shown_at}. Returns its number.
  async function keep(bill) {
    const mine = await till();
    if (!mine || !mine.signing) throw new Error("not signed in");
    const at = new Date().toISOString();
    const numbered = await number(mine.organization);
    const text = JSON.stringify({
      till: mine.till, number: numbered, staff: mine.staff, store: mine.store, who: bill.who || "", member: bill.member || "",
      amount: String(bill.amount || "").replace(/[,\s]/g, ""), receipt: bill.receipt || "", tender: bill.tender || "", parts: bill.parts || [],
      token: bill.token || token(), at, shown_at: bill.shown_at || at,
    });
    const plain = new TextEncoder().encode(text);
    const signature = hex(await crypto.subtle.sign("HMAC", mine.signing, plain));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, mine.sealing, plain);
    await within(["bills"], "readwrite", (transaction) => {
      transaction.objectStore("bills").put({ organization: mine.organization, number: numbered, at, iv, sealed, signature });
    }, "strict");
    return numbered;
  }

  async function unsealed(mine, row) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, mine.sealing, row.sealed);
    return new TextDecoder().decode(plain);
  }

  // The bills that wait, the oldest first. Without a key only their numbers and times are told.
  async function waiting() {
    const mine = await till();
    const found = [];
    for (const row of await rows(mine && mine.organization)) {
      let bill = {};
      if (mine && mine.sealing) {
        try { bill = JSON.parse(await unsealed(mine, row)); } catch { /* of a till that was opened anew: shown by its number */ }
      }
      found.push({ ...bill, number: row.number, at: row.at, problem: row.problem || "" });
    }
    return found;
  }

  async function count() {
    return (await rows()).length;
  }

  // --- sending ----------------------------------------------------------------------------------------------------
  class SignedOut extends Error {}
  class Offline extends Error {}

  async function asked(address, options) {
    let answer;
    try {
      answer = await fetch(address, { credentials: "same-origin", redirect: "manual", cache: "no-store", ...options });
    } catch {
      throw new Offline();
    }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Offline(`status ${answer.status}`);
    try {
      return await answer.json();
    } catch {
      throw new Offline("cut off");
    }
  }

  const state = () => asked(STATE, {});

  async function settle(organization, numbered, answer) {
    await within(["bills"], "readwrite", (transaction) => {
      const bills = transaction.objectStore("bills");
      if (answer.state === "UNREADABLE") {
        const row = bills.get([organization, numbered]);
        row.onsuccess = () => { if (row.result) bills.put({ ...row.result, problem: answer.sentence || "?" }); };
      } else {
        bills.delete([organization, numbered]);
      }
    });
  }

  // One round: some bills, the oldest first. Returns how many the server has taken.
  async function round(mine, csrf, told) {
    const batch = (await rows(mine.organization)).filter((row) => !row.problem).slice(0, AT_ONCE);
    if (batch.length === 0) return 0;
    const bills = [];
    for (const row of batch) {
      try {
        bills.push({ row, text: await unsealed(mine, row), signature: row.signature });
      } catch {
        await settle(mine.organization, row.number, { state: "UNREADABLE", sentence: "sealed" });
      }
    }
    if (bills.length === 0) return 0;
    const body = JSON.stringify({ bills: bills.map(({ text, signature }) => ({ text, signature })) });
    const headers = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
    const { answers } = await asked(BILLS, { method: "POST", body, headers });
    let taken = 0;
    for (const [at, answer] of answers.entries()) {
      if (answer.state === "BUSY") continue;
      await settle(mine.organization, bills[at].row.number, answer);
      told.answers.push({ ...answer, number: bills[at].row.number });
      taken += 1;
    }
    return taken;
  }

  async function sendAll() {
    const told = { answers: [], is_offline: false, is_signed_out: false };
    try {
      const now = await state();
      let mine = await till();
      if (!mine || !mine.signing || mine.organization !== now.organization || mine.staff !== now.staff) mine = await register(now);
      while (await round(mine, now.csrf, told) > 0) { /* until nothing is left, or nothing more is taken */ }
    } catch (problem) {
      if (problem instanceof SignedOut) told.is_signed_out = true;
      else if (problem instanceof Offline) told.is_offline = true;
      else throw problem;
    }
    return { ...told, left: await count() };
  }

  // Send what waits; one tab at a time. Returns {answers, left, is_offline, is_signed_out}, or null where another tab does it.
  function send() {
    if (!globalThis.navigator.locks) return sendAll();
    return navigator.locks.request("phakdi-till", { ifAvailable: true }, (lock) => (lock ? sendAll() : null));
  }

  return { isAble, till, register, state, forget, inStore, keep, waiting, count, send, token, Offline, SignedOut };
})();
