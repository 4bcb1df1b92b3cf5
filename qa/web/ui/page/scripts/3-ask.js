// Sends questions with their history, and saves the exchanges.
"use strict";

(() => {
  const TURNS = 6;
  const exchanges = (quoth.exchanges = []);
  let next; // a question from outside of the box, until it is sent
  let id = new URLSearchParams(location.search).get("conversation");

  const turns = () => {
    const answered = exchanges.filter((exchange) => exchange.answer);
    const said = (answer) => answer.sentences.map((sentence) => sentence.text).join(" ") || answer.text;
    const all = answered.flatMap((exchange) => [
      { role: "user", content: exchange.question },
      { role: "assistant", content: said(exchange.answer) },
    ]);
    return all.slice(-TURNS);
  };

  // Moves the current exchange to the earlier ones, where its quotes are folded below it.
  const archive = () => {
    const current = quoth.find("#current .exchange[data-nth]");
    if (!current) return;
    const copy = current.cloneNode(true);
    delete copy.dataset.exchange;
    quoth.find("#earlier").append(copy);
  };

  // Gradio calls this before it sends a question; the server receives what this returns.
  quoth.request = (typed) => {
    const { question, nth, ...choices } = next ?? { question: typed ?? "" };
    const again = nth !== undefined && nth === exchanges.length - 1;
    const isTyped = !next;
    next = undefined;
    if (!question.trim() || quoth.find(".status")) return "";
    if (again) {
      exchanges.pop();
      quoth.find(`#earlier [data-nth="${nth}"]`)?.remove();
    } else archive();
    const sent = { nth: exchanges.length, question, typed: isTyped, history: turns(), ...choices };
    quoth.running = JSON.stringify(sent);
    return quoth.running;
  };

  quoth.submit = (question) => {
    if (quoth.find(".status")) return;
    next = question;
    quoth.ask();
  };

  quoth.save = async (shown) => {
    const exchange = JSON.parse(shown.dataset.exchange);
    const nth = Number(shown.dataset.nth);
    if (nth > exchanges.length) return;
    exchanges[nth] = exchange;
    if (!id) {
      id = crypto.randomUUID?.() ?? String(Date.now() + Math.random());
      quoth.changeAddress((search) => {
        for (const name of ["article", "collection", "start", "end", "day"]) search.delete(name);
        search.set("conversation", id);
      });
    }
    await quoth.store.change(id, (conversation) => {
      conversation.name ||= exchange.question;
      conversation.exchanges[nth] = exchange;
    });
  };

  quoth.setVerdict = (nth, verdict) => {
    exchanges[nth].verdict = verdict;
    return quoth.store.change(id, (conversation) => (conversation.exchanges[nth].verdict = verdict));
  };

  quoth.turnsBefore = (nth) => {
    const later = exchanges.splice(nth);
    const before = turns();
    exchanges.push(...later);
    return before;
  };

  // Shows the saved conversation again.
  quoth.restore = async () => {
    const conversation = id && (await quoth.store.get(id));
    if (!conversation) return;
    exchanges.push(...conversation.exchanges);
    const server = await quoth.server;
    quoth.find("#earlier").innerHTML = await server.exchanges(exchanges);
    quoth.showLatest(quoth.find("#earlier .exchange:last-child"));
  };

  quoth.actions.example = (button) => quoth.submit({ question: button.textContent });
  // Asks again as before, or with one of the choices changed: the kind of answer, a limit, the search.
  const askAgain = (element, changed) => {
    const { nth, again } = element.closest(".exchange").dataset;
    if (!again) return; // it is being answered
    const asked = JSON.parse(again);
    quoth.submit({ ...asked, nth: Number(nth), ...changed?.(asked.ignore ?? []) });
  };
  document.addEventListener("change", ({ target }) => {
    if (target.matches(".as-kind select")) askAgain(target, () => ({ kind: target.value }));
  });
  quoth.actions.again = (button) => askAgain(button);
  quoth.actions.ignore = (button) =>
    askAgain(button, (ignored) => ({ ignore: [...ignored, button.dataset.limit] }));
  quoth.actions.limit = (button) =>
    askAgain(button, (ignored) => ({ ignore: ignored.filter((limit) => limit !== button.dataset.limit) }));
  // Replaces the line of what was searched by a form that changes it.
  quoth.actions.change = (button) => {
    const line = button.closest(".searched");
    const form = document.getElementById("search-as").content.firstElementChild.cloneNode(true);
    form.searched.value = quoth.find("span", line).textContent;
    form.onsubmit = (event) => {
      event.preventDefault();
      askAgain(form, () => ({ search_as: form.searched.value }));
    };
    form.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      form.replaceWith(line);
      button.focus();
    };
    line.replaceWith(form);
    form.searched.focus();
  };
})();
