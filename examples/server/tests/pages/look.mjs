// What can be seen of a page without eyes: nothing sticks out, nothing is cut off, nothing jumps, every letter has a
// glyph, nobody else is asked for anything, and nothing is complained of in the console.

/// Collects, from before the page's first byte, how far its parts jump.
export const watchShifts = () => {
  window.shifts = 0;
  window.shifted = new Set();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.shifts += entry.value;
      for (const { node } of entry.sources) window.shifted.add(node?.className || node?.nodeName || "something gone");
    }
  }).observe({ type: "layout-shift", buffered: true });
};

/// Pictures further down come only when somebody gets there.
export const loadPictures = async () => {
  const pictures = [...document.images];
  for (const picture of pictures) picture.loading = "eager";
  await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
};

/// Runs in the page; returns sentences.
export const findFaults = () => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  const scrolling = document.scrollingElement;
  if (scrolling.scrollWidth > width + 1) faults.push(`is ${scrolling.scrollWidth} wide in a window of ${width}`);

  const called = (element) => {
    const name = element.className && typeof element.className === "string" ? `.${element.className.split(" ")[0]}` : "";
    return `${element.localName}${name} «${element.textContent.trim().slice(0, 40)}»`;
  };
  const scrolls = (element) => {
    for (let at = element; at && at !== document.body; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth) return true;
    return false;
  };
  // Hidden for eyes, for those who listen; or not shown at all.
  const unseen = (element) => element.closest(".hidden, .skip, [hidden], template, noscript") || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text || unseen(element)) continue;
    const style = getComputedStyle(element);
    const clips = /hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis";
    if (clips && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) faults.push(`cuts off ${called(element)}`);
    const clipsDown = /hidden|clip/.test(style.overflowY) && style.webkitLineClamp === "none";
    if (clipsDown && element.scrollHeight > element.clientHeight + 2 && element.clientHeight > 0) faults.push(`cuts off below ${called(element)}`);
    for (const node of element.childNodes) {
      if (node.nodeType !== 3 || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (box.width > 0 && (box.right > width + 1 || box.left < -1) && !scrolls(element)) faults.push(`puts ${called(element)} outside the window`);
    }
  }

  // The site's name is parted between its words, if at all.
  const names = document.createTreeWalker(document.querySelector(".wordmark") ?? document.createElement("i"), NodeFilter.SHOW_TEXT);
  while (names.nextNode()) {
    for (const { 0: word, index } of names.currentNode.data.matchAll(/\S{2,12}(?!\S)/g)) {
      const range = document.createRange();
      range.setStart(names.currentNode, index);
      range.setEnd(names.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) faults.push(`parts ${word} in two lines`);
    }
  }

  // A letter without a glyph is drawn like one that no font can have.
  const letters = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (unseen(parent)) continue;
    const { fontFamily } = getComputedStyle(parent);
    if (!letters.has(fontFamily)) letters.set(fontFamily, new Set());
    for (const letter of walker.currentNode.data) if (/[\p{L}\p{N}\p{S}\p{P}]/u.test(letter)) letters.get(fontFamily).add(letter);
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 40;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const draw = (letter, family) => {
    brush.clearRect(0, 0, 40, 40);
    brush.font = `24px ${family}`;
    brush.fillText(letter, 4, 30);
    return brush.getImageData(0, 0, 40, 40).data.join();
  };
  for (const [family, set] of letters) {
    // U+0378 and U+05CE are not assigned.
    const missing = new Set([draw("\u0378", family), draw("\u05ce", family)]);
    for (const letter of set) if (missing.has(draw(letter, family))) faults.push(`has no glyph for ${letter} (U+${letter.codePointAt(0).toString(16)})`);
  }
  for (const picture of document.images)
    if (!picture.naturalWidth) faults.push(`shows no picture at ${new URL(picture.currentSrc || picture.src).pathname}`);
  if (window.shifts > 0.02) faults.push(`jumps by ${window.shifts.toFixed(3)}: ${[...window.shifted].join(", ")}`);
  return faults;
};

/// A page with every fault that is looked for; what of it is not seen is a fault of the looking.
export const FAULTY = `<!doctype html><html lang="en"><title>Faults</title><body style="margin:0;font:16px serif">
<p>Letters that no font here has: \u{10D50} \u{16D40} \u{1E5D0}</p>
<p style="width:500px">Wide.</p><p style="margin-left:340px;white-space:nowrap">Words that leave the window.</p><p style="width:40px;overflow:hidden;white-space:nowrap">A text that is cut off.</p>
<a class="wordmark" style="display:block;width:40px;overflow-wrap:anywhere">Watermark</a><p style="height:8px;overflow:hidden">A text that is cut off below.</p><p style="color:#eee;background:#fff">Faint.</p>`;
export const SEEN = ["wide in a window", "has no glyph", "cuts off p", "cuts off below p", "outside the window", "parts Watermark", "jumps by"];
