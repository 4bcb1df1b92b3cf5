// Asks one article, or a few chosen ones: from the reader, from the Library, or as the page's address says.
// The address names them, so that it can be shared.
"use strict";

(() => {
  const address = new URLSearchParams(location.search);
  const ticked = new Set();
  let send, next, collectionOfTicks;
  let shared = address.getAll("articles"); // until the server knows them

  // Changes the page's address, and keeps what it says of the rest.
  quoth.changeAddress = (change) => {
    const search = new URLSearchParams(location.search);
    change(search);
    history.replaceState(null, "", search.size ? `?${search}` : location.pathname);
  };

  quoth.choosing = (trigger) => {
    send = trigger;
    if (shared.length) setTimeout(() => send({ articles: shared, collection: address.get("from") }));
  };
  quoth.chosen = () => {
    shared = [];
    nameInAddress();
    next?.();
    next = undefined;
  };

  const choose = (articles, collection, then) => {
    next = then;
    quoth.closeArticle();
    quoth.find('#views [role="tab"]')?.click();
    send({ articles, collection });
  };
  const focusBox = () => quoth.find("#box textarea")?.focus();
  quoth.actions.askArticle = (button) => choose([button.dataset.id], button.dataset.collection, focusBox);
  quoth.actions.summariseArticle = (button) => {
    const { id, collection, question } = button.dataset;
    choose([id], collection, () => quoth.submit({ question }));
  };

  const nameInAddress = () => {
    const scope = quoth.find("#narrowed .scope");
    const chosen = JSON.parse(scope?.dataset.articles ?? "[]");
    if (shared.length) return;
    quoth.changeAddress((search) => {
      search.delete("articles");
      search.delete("from");
      for (const id of chosen) search.append("articles", id);
      if (chosen.length) search.set("from", scope.dataset.collection);
    });
  };

  // The ticks of the Library stay while its pages are turned.
  const showTicks = () => {
    const bar = quoth.find("#articles .ticked");
    if (!bar) return;
    if (bar.dataset.collection !== collectionOfTicks) ticked.clear();
    collectionOfTicks = bar.dataset.collection;
    for (const box of document.querySelectorAll("#articles .tick")) box.checked = ticked.has(box.value);
    const { count, most, tooMany } = bar.dataset;
    const words = ticked.size > Number(most) ? tooMany : count;
    const text = words.replace("{number}", ticked.size).replace("{most}", most);
    if (bar.hidden !== !ticked.size) bar.hidden = !ticked.size;
    if (quoth.find("span", bar).textContent !== text) quoth.find("span", bar).textContent = text;
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("#articles .tick")) return;
    if (event.target.checked) ticked.add(event.target.value);
    else ticked.delete(event.target.value);
    showTicks();
  });
  quoth.actions.chooseNone = () => {
    ticked.clear();
    showTicks();
  };
  quoth.actions.askChosen = () => choose([...ticked], collectionOfTicks, focusBox);

  // Gradio builds the page after this script has run, and a view when it is opened.
  const whenBuilt = (id, changed) => {
    const waiting = new MutationObserver(() => {
      const element = document.getElementById(id);
      if (!element) return;
      waiting.disconnect();
      const changes = { childList: true, subtree: true, attributeFilter: ["data-articles", "data-collection"] };
      new MutationObserver(changed).observe(element, changes);
      changed();
    });
    waiting.observe(document, { childList: true, subtree: true });
  };
  whenBuilt("narrowed", nameInAddress);
  whenBuilt("articles", showTicks);
})();
