// The list of conversations: opens, renames, exports and deletes them.
"use strict";

(() => {
  const fileName = (conversation) => conversation.name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "quoth";

  const row = (conversation) => {
    const line = document.getElementById("conversation").content.firstElementChild.cloneNode(true);
    const link = quoth.find("a", line);
    link.textContent = conversation.name;
    link.href = `?conversation=${encodeURIComponent(conversation.id)}`;
    if (new URLSearchParams(location.search).get("conversation") === conversation.id) link.setAttribute("aria-current", "page");
    const day = new Date(conversation.changed);
    quoth.find("time", line).textContent = day.toLocaleDateString(document.getElementById("messages").dataset.locale, { dateStyle: "medium" });
    line.conversation = conversation;
    return line;
  };

  const fill = async () => {
    const all = (await quoth.store.all()).filter((one) => one.exchanges.length);
    all.sort((one, other) => other.changed - one.changed);
    quoth.find("#conversations ol").replaceChildren(...all.map(row));
  };

  document.addEventListener("toggle", (event) => {
    if (event.target.id === "conversations" && event.newState === "open") fill();
  }, true);

  const of = (button) => button.closest("li").conversation;
  quoth.actions.json = async (button) => {
    const saved = await quoth.store.get(of(button).id);
    quoth.saveFile(`${fileName(saved)}.json`, JSON.stringify(saved, null, 1), "application/json");
  };
  quoth.actions.markdown = async (button) => {
    const saved = await quoth.store.get(of(button).id);
    quoth.saveFile(`${fileName(saved)}.md`, await (await quoth.server).markdown(saved), "text/markdown");
  };
  quoth.actions.delete = async (button) => {
    const line = button.closest("li");
    const saved = await quoth.store.get(line.conversation.id);
    await quoth.store.remove(saved.id);
    const gone = document.getElementById("deleted").content.firstElementChild.cloneNode(true);
    quoth.find("button", gone).onclick = async () => {
      await quoth.store.put(saved);
      gone.replaceWith(line);
      quoth.find("a", line).focus();
    };
    line.replaceWith(gone);
    quoth.find("button", gone).focus();
  };
  quoth.actions.rename = (button) => {
    const line = button.closest("li");
    const link = quoth.find("a", line);
    const input = Object.assign(document.createElement("input"), { value: link.textContent, maxLength: 200 });
    input.setAttribute("aria-label", button.textContent);
    const done = async (named) => {
      input.onblur = null;
      input.replaceWith(link);
      link.focus();
      if (!named || !input.value.trim()) return;
      link.textContent = input.value.trim();
      await quoth.store.change(line.conversation.id, (saved) => (saved.name = input.value.trim()));
    };
    input.onkeydown = (event) => {
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        done(false);
      }
    };
    input.onblur = () => done(true);
    link.replaceWith(input);
    input.select();
  };
})();
