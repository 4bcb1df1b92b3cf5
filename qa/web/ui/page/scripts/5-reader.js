// Citation marks show their quote on hover and focus, and open the article at the quote.
"use strict";

(() => {
  let left; // timer after the pointer left a mark: it may move on into the quote

  const hide = () => {
    const peek = document.getElementById("peek");
    if (peek) peek.hidden = true;
    quoth.find("[aria-describedby=peek]")?.removeAttribute("aria-describedby");
  };

  const show = (mark) => {
    clearTimeout(left);
    const peek = document.getElementById("peek");
    const quote = Object.assign(document.createElement("q"), { textContent: mark.dataset.quote, dir: "auto" });
    const origin = Object.assign(document.createElement("cite"), { textContent: mark.dataset.origin, dir: "auto" });
    peek.replaceChildren(quote, origin);
    peek.hidden = false;
    mark.setAttribute("aria-describedby", "peek");
    const at = mark.getBoundingClientRect();
    const size = peek.getBoundingClientRect();
    const under = at.bottom + 6 + size.height < innerHeight;
    peek.style.left = `${Math.max(8, Math.min(at.left - 24, innerWidth - size.width - 8))}px`;
    peek.style.top = `${under ? at.bottom + 6 : Math.max(8, at.top - 6 - size.height)}px`;
  };

  const leave = () => {
    clearTimeout(left);
    left = setTimeout(hide, 200);
  };
  const markOf = (event) => event.target.closest?.(".mark[data-quote]");
  document.addEventListener("pointerover", (event) => {
    if (markOf(event)) show(markOf(event));
    else if (event.target.closest?.("#peek")) clearTimeout(left);
    else if (!document.getElementById("peek")?.hidden) leave();
  });
  document.addEventListener("focusin", (event) => (markOf(event) ? show(markOf(event)) : hide()));
  document.addEventListener("scroll", hide, true);

  // The reader
  let opener;

  quoth.closeArticle = () => {
    const reader = quoth.find(".reader");
    if (!reader || reader.hidden) return false;
    reader.hidden = true;
    reader.replaceChildren();
    quoth.openArticle = undefined;
    return true;
  };

  // Closes the article and returns the focus to where it came from.
  const dismissArticle = () => {
    if (!quoth.closeArticle()) return false;
    if (opener?.isConnected) opener.focus({ preventScroll: true });
    else quoth.find("#box textarea")?.focus();
    return true;
  };

  quoth.showArticle = async (place, from) => {
    const server = await quoth.server;
    const html = await server.article(place);
    const reader = quoth.find(".reader");
    hide();
    opener = from;
    quoth.openArticle = place.article;
    reader.innerHTML = html;
    reader.hidden = false;
    quoth.find(".close", reader)?.addEventListener("click", dismissArticle);
    const quote = quoth.find("mark", reader);
    quote?.scrollIntoView({ block: "center" });
    (quote ?? quoth.find(".close", reader))?.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[role="tab"]')) quoth.closeArticle();
    const link = event.target.closest?.('a[href^="?article="]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    quoth.showArticle(Object.fromEntries(new URLSearchParams(link.getAttribute("href"))), link);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const peek = document.getElementById("peek");
    if (peek && !peek.hidden) hide();
    else if (dismissArticle()) event.preventDefault();
  });

  // The page's address may name an article, such as after a link was opened in a new tab.
  const place = Object.fromEntries(new URLSearchParams(location.search));
  if (place.article) quoth.showArticle(place);
})();
