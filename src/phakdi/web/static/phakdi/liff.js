// Inside LINE: hand over the ID token, and nothing that the browser says of itself.
"use strict";
const form = document.querySelector("[data-liff]");
const elsewhere = () => { window.location.replace(form.dataset.line); };
try {
  await window.liff.init({ liffId: form.dataset.liff });
  const token = window.liff.isLoggedIn() ? window.liff.getIDToken() : "";
  if (token) {
    form.elements.id_token.value = token;
    form.submit();
  } else {
    elsewhere();
  }
} catch {
  elsewhere();
}
