// Passkeys: to sign in, to prove it once more, and to make one. Without this script, passwords and codes serve.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readable(options) {
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    if (options[name]) read[name] = options[name].map((each) => ({ ...each, id: toBytes(each.id) }));
  }
  return read;
}

function told(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

async function post(address, form, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value, "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  return answer.json();
}

async function use(button) {
  const form = button.closest("form, [data-passkeys]");
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  button.disabled = true;
  try {
    const isNew = button.dataset.passkey === "make";
    const asked = await post(button.dataset.begin, form);
    if (asked.next) { location.assign(asked.next); return; }
    const publicKey = readable(asked.publicKey);
    const credential = isNew ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
    const named = form.querySelector("[data-passkey-name]");
    const query = new URLSearchParams(isNew ? { name: named.value } : { next: button.dataset.next || "" });
    const answer = await post(`${button.dataset.finish}?${query}`, form, told(credential));
    if (answer.next) { location.assign(answer.next); return; }
    problem.textContent = answer.problem;
    problem.hidden = false;
  } catch (error) {
    problem.textContent = button.dataset.failed;
    problem.hidden = false;
  }
  button.disabled = false;
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) button.addEventListener("click", () => use(button));
} else {
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = true;
}
