for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0];
  for (const head of table.querySelectorAll("th[data-sort]")) {
    head.tabIndex = 0;
    const sort = () => {
      const column = head.cellIndex;
      const falling = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
      const compare = (a, b) => head.dataset.sort === "n" ? a - b : a.localeCompare(b);
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === "" || y === "") return (x === "") - (y === "");
        return falling ? compare(y, x) : compare(x, y);
      });
      body.append(...rows);
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  }
}
const copy = (text, element, done) => {
  navigator.clipboard?.writeText(text).then(() => {
    const before = element.textContent;
    element.textContent = done;
    setTimeout(() => { element.textContent = before; }, 1200);
  });
};
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", () => {
    const rows = [...button.closest(".table").querySelectorAll("tr")].map((row) =>
      [...row.cells].map((cell) => cell.dataset.csv ?? cell.textContent.trim())
        .map((text) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text).join(","));
    copy(rows.join("\n") + "\n", button, "Copied");
  });
}
for (const code of document.querySelectorAll("code.command")) {
  code.title = "Click to copy";
  code.addEventListener("click", () => copy(code.textContent, code, "copied"));
}
