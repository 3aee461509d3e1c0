// Conveniences for writers; every page works without them.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const body = document.getElementById("f-body");
  const changed = field => field.dispatchEvent(new Event("input", { bubbles: true }));

  // A title is one line, and as tall as it wraps.
  for (const area of all("[data-line]")) {
    const fit = () => {
      if (/\n/.test(area.value)) area.value = area.value.replace(/\s*\n\s*/g, " ");
      if (CSS.supports("field-sizing: content")) return;
      area.style.height = 0;
      area.style.height = area.scrollHeight + 1 + "px";
    };
    area.addEventListener("input", fit);
    fit();
  }

  // Leaving with unsaved text asks first, and a journal in this browser keeps it anyway, until
  // the page after a save, with blog.js, says that the save worked.
  let store;
  try { store = localStorage; } catch {}
  for (const form of all("[data-journal]")) {
    const text = () => JSON.stringify(all("[id][name]:not([type=file])", form).map(f => [f.name, f.value]));
    const start = text();
    const key = store && `blog ${form.action}`;
    const keep = () => { try { if (key) store.setItem(key, text()); } catch {} };
    let leaving, timer;
    addEventListener("beforeunload", e => { if (!leaving && text() !== start) e.preventDefault(); });
    addEventListener("pageshow", () => { leaving = false; });
    form.addEventListener("submit", () => {
      leaving = true;
      keep();
      if (key) sessionStorage.setItem("sent", key);
    });
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
    const other = JSON.parse((key && store.getItem(key)) || "[]").map(([name, value]) => [form.elements[name], value])
      .filter(([field, value]) => field && field.value !== value);
    if (!other[0]) continue;
    const bar = document.getElementById("restore").content.firstElementChild;
    form.before(bar);
    const [back, forget] = all("button", bar);
    back.onclick = () => {
      for (const [field, value] of other) { field.value = value; changed(field); }
      bar.remove();
    };
    forget.onclick = () => { store.removeItem(key); bar.remove(); };
  }

  // Lines of Markdown go to the cursor, or else to the clipboard.
  const offer = button => {
    const line = button.previousElementSibling;
    button.hidden = false;
    if (body) button.textContent = "Insert";
    button.onclick = () => {
      line.select();
      if (!body) return navigator.clipboard?.writeText(line.value);
      body.focus();
      body.setRangeText(`\n\n${line.value}\n\n`, body.selectionStart, body.selectionEnd, "end");
      changed(body);
    };
  };
  all("[data-use]").forEach(offer);

  // An upload stays on the page; the library, its answer, has it first.
  for (const form of all("[data-upload]")) {
    const [say] = all("[role=status]", form);
    form.addEventListener("submit", async e => {
      e.preventDefault();
      say.textContent = "…";
      try {
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const [item] = answer.ok ? all(".media", page) : [];
        say.textContent = item ? "" : [".error", ".notice p", ".lede"].flatMap(s => all(s, page))[0].textContent;
        if (!item) return;
        all("[data-shelf]")[0].prepend(item);
        all("[data-use]", item).forEach(offer);
        form.reset();
      } catch { say.textContent = say.dataset.failed; }
    });
  }
})();
