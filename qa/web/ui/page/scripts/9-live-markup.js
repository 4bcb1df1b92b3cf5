// Events of markup that the server listens to: buttons with `data-do` trigger `click` with their data, forms
// trigger `submit` with their fields, and forms with `data-live` trigger `input` as their fields change.
// When the server replaces the markup, the focus stays; a form with a new `data-made` takes its new values.
"use strict";

quoth.live = (element, trigger) => {
  let last, key, requested;
  const restore = (records) => {
    // Gradio patches the old markup, so fields keep what was entered.
    for (const { target, attributeName } of records) if (attributeName) target.reset();
    const wanted = element.querySelector("[data-focus]");
    if (wanted && wanted !== requested) wanted.focus();
    else if (last && !last.isConnected && document.activeElement === document.body)
      element.querySelector(key)?.focus();
    requested = wanted;
  };
  new MutationObserver(restore).observe(element, {
    childList: true, subtree: true, attributeFilter: ["data-made"],
  });
  element.addEventListener("focusin", ({ target }) => {
    last = target;
    key = ":not(*)";
    if (target.name) key = `[name="${target.name}"]`;
    else if (target.dataset.do) key = `[data-do="${target.dataset.do}"]`;
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) trigger("click", { ...button.dataset });
  });
  const fieldsOf = (form) => Object.fromEntries([...new FormData(form)].filter(([, it]) => typeof it === "string"));
  let timer;
  const changed = (event) => {
    const form = event.target.closest("form[data-live]");
    if (!form || (event.target.type === "search") !== (event.type === "input")) return;
    clearTimeout(timer);
    timer = setTimeout(() => trigger("input", fieldsOf(form)), 350);
  };
  element.addEventListener("input", changed);
  element.addEventListener("change", changed);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = fieldsOf(event.target);
    const file = event.target.querySelector("input[type=file]")?.files[0];
    if (file && "limit" in fields) fields.file = file.size > 1e6 ? null : await file.text();
    trigger("submit", fields);
  });
  element.addEventListener("added", ({ detail }) => trigger("upload", detail));
};
