
"use strict";
(() => {
  const rows = [...document.querySelectorAll("[data-who]")];
  const form = document.querySelector(".controls");
  const table = document.querySelector(".sortable");
  const fold = (text) => text.toLocaleLowerCase("en-GB");

  const chosen = (name) => document.getElementById(`choose-${name}`)?.value ?? "";

  const choose = () => {
    const words = fold(chosen("find")).split(" ").filter((word) => word);
    const standing = chosen("standing");
    const fund = chosen("fund");
    const shown = new Set();
    for (const row of rows) {
      const who = fold(row.dataset.who);
      const fits = words.every((word) => who.includes(word))
        && (!standing || row.dataset.is.split(" ").includes(standing));
      row.hidden = !fits || (fund !== "" && row.dataset.fund !== undefined && row.dataset.fund !== fund);
      if (fits) shown.add(row.dataset.who);
    }
    const count = form.querySelector(".count");
    const says = `${shown.size} of ${count.dataset.all} shown`;
    if (count.textContent !== says) count.textContent = says;
  };

  const value = (row, at) => {
    const cell = row.cells[at];
    return cell.dataset.sort === undefined ? cell.textContent : cell.dataset.sort;
  };
  const compare = (left, right, isFigure, turn) => {
    // What is not known comes last, whichever way the rest is turned.
    if (left === "" || right === "") return left === right ? 0 : left === "" ? 1 : -1;
    if (!isFigure) return turn * left.localeCompare(right, "en-GB", { numeric: true });
    const [one, two] = [BigInt(left), BigInt(right)];
    return one === two ? 0 : turn * (one < two ? -1 : 1);
  };
  const sort = (heading, at) => {
    const ascending = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const isFigure = heading.classList.contains("figure");
    const body = table.tBodies[0];
    const sorted = [...body.rows].sort((left, right) =>
      compare(value(left, at), value(right, at), isFigure, ascending ? 1 : -1));
    body.append(...sorted);
  };

  if (table) {
    [...table.tHead.rows[0].cells].forEach((heading, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", () => sort(heading, at));
      heading.replaceChildren(button);
    });
  }
  const unfold = () => {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const around = there && there.closest("details");
    if (around) {
      around.hidden = false;
      around.open = true;
      there.scrollIntoView();
      there.focus({ preventScroll: true });
    }
  };
  addEventListener("hashchange", unfold);
  unfold();
  if (form) {
    form.hidden = false;
    form.addEventListener("input", choose);
    choose();
  }
})();
