() => {
  const parts = (colour) => (([red, green, blue, alpha = 1]) => [red, green, blue, alpha])(colour.match(/[\d.]+/g).map(Number));
  const over = (top, under) => under.map((it, at) => top[at] * top[3] + it * (1 - top[3]));
  const ground = (element) => {
    const layers = [];
    for (let it = element; it; it = it.parentElement) layers.push(parts(getComputedStyle(it).backgroundColor));
    return layers.reduceRight((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = (colour) => {
    const [red, green, blue] = colour.map((it) => (it /= 255) <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const shown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) &&
    element.getBoundingClientRect().width > 1 && !element.closest(":disabled");
  const blamed = new Set();
  const check = (element, style, words) => {
    const under = ground(element);
    const [low, high] = [light(over(parts(style.color), under)), light(under)].sort((one, other) => one - other);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < (large ? 3 : 4.5)) blamed.add(`${contrast.toFixed(2)}: ${words}`);
  };
  const root = document.querySelector("#quoth");
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); )
    if (text.data.trim() && shown(text.parentElement))
      check(text.parentElement, getComputedStyle(text.parentElement), text.data.trim());
  for (const field of root.querySelectorAll("[placeholder]"))
    if (shown(field)) check(field, getComputedStyle(field, "::placeholder"), field.placeholder);
  for (const part of root.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [role]")) {
    if (!shown(part) || ["status", "tabpanel", "tablist", "log", "alert"].includes(part.role)) continue;
    const by = document.getElementById(part.getAttribute("aria-labelledby"));
    const named = [part.ariaLabel, by?.textContent, part.labels?.[0]?.textContent, part.textContent, part.title];
    if (!named.some((name) => name?.trim())) blamed.add(`no name: ${part.outerHTML.slice(0, 120)}`);
  }
  return [...blamed];
}
