// Reports: printing, and pictures of charts drawn from the values that stand beside them.
const styles = getComputedStyle(document.documentElement);
const color = (name) => styles.getPropertyValue(name).trim();
const tones = () => [color("--accent-text"), color("--tone-2"), color("--tone-3"), color("--tone-4"), color("--tone-5")];
const face = getComputedStyle(document.body).fontFamily;
const WIDTH = 1200, EDGE = 60, LINE = 36;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const button of document.querySelectorAll("[data-picture]")) {
  button.hidden = false;
  button.addEventListener("click", () => save(button.closest("figure")));
}

function read(figure) {
  const table = figure.querySelector("table[data-values]");
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")].map((row) => ({
    label: row.querySelector("th").textContent.trim(),
    cells: [...row.querySelectorAll("td")].map((cell) => ({
      value: cell.dataset.value === "" ? null : Number(cell.dataset.value),
      shown: (cell.querySelector(".figure") ?? cell).textContent.trim(),
    })),
  }));
  return { title: figure.dataset.title, shape: figure.dataset.chart, names: names.slice(-(rows[0]?.cells.length ?? 0)), rows };
}

function save(figure) {
  const told = read(figure);
  const across = ["rows", "funnel", "heat"].includes(told.shape);
  const height = across ? EDGE * 2.5 + told.rows.length * LINE : 700;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  pen.fillStyle = color("--surface");
  pen.fillRect(0, 0, WIDTH, height);
  write(pen, told.title, EDGE, 50, 30, "left", "--ink");
  (told.shape === "heat" ? heat : across ? bars : plot)(pen, told, height);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${told.title}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  }, "image/png");
}

function write(pen, text, x, y, size, align = "left", tone = "--ink-soft") {
  pen.font = `${size >= 30 ? 600 : 400} ${size}px ${face}`;
  pen.fillStyle = color(tone);
  pen.textAlign = align;
  pen.fillText(text, x, y);
}

function bars(pen, told, _height) {
  const most = Math.max(1e-9, ...told.rows.flatMap((row) => row.cells.map((cell) => cell.value ?? 0)));
  const left = 380, room = WIDTH - left - 220;
  told.rows.forEach((row, at) => {
    const y = EDGE * 1.5 + at * LINE;
    write(pen, row.label.slice(0, 34), left - 16, y + 22, 20, "right");
    const each = (LINE - 10) / row.cells.length;
    row.cells.forEach((cell, series) => {
      const length = Math.max(0, cell.value ?? 0) / most * room;
      pen.fillStyle = tones()[series % 5];
      pen.fillRect(left, y + series * each, length, each - 1);
      write(pen, cell.shown, left + length + 10, y + series * each + Math.min(each, 22), 18);
    });
  });
}

function heat(pen, told, _height) {
  const most = Math.max(1e-9, ...told.rows.flatMap((row) => row.cells.map((cell) => cell.value ?? 0)));
  const left = 220, wide = (WIDTH - left - EDGE) / Math.max(1, told.names.length);
  told.names.forEach((name, at) => write(pen, name, left + (at + 0.5) * wide, EDGE * 1.4, 16, "center"));
  told.rows.forEach((row, at) => {
    const y = EDGE * 1.6 + at * LINE;
    write(pen, row.label, left - 12, y + 24, 18, "right");
    row.cells.forEach((cell, column) => {
      pen.globalAlpha = cell.value === null ? 0 : 0.05 + 0.4 * Math.max(0, cell.value) / most;
      pen.fillStyle = tones()[0];
      pen.fillRect(left + column * wide + 1, y + 1, wide - 2, LINE - 2);
      pen.globalAlpha = 1;
      write(pen, cell.shown, left + (column + 0.5) * wide, y + 24, 15, "center", "--ink");
    });
  });
}

function plot(pen, told, height) {
  const stacked = told.shape === "stack";
  const sums = told.rows.map((row) => stacked ? row.cells.reduce((sum, cell) => sum + Math.max(0, cell.value ?? 0), 0) : Math.max(0, ...row.cells.map((cell) => cell.value ?? 0)));
  const most = Math.max(1e-9, ...sums), left = 150, top = 110, wide = WIDTH - left - EDGE, tall = height - top - 90;
  const y = (value) => top + tall * (1 - Math.max(0, value) / most);
  pen.strokeStyle = color("--line");
  for (const part of [0, 0.5, 1]) {
    pen.beginPath();
    pen.moveTo(left, y(most * part));
    pen.lineTo(left + wide, y(most * part));
    pen.stroke();
  }
  const highest = told.rows.flatMap((row) => row.cells).find((cell) => cell.value === most);
  if (highest) write(pen, highest.shown, left - 12, y(most) + 6, 18, "right");
  write(pen, "0", left - 12, y(0) + 6, 18, "right");
  const step = wide / Math.max(1, told.rows.length), every = Math.ceil(told.rows.length / 10);
  told.rows.forEach((row, at) => {
    if (at % every === 0) write(pen, row.label, left + (at + 0.5) * step, height - 50, 18, "center");
  });
  told.names.forEach((name, series) => {
    pen.fillStyle = tones()[series % 5];
    if (told.names.length > 1) {
      pen.fillRect(left + series * 230, 74, 18, 12);
      write(pen, name, left + series * 230 + 26, 86, 18);
    }
  });
  if (told.shape === "bar" || stacked) {
    told.rows.forEach((row, at) => {
      let low = 0;
      row.cells.forEach((cell, series) => {
        const value = Math.max(0, cell.value ?? 0), width = stacked ? step * 0.68 : step * 0.68 / row.cells.length;
        pen.fillStyle = tones()[series % 5];
        const x = left + at * step + step * 0.16 + (stacked ? 0 : series * width);
        pen.fillRect(x, y(low + value), width, y(low) - y(low + value));
        if (stacked) low += value;
      });
    });
    return;
  }
  if (told.shape === "band") {
    const ends = told.rows.map((row, at) => [left + (at + 0.5) * step, row.cells[2]?.value, row.cells[3]?.value]).filter((end) => end[1] !== null && end[1] !== undefined);
    pen.fillStyle = tones()[0];
    pen.globalAlpha = 0.16;
    pen.beginPath();
    for (const [x, , high] of ends) pen.lineTo(x, y(high));
    for (const [x, low] of ends.reverse()) pen.lineTo(x, y(low));
    pen.fill();
    pen.globalAlpha = 1;
  }
  const drawn = told.shape === "band" ? [0, 1] : told.names.map((_, series) => series);
  for (const series of drawn) {
    pen.strokeStyle = tones()[series % 5];
    pen.lineWidth = 4;
    pen.setLineDash(series ? [12, 8] : []);
    pen.beginPath();
    told.rows.forEach((row, at) => {
      const value = row.cells[series]?.value;
      if (value !== null && value !== undefined) pen.lineTo(left + (at + 0.5) * step, y(value));
    });
    pen.stroke();
  }
  pen.setLineDash([]);
}
