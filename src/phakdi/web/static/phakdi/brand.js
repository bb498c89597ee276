// The preview beside the brand's form follows what is typed, chosen and picked. Without scripts it follows what is saved.
const form = document.querySelector("[data-brand]");
const language = document.documentElement.lang === "en" ? "en" : "th";
const other = language === "en" ? "th" : "en";
const parts = (name) => document.querySelectorAll(`[data-preview="${name}"]`);
const written = (name) => form.elements[`${name}_${language}`].value.trim() || form.elements[`${name}_${other}`].value.trim();

function write(name, text) {
  for (const part of parts(name)) part.textContent = text;
}

form.addEventListener("input", (event) => {
  if (event.target.name.startsWith("names_")) {
    write("name", written("names"));
    write("letter", Array.from(written("names").replace(/^[เแโใไ\s]+/, ""))[0]?.toUpperCase() ?? "");
  }
  if (event.target.name.startsWith("greeting_")) write("greeting", written("greeting"));
});

let waiting = 0;
form.elements.accent.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const old = document.querySelector("[data-preview-sheet]");
    const sheet = old.cloneNode();
    sheet.href = `${form.dataset.brand}?accent=${form.elements.accent.value.slice(1)}`;
    sheet.addEventListener("load", () => old.remove());
    old.removeAttribute("data-preview-sheet");
    old.after(sheet);
  }, 120);
});

form.elements.logo.addEventListener("change", () => {
  const [file] = form.elements.logo.files;
  if (!file || file.size > 8 * 1024 * 1024) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    for (const name of ["letter", "logo"]) {
      for (const part of parts(name)) {
        const image = document.createElement("img");
        image.className = "brand-mark";
        image.alt = "";
        image.dataset.preview = "logo";
        image.src = reader.result;
        part.replaceWith(image);
      }
    }
  });
  reader.readAsDataURL(file);
});
