// Asking: what a question is sent with, and what came of it, which is kept.
"use strict";

(() => {
  const TURNS = 6;
  const exchanges = (quoth.exchanges = []);
  let next; // a question that is not typed, until it is sent
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

  // What was the current exchange joins the earlier ones, with its quotes below it.
  const shelve = () => {
    const current = quoth.find("#current .exchange[data-nth]");
    if (!current) return;
    const copy = current.cloneNode(true);
    delete copy.dataset.kept;
    quoth.find("#earlier").append(copy);
  };

  // Gradio calls this when a question is on its way: what it gives is what the server reads.
  quoth.sent = (typed) => {
    const asked = next ?? { question: typed ?? "" };
    const again = next && next.nth !== undefined && next.nth === exchanges.length - 1;
    const isTyped = !next;
    next = undefined;
    if (!asked.question.trim() || quoth.find(".status")) return "";
    if (again) {
      exchanges.pop();
      quoth.find(`#earlier [data-nth="${asked.nth}"]`)?.remove();
    } else shelve();
    const sent = { nth: exchanges.length, question: asked.question, typed: isTyped, history: turns() };
    if (asked.searched) sent.search_as = asked.searched;
    quoth.running = JSON.stringify(sent);
    return quoth.running;
  };

  quoth.put = (question) => {
    if (quoth.find(".status")) return;
    next = question;
    quoth.ask();
  };

  quoth.keep = async (shown) => {
    const exchange = JSON.parse(shown.dataset.kept);
    const nth = Number(shown.dataset.nth);
    if (nth > exchanges.length) return;
    exchanges[nth] = exchange;
    if (!id) {
      id = crypto.randomUUID?.() ?? String(Date.now() + Math.random());
      history.replaceState(null, "", `?conversation=${id}`);
    }
    document.dispatchEvent(new Event("quoth:asked"));
    await quoth.kept.change(id, (conversation) => {
      conversation.name ||= exchange.question;
      conversation.exchanges[nth] = exchange;
    });
  };

  quoth.judged = (nth, verdict) => {
    exchanges[nth].verdict = verdict;
    return quoth.kept.change(id, (conversation) => (conversation.exchanges[nth].verdict = verdict));
  };

  quoth.turnsBefore = (nth) => {
    const later = exchanges.splice(nth);
    const before = turns();
    exchanges.push(...later);
    return before;
  };

  // A conversation that was kept is there again.
  quoth.restore = async () => {
    const conversation = id && (await quoth.kept.get(id));
    if (!conversation) return;
    exchanges.push(...conversation.exchanges);
    const server = await quoth.server;
    quoth.find("#earlier").innerHTML = await server.earlier(exchanges);
    document.dispatchEvent(new Event("quoth:asked"));
    const talk = quoth.find("#talk");
    talk.scrollTop = talk.scrollHeight;
  };

  quoth.deeds.example = (button) => quoth.put({ question: button.textContent });
  quoth.deeds.again = (button) => {
    const nth = Number(button.closest(".exchange").dataset.nth);
    quoth.put({ question: exchanges[nth]?.question ?? "", nth });
  };
  // The line that was searched becomes one that can be changed.
  quoth.deeds.change = (button) => {
    const line = button.closest(".searched");
    const exchange = button.closest(".exchange");
    const form = document.getElementById("search-as").content.firstElementChild.cloneNode(true);
    form.searched.value = quoth.find("span", line).textContent;
    form.onsubmit = (event) => {
      event.preventDefault();
      const question = quoth.find(".asked", exchange).textContent;
      quoth.put({ question, searched: form.searched.value, nth: Number(exchange.dataset.nth) });
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
