// What the scripts of the page share, and clicks by name: <button data-deed="copy"> calls deeds.copy.
"use strict";

const quoth = { deeds: {} };

quoth.server = new Promise((connected) => {
  quoth.connect = connected;
});

quoth.find = (selector, within = document) => within.querySelector(selector);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-deed]");
  if (button) quoth.deeds[button.dataset.deed]?.(button, event);
});

// The other language shows the same conversation.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[hreflang]");
  if (link) link.search = location.search;
});
