// Filters the questions, and opens the one that the address names. Without it, all are shown.
(() => {
  const $ = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll(".question")];
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row))
      texts.set(row, fold([...row.querySelectorAll("[data-find]")].map((it) => it.textContent).join(" ")));
    return texts.get(row);
  };
  const chips = [...document.querySelectorAll(".chip")];
  const chosen = (id) => $(id)?.value ?? "";

  function filter() {
    const words = fold($("find").value).split(/\s+/).filter(Boolean);
    const pressed = chips.filter((chip) => chip.ariaPressed === "true");
    const outcomes = new Set(pressed.map((chip) => chip.dataset.outcome).filter(Boolean));
    const turned = pressed.some((chip) => "turned" in chip.dataset);
    const half = chosen("half"), kind = chosen("kind");
    let shown = 0;
    for (const row of rows) {
      const { dataset } = row;
      const fits = (!outcomes.size || outcomes.has(dataset.outcome)) && (!turned || "turned" in dataset)
        && (!half || dataset.half === half) && (!kind || dataset.kind === kind)
        && words.every((word) => textOf(row).includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    $("count").textContent = `${shown} of ${rows.length}`;
    $("none").hidden = shown > 0;
    $("every").hidden = shown === rows.length;
  }

  function all() {
    $("filters").reset();
    for (const chip of chips) chip.ariaPressed = "false";
    filter();
  }

  function open() {
    const target = $(decodeURIComponent(location.hash.slice(1)));
    const row = target?.closest(".question");
    if (!row) return;
    row.open = true;
    target.scrollIntoView({ block: "nearest" });
  }

  for (const chip of chips)
    chip.addEventListener("click", () => {
      chip.ariaPressed = String(chip.ariaPressed !== "true");
      filter();
    });
  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("every").addEventListener("click", (event) => { event.preventDefault(); all(); });
  $("all").addEventListener("click", all);
  addEventListener("hashchange", open);
  $("filters").hidden = false;
  filter(); // a browser may have kept what stood in the fields
  open();
})();
