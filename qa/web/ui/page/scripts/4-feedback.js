// The buttons below an answer: copy and feedback.
"use strict";

(() => {
  const note = (button, text) => {
    const place = quoth.find(".actions [role=status]", button.closest(".exchange"));
    place.textContent = text;
  };

  quoth.actions.copy = async (button) => {
    const nth = Number(button.closest(".exchange").dataset.nth);
    const answer = quoth.exchanges[nth].answer;
    const quotes = answer.citations.map(
      (one) => `[${one.number}] “${one.quote}” ${[one.title, one.source, one.date, one.url].filter(Boolean).join(", ")}`,
    );
    await navigator.clipboard.writeText([answer.text, ...quotes].join("\n"));
    note(button, document.getElementById("messages").dataset.copied);
  };

  const send = async (button, verdict, reason) => {
    const shown = button.closest(".exchange");
    const nth = Number(shown.dataset.nth);
    const { question, answer, as_of, collection } = quoth.exchanges[nth];
    const server = await quoth.server;
    const sent = { verdict, question, answer, reason, as_of, collection, history: quoth.turnsBefore(nth) };
    const trouble = await server.feedback(sent);
    note(button, trouble || document.getElementById("messages").dataset.thanks);
    if (trouble) return;
    for (const way of ["up", "down"])
      quoth.find(`[data-action=${way}]`, shown).setAttribute("aria-pressed", String(way === verdict));
    await quoth.setVerdict(nth, verdict);
  };

  quoth.actions.up = (button) => send(button, "up", "");
  quoth.actions.down = (button) => {
    const shown = button.closest(".exchange");
    if (quoth.find(".why", shown)) return;
    const form = document.getElementById("why").content.firstElementChild.cloneNode(true);
    form.onsubmit = async (event) => {
      event.preventDefault();
      await send(button, "down", form.reason.value);
      form.remove();
      button.focus();
    };
    form.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      form.remove();
      button.focus();
    };
    quoth.find(".actions", shown).after(form);
    form.reason.focus();
  };
})();
