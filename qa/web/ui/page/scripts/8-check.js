// The Check view: reads a dropped or chosen file into the text field, and saves what was checked.
"use strict";

(() => {
  const MAX_BYTES = 4_000_000;

  const read = async (form, file) => {
    const state = form.querySelector(".file-state");
    const field = form.elements.text;
    state.textContent = form.dataset.reading;
    let trouble = file.size > MAX_BYTES ? form.dataset.tooLarge : "";
    if (!trouble) {
      const body = new FormData();
      body.append("file", file, file.name);
      try {
        const response = await fetch("../draft/text", { method: "POST", body, headers: quoth.accepting });
        const answer = await response.json();
        if (response.ok) field.value = answer.text;
        else trouble = answer.detail;
      } catch {
        trouble = form.dataset.broken;
      }
    }
    state.textContent = trouble || file.name;
    state.classList.toggle("bad", Boolean(trouble));
    if (!trouble) field.focus();
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form.draft");
    const file = form && event.target.type === "file" && event.target.files[0];
    if (!file) return;
    read(form, file);
    event.target.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.("#check");
      if (!zone || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      const form = zone.querySelector("form.draft");
      if (kind === "drop" && form && event.dataTransfer.files[0]) read(form, event.dataTransfer.files[0]);
    });
  }

  const checked = (button) => JSON.parse(button.closest("[data-checked]").dataset.checked);
  quoth.actions.checkedMarkdown = async (button) =>
    quoth.saveFile("checked.md", await (await quoth.server).checked_markdown(checked(button)), "text/markdown");
  quoth.actions.checkedPage = async (button) =>
    quoth.saveFile("checked.html", await (await quoth.server).checked_page(checked(button)), "text/html");
})();
