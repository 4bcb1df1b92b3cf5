// While an answer is written: counts the seconds, scrolls along, and saves the exchange when it is complete.
"use strict";

(() => {
  let run, began;
  setInterval(() => {
    const clock = quoth.find(".clock");
    if (!clock) {
      run = undefined;
      return;
    }
    if (clock.dataset.run !== run) {
      run = clock.dataset.run;
      began = performance.now() - 1000 * Number(clock.dataset.seconds);
    }
    const text = `${Math.floor((performance.now() - began) / 1000)} s`;
    if (clock.textContent !== text) clock.textContent = text;
  }, 200);

  // Narrow screens scroll the whole page, where the latest question is then at the top; others scroll the talk.
  const isWhole = (talk) => getComputedStyle(talk).overflowY === "visible";
  let reached = 0; // where the page was scrolled to last
  quoth.showLatest = (latest) => {
    const talk = quoth.find("#talk");
    if (!isWhole(talk)) talk.scrollTop = talk.scrollHeight;
    else if (latest) {
      latest.scrollIntoView();
      reached = scrollY;
    }
  };

  const follow = (talk, current) => {
    let pinned = true;
    talk.addEventListener("scroll", () => {
      pinned = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
    });
    addEventListener("scroll", () => {
      if (isWhole(talk)) pinned = Math.abs(scrollY - reached) < 60;
    });
    let asked = "", saved;
    new MutationObserver(() => {
      // A new question always scrolls into view; after that, a user who scrolls up stays there.
      const now = quoth.find(".asked", current)?.textContent ?? "";
      if (now !== asked) pinned = true;
      asked = now;
      if (pinned) quoth.showLatest(now && quoth.find("#earlier .exchange") && current);
      const exchange = quoth.find("[data-exchange]", current);
      if (exchange && exchange.dataset.exchange !== saved) {
        saved = exchange.dataset.exchange;
        quoth.save(exchange);
      } else if (!exchange) saved = undefined;
    }).observe(current, { childList: true, subtree: true, characterData: true, attributes: true });
  };

  // Gradio builds the page after this script has run.
  const waiting = new MutationObserver(() => {
    const [talk, current, status] = ["talk", "current", "status"].map((id) => document.getElementById(id));
    if (!talk || !current || !status || !document.getElementById("earlier")) return;
    waiting.disconnect();
    status.setAttribute("role", "status");
    quoth.find("#box textarea")?.setAttribute("dir", "auto");
    follow(talk, current);
    quoth.restore();
  });
  waiting.observe(document, { childList: true, subtree: true });
})();
