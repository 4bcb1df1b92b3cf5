// The page's own behaviour: marks lead to their quotes and back, seconds count, the talk follows what is written.
(() => {
  "use strict";

  // Gradio's page has a <base>, so a plain "#…" could reload it: links inside the page are followed here.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#quote-"], a[href^="#mark-"]');
    if (!link) return;
    event.preventDefault();
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    target.closest("details")?.setAttribute("open", "");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
    for (const shown of document.querySelectorAll(".shown")) shown.classList.remove("shown");
    target.classList.add("shown");
  });

  let run, began;
  setInterval(() => {
    const clock = document.querySelector(".clock");
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

  const follow = (talk) => {
    let pinned = true;
    talk.addEventListener("scroll", () => {
      pinned = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
    });
    let asked = "";
    new MutationObserver(() => {
      // A new question always comes into view; after that, whoever has scrolled up is left in peace.
      const now = document.querySelector("#current .asked")?.textContent ?? "";
      if (now !== asked) pinned = true;
      asked = now;
      if (pinned) talk.scrollTop = talk.scrollHeight;
    }).observe(talk, { childList: true, subtree: true, characterData: true });
  };

  // Gradio builds the page after this script has run.
  const waiting = new MutationObserver(() => {
    const talk = document.getElementById("talk");
    const status = document.getElementById("status");
    if (!talk || !status) return;
    waiting.disconnect();
    status.setAttribute("role", "status");
    follow(talk);
  });
  waiting.observe(document, { childList: true, subtree: true });
})();
