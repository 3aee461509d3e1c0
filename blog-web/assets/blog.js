// Conveniences; every page works without them.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const fields = (form) => all("input:not([type=hidden],[type=file],[type=radio]),textarea,select", form).filter((f) => f.name);
  const text = (form) => JSON.stringify(fields(form).map((f) => [f.name, f.value]));

  // The account menu closes like a menu.
  const menu = document.querySelector(".menu");
  if (menu) {
    document.addEventListener("click", (e) => { if (!menu.contains(e.target)) menu.open = false; });
    menu.addEventListener("keydown", (e) => {
      if (e.key === "Escape") { menu.open = false; menu.firstElementChild.focus(); }
    });
  }

  // Text areas grow with their text where the style sheet cannot do it.
  const grow = (area) => {
    area.style.height = "auto";
    area.style.height = area.scrollHeight + 2 + "px";
  };
  if (!CSS.supports("field-sizing", "content")) {
    for (const area of all("textarea")) { grow(area); area.addEventListener("input", () => grow(area)); }
  }
  // A title is one line, however it wraps.
  for (const area of all("[data-line]")) {
    area.addEventListener("input", () => { if (/\n/.test(area.value)) area.value = area.value.replace(/\s*\n\s*/g, " "); });
  }

  // Leaving with unsaved text asks first, and a journal in this browser keeps the text anyway.
  // It is dropped only when the page after a save says that the save worked.
  const store = (() => { try { localStorage.getItem(""); return localStorage; } catch { return null; } })();
  const here = document.querySelector("link[rel=stylesheet]").getAttribute("href").split("/assets/")[0];
  if (store) {
    const sent = sessionStorage.getItem("sent");
    sessionStorage.removeItem("sent");
    if (sent && document.querySelector(".flashes .notice-success")) store.removeItem(sent);
  }
  for (const form of all("form[data-guard]")) {
    const start = text(form);
    const key = store && "journal" in form.dataset ? `blog:${here}:${form.dataset.journal}` : null;
    let leaving = false;
    addEventListener("beforeunload", (e) => { if (!leaving && text(form) !== start) e.preventDefault(); });
    addEventListener("pageshow", () => { leaving = false; });
    form.addEventListener("submit", () => {
      leaving = true;
      if (key) { store.setItem(key, text(form)); sessionStorage.setItem("sent", key); }
    });
    if (!key) continue;
    let timer;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { try { store.setItem(key, text(form)); } catch { /* full */ } }, 400);
    });
    const kept = store.getItem(key);
    if (!kept || kept === start) continue;
    const bar = document.createElement("div");
    bar.className = "notice restore";
    bar.innerHTML = '<p>This browser kept text that was not saved.</p><button class="button" type="button">Bring it back</button><button class="button button-quiet" type="button">Forget it</button>';
    form.before(bar);
    const [back, forget] = all("button", bar);
    back.onclick = () => {
      for (const [name, value] of JSON.parse(kept)) { const f = form.elements[name]; if (f) { f.value = value; f.dispatchEvent(new Event("input", { bubbles: true })); } }
      bar.remove();
    };
    forget.onclick = () => { store.removeItem(key); bar.remove(); };
  }

  // Lines of Markdown are inserted at the cursor, or copied.
  const offer = (root) => {
    for (const button of all("[data-insert],[data-copy]", root)) {
      button.hidden = false;
      button.onclick = () => {
        const line = button.previousElementSibling;
        const area = document.getElementById("f-body");
        if ("insert" in button.dataset && area) {
          area.focus();
          area.setRangeText(`\n\n${line.value}\n\n`, area.selectionStart, area.selectionEnd, "end");
          area.dispatchEvent(new Event("input", { bubbles: true }));
        } else { line.select(); navigator.clipboard?.writeText(line.value); }
      };
    }
  };
  offer(document);
})();
