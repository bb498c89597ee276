// A calendar for pairs of days: weeks begin on Monday, Thai readers see years of the Buddhist era. Without scripts, date fields remain.
const DAY = 86400000;
const tag = document.documentElement.lang.startsWith("th") ? "th-TH-u-ca-buddhist-nu-latn" : "en-GB";
const format = (options) => new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...options });
const short = format({ day: "numeric", month: "short", year: "numeric" });
const whole = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const month = format({ month: "long", year: "numeric" });
const weekday = format({ weekday: "short" });
const weekdayWhole = format({ weekday: "long" });
const read = (text) => new Date(`${text}T00:00:00Z`);
const write = (day) => day.toISOString().slice(0, 10);
const monday = (day) => new Date(day - ((day.getUTCDay() + 6) % 7) * DAY);
const today = read(write(new Date(Date.now() - new Date().getTimezoneOffset() * 60000)));

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function later(day, months) {
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, Math.min(day.getUTCDate(), last)));
}

class Calendar {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.title = make("h2", { "aria-live": "polite" });
    this.body = make("tbody");
    this.dialog = make("dialog", { class: "calendar" }, this.head(), this.grid(), this.foot());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("close", () => this.button?.focus());
    form.append(this.dialog);
    for (const input of form.querySelectorAll("input[data-calendar]")) this.replace(input);
  }

  replace(input) {
    const label = input.closest("label").firstChild.textContent.trim();
    const button = make("button", { type: "button", class: "quiet day-button", "aria-haspopup": "dialog" });
    input.type = "hidden";
    input.after(button);
    input.show = () => {
      button.textContent = input.value ? short.format(read(input.value)) : "–";
      button.setAttribute("aria-label", `${label}: ${button.textContent}`);
    };
    input.show();
    button.addEventListener("click", () => {
      this.input = input;
      this.button = button;
      this.dialog.setAttribute("aria-label", label);
      this.dialog.showModal();
      this.draw(input.value ? read(input.value) : today);
    });
  }

  head() {
    const step = (words, sign, months) => {
      const button = make("button", { type: "button", class: "quiet little", "aria-label": words }, sign);
      button.addEventListener("click", () => this.draw(later(this.day, months), button));
      return button;
    };
    return make("div", { class: "calendar-head" }, step(this.words.previous, "‹", -1), this.title, step(this.words.next, "›", 1));
  }

  grid() {
    const first = monday(today);
    const names = [...Array(7).keys()].map((at) => {
      const day = new Date(+first + at * DAY);
      return make("th", { scope: "col", abbr: weekdayWhole.format(day) }, weekday.format(day));
    });
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...names)), this.body);
    table.addEventListener("keydown", (event) => this.move(event));
    table.addEventListener("click", (event) => event.target.dataset.day && this.pick(event.target.dataset.day));
    return table;
  }

  foot() {
    const close = make("button", { type: "button", class: "quiet little" }, this.words.close);
    close.addEventListener("click", () => this.dialog.close());
    return make("div", { class: "calendar-foot" }, close);
  }

  draw(day, focused) {
    this.day = day;
    this.title.textContent = month.format(day);
    const chosen = [...this.form.querySelectorAll("input[data-calendar]")].map((input) => input.value);
    const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1));
    const rows = [];
    for (let at = +monday(first); at === +monday(first) || new Date(at).getUTCMonth() === day.getUTCMonth(); at += 7 * DAY) {
      rows.push(make("tr", {}, ...[...Array(7).keys()].map((number) => this.cell(new Date(at + number * DAY), chosen))));
    }
    this.body.replaceChildren(...rows);
    (focused ?? this.body.querySelector(`[data-day="${write(day)}"]`)).focus();
  }

  cell(day, chosen) {
    const text = write(day);
    const button = make("button", { type: "button", "data-day": text, tabindex: +day === +this.day ? 0 : -1 }, String(day.getUTCDate()));
    button.setAttribute("aria-label", whole.format(day));
    if (day.getUTCMonth() !== this.day.getUTCMonth()) button.classList.add("other");
    if (chosen.includes(text)) button.setAttribute("aria-pressed", "true");
    else if (text > chosen[0] && text < chosen[1]) button.classList.add("between");
    if (+day === +today) button.setAttribute("aria-current", "date");
    return make("td", {}, button);
  }

  move(event) {
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const months = { PageUp: -1, PageDown: 1 }[event.key];
    const edge = { Home: 0, End: 6 }[event.key];
    if (days !== undefined) this.draw(new Date(+this.day + days * DAY));
    else if (months !== undefined) this.draw(later(this.day, event.shiftKey ? months * 12 : months));
    else if (edge !== undefined) this.draw(new Date(+monday(this.day) + edge * DAY));
    else return;
    event.preventDefault();
  }

  pick(text) {
    const [from, to] = this.form.querySelectorAll("input[data-calendar]");
    this.input.value = text;
    if (from.value > to.value) (this.input === from ? to : from).value = text;
    from.show();
    to.show();
    this.dialog.close();
  }
}

for (const form of document.querySelectorAll("form[data-calendars]")) new Calendar(form);
