// Sends files and addresses to the library, one after another, and tells of each what became of it.
(() => {
  "use strict";

  const OUTCOMES = ["added", "updated", "unchanged", "skipped"];
  let stopping;

  // The lines of a response as they come.
  async function* lines(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const whole = (rest + value).split("\n");
      rest = whole.pop();
      for (const line of whole) yield JSON.parse(line);
    }
  }

  // An item of the list of outcomes: its name, how it stands, and the reasons below. All of it is text.
  function entry(list, name) {
    const item = list.appendChild(document.createElement("li"));
    const title = item.appendChild(document.createElement("bdi"));
    const state = item.appendChild(document.createElement("span"));
    title.textContent = name;
    title.className = "name";
    state.className = "state";
    return {
      item,
      say(text, kind = "") {
        state.textContent = text;
        item.dataset.kind = kind;
      },
      reason(source, why) {
        const line = item.appendChild(document.createElement("p"));
        line.textContent = source && source !== name ? `${source}: ${why}` : why;
      },
    };
  }

  async function send(form, { url, body, headers, size }, collection, shown) {
    const words = form.dataset;
    const refused = (size > Number(words.most) && words.tooLarge) || (url && !/^https?:/i.test(url) && words.noAddress);
    if (refused) {
      shown.say(words.skipped.replace("{}", 1), "bad");
      shown.reason("", refused);
      return;
    }
    const counts = {};
    const told = () =>
      OUTCOMES.filter((how) => counts[how]).map((how) => words[how].replace("{}", counts[how])).join(", ");
    let trouble = "";
    shown.say(words.sending, "busy");
    try {
      const address = `../library/articles?${new URLSearchParams({ collection })}`;
      const response = await fetch(address, { method: "POST", body, headers, signal: stopping.signal });
      if (!response.ok) throw new Error((await response.json()).detail);
      shown.say(words.reading, "busy");
      for await (const { how, skipped, reason, trouble: wrong } of lines(response)) {
        if (wrong) trouble = wrong;
        else counts[how ?? "skipped"] = (counts[how ?? "skipped"] ?? 0) + 1;
        if (reason) shown.reason(skipped, reason);
        shown.say(`${words.reading}: ${told()}`, "busy");
      }
    } catch (error) {
      if (stopping.signal.aborted) trouble = words.stopped;
      else trouble = error instanceof TypeError || error instanceof SyntaxError ? words.broken : error.message;
    }
    if (trouble) shown.reason("", trouble);
    shown.say(told() || (trouble ? words.skipped.replace("{}", 1) : words.nothing), trouble || counts.skipped ? "bad" : "good");
  }

  const waiting = [];

  // What comes while others are being sent waits behind them.
  async function all(form, parcels) {
    if (!parcels.length) return;
    const busy = "busy" in form.dataset;
    const list = form.querySelector(".outcomes");
    const chosen = document.querySelector('#narrowing [name="collection"]');
    const collection = form.elements.into.value.trim() || chosen?.value || "default";
    if (!busy) list.replaceChildren();
    for (const parcel of parcels) {
      const shown = entry(list, parcel.name);
      shown.say(form.dataset.waiting);
      waiting.push([parcel, collection, shown]);
    }
    if (busy) return;
    form.dataset.busy = "";
    form.querySelector(".stop").hidden = false;
    stopping = new AbortController();
    let next;
    while ((next = waiting.shift())) {
      const [parcel, to, shown] = next;
      if (stopping.signal.aborted) shown.say(form.dataset.stopped, "bad");
      else await send(form, parcel, to, shown);
    }
    delete form.dataset.busy;
    form.querySelector(".stop").hidden = true;
    form.elements.into.value = "";
    form.dispatchEvent(new CustomEvent("added", { detail: { collection }, bubbles: true }));
  }

  function file(given) {
    const body = new FormData();
    body.append("files", given, given.name);
    return { name: given.name, body, size: given.size };
  }

  function address(url) {
    const body = JSON.stringify({ url });
    return { name: url, url, body, headers: { "content-type": "application/json" }, size: body.length };
  }

  const adding = (event) => event.target.closest?.("form.adding");
  document.addEventListener("change", (event) => {
    const form = adding(event);
    if (!form || event.target.type !== "file") return;
    all(form, [...event.target.files].map(file));
    event.target.value = "";
  });
  document.addEventListener("submit", (event) => {
    const form = adding(event);
    if (!form) return;
    event.preventDefault();
    const given = form.elements.addresses.value.split(/\s+/).filter(Boolean);
    form.elements.addresses.value = "";
    all(form, given.map(address));
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches?.(".adding .stop")) stopping?.abort();
    // On a phone the form that adds stands below the list.
    if (event.target.matches?.("[data-jump]")) document.querySelector(".adding input[type=file]")?.focus();
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("#library");
      if (!zone || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      const form = zone.querySelector("form.adding");
      if (kind === "drop" && form) all(form, [...event.dataTransfer.files].map(file));
    });
  }

  // An article that is removed is not read on.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('#articles [data-do="remove"]');
    if (button && button.dataset.id === quoth.reading) quoth.close();
  });
})();
