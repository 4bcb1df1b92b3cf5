"""Parts of Gradio as the window uses them."""

from __future__ import annotations

from typing import Any

import gradio as gr

# Events are the window's own: no names for programs, which have /api, and no veil over what is shown.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def html(name: str, value: str = "") -> gr.HTML:
    """A piece of the page with our own markup; whoever makes the value escapes what is in it."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


# Buttons with `data-do` become clicks that carry their data, forms become submits that carry their fields,
# and the fields of a form with `data-live` are told as they change. Where the markup is made anew the focus
# is not lost, and a form with another `data-made` has the values that stand there.
_LIVE = """
let last, key, led;
const again = (records) => {
  // Gradio changes what is there into what is to be there: fields that were filled in keep their values.
  for (const { target, attributeName } of records) if (attributeName) target.reset();
  const wanted = element.querySelector("[data-focus]");
  if (wanted && wanted !== led) wanted.focus();
  else if (last && !last.isConnected && document.activeElement === document.body)
    element.querySelector(key)?.focus();
  led = wanted;
};
new MutationObserver(again).observe(element, {
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
const told = (form) => Object.fromEntries([...new FormData(form)].filter(([, it]) => typeof it === "string"));
let timer;
const changed = (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form || (event.target.type === "search") !== (event.type === "input")) return;
  clearTimeout(timer);
  timer = setTimeout(() => trigger("input", told(form)), 350);
};
element.addEventListener("input", changed);
element.addEventListener("change", changed);
element.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = told(event.target);
  const file = event.target.querySelector("input[type=file]")?.files[0];
  if (file && "most" in given) given.file = file.size > 1e6 ? null : await file.text();
  trigger("submit", given);
});
element.addEventListener("added", ({ detail }) => trigger("upload", detail));
"""


def live(name: str, value: str = "") -> gr.HTML:
    """A piece of the page whose buttons and forms are heard: as `click`, `input`, `submit` and `upload`."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=_LIVE)
