// Filters the questions, and opens the one in the URL's fragment. Without this script, all are shown.
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
  const valueOf = (id) => $(id)?.value ?? "";

  function filter() {
    const words = fold($("find").value).split(/\s+/).filter(Boolean);
    const pressed = chips.filter((chip) => chip.ariaPressed === "true");
    const outcomes = new Set(pressed.map((chip) => chip.dataset.outcome).filter(Boolean));
    const turned = pressed.some((chip) => "turned" in chip.dataset);
    const half = valueOf("half"), kind = valueOf("kind");
    let shown = 0;
    for (const row of rows) {
      const { dataset } = row;
      const matches = (!outcomes.size || outcomes.has(dataset.outcome)) && (!turned || "turned" in dataset)
        && (!half || dataset.half === half) && (!kind || dataset.kind === kind)
        && words.every((word) => textOf(row).includes(word));
      row.hidden = !matches;
      shown += matches;
    }
    $("count").textContent = `${shown} of ${rows.length}`;
    $("none").hidden = shown > 0;
    $("every").hidden = shown === rows.length;
  }

  function showAll() {
    $("filters").reset();
    for (const chip of chips) chip.ariaPressed = "false";
    filter();
  }

  function openTarget() {
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
  $("every").addEventListener("click", (event) => { event.preventDefault(); showAll(); });
  $("all").addEventListener("click", showAll);
  addEventListener("hashchange", openTarget);
  $("filters").hidden = false;
  filter(); // browsers may restore the values of the fields
  openTarget();
})();
