// Uploads files and addresses one after another, and lists the result of each.
(() => {
  "use strict";

  const OUTCOMES = ["added", "updated", "unchanged", "skipped"];
  let stopping;

  // Yields the lines of a streamed response.
  async function* lines(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const complete = (rest + value).split("\n");
      rest = complete.pop();
      for (const line of complete) yield JSON.parse(line);
    }
  }

  // Adds an item to the list of results: name, state, and reasons below. All of it is text, never markup.
  function entry(list, name) {
    const item = list.appendChild(document.createElement("li"));
    const title = item.appendChild(document.createElement("bdi"));
    const state = item.appendChild(document.createElement("span"));
    title.textContent = name;
    title.className = "name";
    state.className = "state";
    return {
      item,
      show(text, kind = "") {
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
    const refusal = (size > Number(words.maxBytes) && words.tooLarge) || (url && !/^https?:/i.test(url) && words.noAddress);
    if (refusal) {
      shown.show(words.skipped.replace("{number}", 1), "bad");
      shown.reason("", refusal);
      return;
    }
    const counts = {};
    const summary = () =>
      OUTCOMES.filter((how) => counts[how]).map((how) => words[how].replace("{number}", counts[how])).join(", ");
    let trouble = "";
    shown.show(words.sending, "busy");
    try {
      const address = `../library/articles?${new URLSearchParams({ collection })}`;
      const response = await fetch(address, { method: "POST", body, headers: { ...headers, ...quoth.accepting }, signal: stopping.signal });
      if (!response.ok) throw new Error((await response.json()).detail);
      shown.show(words.reading, "busy");
      for await (const { how, replaced, skipped, reason, warning, trouble: wrong } of lines(response)) {
        if (replaced) shown.reason("", words.replaced.replace("{titles}", () => replaced));
        if (warning) shown.reason("", warning);
        else if (wrong) trouble = wrong;
        else counts[how ?? "skipped"] = (counts[how ?? "skipped"] ?? 0) + 1;
        if (reason) shown.reason(skipped, reason);
        shown.show(`${words.reading}: ${summary()}`, "busy");
      }
    } catch (error) {
      if (stopping.signal.aborted) trouble = words.stopped;
      else trouble = error instanceof TypeError || error instanceof SyntaxError ? words.broken : error.message;
    }
    if (trouble) shown.reason("", trouble);
    shown.show(summary() || (trouble ? words.skipped.replace("{number}", 1) : words.nothing), trouble || counts.skipped ? "bad" : "good");
  }

  const waiting = [];

  // Queues uploads behind the running ones.
  async function all(form, parcels) {
    if (!parcels.length) return;
    const busy = "busy" in form.dataset;
    const list = form.querySelector(".outcomes");
    const chosen = document.querySelector('#narrowing [name="collection"]');
    const collection = form.elements.into.value.trim() || chosen?.value || "default";
    if (!busy) list.replaceChildren();
    for (const parcel of parcels) {
      const shown = entry(list, parcel.name);
      shown.show(form.dataset.waiting);
      waiting.push([parcel, collection, shown]);
    }
    if (busy) return;
    form.dataset.busy = "";
    form.querySelector(".stop").hidden = false;
    stopping = new AbortController();
    let next;
    while ((next = waiting.shift())) {
      const [parcel, to, shown] = next;
      if (stopping.signal.aborted) shown.show(form.dataset.stopped, "bad");
      else await send(form, parcel, to, shown);
    }
    delete form.dataset.busy;
    form.querySelector(".stop").hidden = true;
    form.elements.into.value = "";
    form.dispatchEvent(new CustomEvent("added", { detail: { collection }, bubbles: true }));
  }

  function file(selected, columns) {
    const body = new FormData();
    body.append("files", selected, selected.name);
    if (columns) body.append("columns", columns);
    return { name: selected.name, body, size: selected.size };
  }

  const files = (form, selected) => [...selected].map((one) => file(one, form.elements.columns.value.trim()));

  function address(url) {
    const body = JSON.stringify({ url });
    return { name: url, url, body, headers: { "content-type": "application/json" }, size: body.length };
  }

  const adding = (event) => event.target.closest?.("form.adding");
  document.addEventListener("change", (event) => {
    const form = adding(event);
    if (!form || event.target.type !== "file") return;
    all(form, files(form, event.target.files));
    event.target.value = "";
  });
  document.addEventListener("submit", (event) => {
    const form = adding(event);
    if (!form) return;
    event.preventDefault();
    const urls = form.elements.addresses.value.split(/\s+/).filter(Boolean);
    form.elements.addresses.value = "";
    all(form, urls.map(address));
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches?.(".adding .stop")) stopping?.abort();
    // On a phone the upload form is below the list.
    if (event.target.matches?.("[data-jump]")) document.querySelector(".adding input[type=file]")?.focus();
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("#library");
      if (!zone || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      const form = zone.querySelector("form.adding");
      if (kind === "drop" && form) all(form, files(form, event.dataTransfer.files));
    });
  }

  // Removing the open article closes it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('#articles [data-do="remove"]');
    if (button && button.dataset.id === quoth.openArticle) quoth.closeArticle();
  });
})();
