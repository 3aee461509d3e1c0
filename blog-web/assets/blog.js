// Conveniences; every page works without them. What only writers need is in editor.js.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The account menu closes like a menu.
  for (const menu of all(".menu")) {
    addEventListener("click", e => { if (!menu.contains(e.target)) menu.open = false; });
    menu.addEventListener("keydown", e => {
      if (e.key === "Escape") { menu.open = false; menu.firstElementChild.focus(); }
    });
  }

  // Moments are written in UTC; here the reader's zone is known. What has a title shows the day alone.
  const lang = { en: "en-GB" }[document.documentElement.lang] || document.documentElement.lang;
  const day = { day: "numeric", month: "long", year: "numeric" };
  const minute = { ...day, hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  for (const time of all("time[datetime$=Z]")) {
    const at = new Date(time.dateTime);
    if (time.title) time.title = at.toLocaleString(lang, minute);
    time.textContent = at.toLocaleString(lang, time.title ? day : minute);
  }

  // What a save has saved, this browser need not keep, nor what was brought back into it.
  try {
    for (const { dataset } of all("[data-saved]")) {
      const { before = [] } = JSON.parse(localStorage.getItem("unsaved " + dataset.saved)) ?? {};
      for (const id of [...before, dataset.saved]) localStorage.removeItem("unsaved " + id);
    }
  } catch {}

  // Leaving with unsaved text asks first.
  for (const form of all("[data-guard]")) {
    const text = () => JSON.stringify(all("[id][name]:not([type=file])", form).map(f => [f.name, f.value]));
    const start = text();
    let leaving;
    addEventListener("beforeunload", e => { if (!leaving && text() !== start) e.preventDefault(); });
    addEventListener("pageshow", () => { leaving = false; });
    form.addEventListener("submit", () => { leaving = true; });
  }
})();
