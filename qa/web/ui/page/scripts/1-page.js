// What all scripts of the page share. A click on <button data-action="copy"> calls quoth.actions.copy.
"use strict";

const quoth = { actions: {} };

quoth.server = new Promise((connected) => {
  quoth.connect = connected;
});

// The headers of a request whose response people read: it comes in the page's language.
quoth.accepting = { "accept-language": document.documentElement.lang };

quoth.find = (selector, within = document) => within.querySelector(selector);

// Has the browser save a text as a file.
quoth.saveFile = (name, text, type) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-action]");
  if (button) quoth.actions[button.dataset.action]?.(button, event);
});

// Switching the language keeps the conversation.
document.addEventListener("change", ({ target }) => {
  if (target.matches(".languages")) location.assign(target.value + location.search);
});
