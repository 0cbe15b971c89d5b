// SPDX-License-Identifier: Apache-2.0
// Filters for the page of `pinfold matrix --html`. Without it the page shows everything.
"use strict";
(() => {
  const form = document.querySelector("form.filters");
  const count = document.querySelector("#count");
  const items = [...document.querySelectorAll("[data-op]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const field = (name) => form.elements.namedItem(name);

  const fits = (item, want) =>
    (!want.family || item.dataset.family === want.family) &&
    (!want.outcome || item.dataset.outcome === want.outcome) &&
    (!want.single || item.dataset.single === "yes") &&
    item.dataset.text.includes(want.text);

  const apply = () => {
    const want = {
      family: field("family").value,
      outcome: field("outcome").value,
      single: field("single").checked,
      text: field("text").value.trim().toLowerCase(),
    };
    for (const item of items) item.hidden = !fits(item, want);
    for (const group of groups) group.hidden = !group.querySelector("[data-op]:not([hidden])");
    const rows = items.filter((item) => item.matches("table.map tr"));
    const shown = rows.filter((item) => !item.hidden).length;
    count.textContent = `${shown} of ${rows.length} operations are shown.`;
  };

  // A link to an operation opens what it points to, filtered away or not.
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.localName === "details") {
      if (target.hidden) form.reset(), apply();
      target.open = true;
      target.scrollIntoView();
    }
  };

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  window.addEventListener("hashchange", open);
  window.addEventListener("beforeprint", () => {
    for (const item of document.querySelectorAll("details")) item.open = true;
  });
  form.hidden = false;
  apply();
  open();
})();
