// The page on which a post is written: tools, preview, uploads, completion. It works without all of them.
import { all, ask, body, form, lang, logIn, one, outside, paragraph, part, say, type } from "./desk.js";
import { saveHere, store } from "./journal.js";

// ---------- tools ----------

const selected = () => body.value.slice(body.selectionStart, body.selectionEnd);
const around = (mark, end = mark) => {
  const [from, to] = [body.selectionStart, body.selectionEnd];
  const outer = body.value.slice(from - mark.length, from) === mark && body.value.slice(to, to + end.length) === end;
  const text = selected() || say("words");
  if (outer) {
    type(body, selected(), from - mark.length, to + end.length);
    body.setSelectionRange(from - mark.length, to - mark.length);
  } else {
    type(body, mark + text + end);
    body.setSelectionRange(from + mark.length, from + mark.length + text.length);
  }
};
const lines = (has, put) => {
  const from = body.value.lastIndexOf("\n", body.selectionStart - 1) + 1;
  const end = body.value.indexOf("\n", body.selectionEnd);
  const to = end < 0 ? body.value.length : end;
  const old = body.value.slice(from, to).split("\n");
  const off = old.every(line => has.test(line));
  const text = old.map((line, n) => off ? line.replace(has, "") : put(n) + line).join("\n");
  type(body, text, from, to);
  body.setSelectionRange(from + (old.length > 1 ? 0 : text.length), from + text.length);
};
const tools = {
  bold: () => around("**"),
  italic: () => around("*"),
  code: () => /\n/.test(selected()) ? around("```\n", "\n```") : around("`"),
  heading: () => lines(/^## /, () => "## "),
  quote: () => lines(/^> /, () => "> "),
  list: () => lines(/^- /, () => "- "),
  numbers: () => lines(/^\d+\. /, n => `${n + 1}. `),
  link: () => {
    const text = selected();
    const from = body.selectionStart;
    const address = /^https?:\S+$/.test(text);
    const label = address ? say("words") : text || say("words");
    const target = address ? text : say("address");
    type(body, `[${label}](${target})`);
    const at = address ? from + 1 : from + label.length + 3;
    body.setSelectionRange(at, at + (address ? label : target).length);
  },
  picture: () => pick.click(),
};
const bar = one(".tools");
const buttons = all("[data-tool]", bar);
const apple = /Mac|iPhone|iPad/.test(navigator.platform);
for (const button of all("[title*=Ctrl]")) if (apple) button.title = button.title.replace("Ctrl+", "⌘");
for (const button of buttons) button.onclick = () => tools[button.dataset.tool]();
// One stop for the Tab key; arrows go on from there.
const stop = at => buttons.forEach(button => { button.tabIndex = button === at ? 0 : -1; });
stop(buttons[0]);
bar.addEventListener("focusin", e => stop(e.target));
bar.addEventListener("keydown", e => {
  const turn = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!turn) return;
  e.preventDefault();
  const way = getComputedStyle(bar).direction === "rtl" ? -turn : turn;
  buttons[(buttons.indexOf(document.activeElement) + way + buttons.length) % buttons.length].focus();
});
const keys = { b: "bold", i: "italic", k: "link", e: "code" };
const digits = { Digit7: "numbers", Digit8: "list", Digit9: "quote" };
form.addEventListener("keydown", e => {
  if (!(apple ? e.metaKey : e.ctrlKey) || e.altKey) return;
  const key = e.key.toLowerCase();
  const tool = e.target === body && (e.shiftKey ? digits[e.code] : keys[key]);
  if (!tool && (e.shiftKey || !["s", "p"].includes(key))) return;
  e.preventDefault();
  if (tool) tools[tool]();
  else if (e.repeat) return;
  else if (key === "s") saveHere();
  else toggle.click();
});

// ---------- preview ----------

const toggle = one("[data-preview]");
const { classList } = document.documentElement;
const shown = () => classList.contains("with-preview");
const pane = one(".editor-preview");
const paper = one(".prose", pane);
let looking, again, glance;
// Only what changed is put in anew, so that pictures and films stay as they are.
const show = html => {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const next = [...fresh.content.childNodes];
  const old = [...paper.childNodes];
  const same = (a, b) => a && b && (a.outerHTML ?? a.data) === (b.outerHTML ?? b.data);
  let head = 0;
  while (same(paper.was?.[head], next[head])) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, next.length) - head && same(paper.was?.at(-1 - tail), next.at(-1 - tail))) tail += 1;
  paper.was = next.map(node => node.cloneNode(true));
  old.slice(head, old.length - tail).forEach(node => node.remove());
  const put = next.slice(head, next.length - tail);
  tail ? old[old.length - tail].before(...put) : paper.append(...put);
};
const look = async () => {
  if (!shown() || looking) return void (again = looking);
  looking = true;
  try {
    const { html } = await ask(toggle.formAction, new URLSearchParams(new FormData(form)));
    show(html || `<p class="faint"></p>`);
    if (!html) paper.firstChild.textContent = say("nothing");
  } catch (refusal) {
    show(`<p class="faint"></p>`);
    paper.firstChild.textContent = refusal.sentence ?? say("offline");
  }
  looking = false;
  follow();
  if (again) glance = setTimeout(look, 600);
  again = false;
};
const follow = () => {
  const text = body.getBoundingClientRect();
  const done = -text.top / Math.max(1, text.height - innerHeight);
  pane.scrollTop = Math.min(1, Math.max(0, done)) * (pane.scrollHeight - pane.clientHeight);
};
const open = on => {
  classList.toggle("with-preview", on);
  toggle.setAttribute("aria-pressed", on);
  if (on) look();
};
toggle.addEventListener("click", e => {
  e.preventDefault();
  open(!shown());
  try { store.setItem("preview", shown() ? "on" : "off"); } catch {}
});
body.addEventListener("input", () => {
  clearTimeout(glance);
  glance = setTimeout(look, 400);
});
addEventListener("scroll", () => requestAnimationFrame(follow), { passive: true });
open(shown());

// ---------- pictures and videos ----------

const shelf = one("[data-shelf]");
const tray = one("[data-uploads]");
const sheet = one("[data-upload]");
const pick = sheet.elements.file.cloneNode();
pick.multiple = sheet.elements.file.multiple = true;
let turn = Promise.resolve();
const send = (file, alt, progress) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  const parts = new FormData();
  parts.append("writer", form.elements.writer.value);
  parts.append("alt", alt);
  parts.append("file", file);
  request.open("POST", sheet.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = e => { progress.value = e.loaded / e.total; };
  request.onerror = () => fail({ sentence: say("lost") });
  request.onload = () => {
    let data = {};
    try { data = JSON.parse(request.responseText); } catch {}
    if (request.status < 300) done(data);
    else fail({ code: data.code, sentence: data.sentence ?? say("lost") });
  };
  request.send(parts);
});
const upload = (file, place, given = "") => {
  const row = part("upload-row");
  const [progress, wrong, alt] = ["progress", "[role=alert]", "input"].map(css => one(css, row));
  const [insert, retry, close] = ["insert", "again", "close"].map(name => one(`[data-${name}]`, row));
  one("bdi", row).textContent = file.name;
  alt.value = given;
  let item;
  const fail = refusal => {
    wrong.textContent = refusal.sentence ?? say("offline");
    wrong.hidden = false;
  };
  const begin = () => {
    retry.hidden = wrong.hidden = true;
    turn = turn.then(async () => {
      try {
        try {
          item = await send(file, alt.value, progress);
        } catch (refusal) {
          if (!outside(refusal) || !await logIn(refusal)) throw refusal;
          item = await send(file, alt.value, progress);
        }
        progress.hidden = true;
        insert.hidden = false;
        insert.dataset.use = "";
        row.id = `media-${item.id}`;
        const shown = document.createElement(item.video ? "video" : "img");
        shown.src = item.src;
        if (item.video) shown.controls = true;
        else {
          shown.alt = item.alt;
          const cover = part("cover-row");
          one("input", cover).value = item.id;
          cover.append(Object.assign(document.createElement("img"), { src: item.src, alt: item.alt || item.name }));
          one(".covers").append(cover);
        }
        one(".media-frame", row).append(shown);
      } catch (refusal) {
        fail(refusal);
        retry.hidden = false;
      }
    });
  };
  insert.onclick = async () => {
    try {
      if (alt.value !== item.alt) item = await ask(`${sheet.dataset.upload}/${item.id}/alt`, new URLSearchParams({ alt: alt.value, writer: form.elements.writer.value }), true);
      wrong.hidden = true;
      if (place === tray) shelf.prepend(row);
      paragraph(item.snippet);
    } catch (refusal) { fail(refusal); }
  };
  alt.addEventListener("keydown", e => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    if (!insert.hidden) insert.click();
  });
  retry.onclick = begin;
  close.onclick = () => item && place === tray ? shelf.prepend(row) : row.remove();
  place.prepend(row);
  if (place === tray) alt.focus();
  begin();
};
const take = (list, e) => {
  const files = [...list ?? []].filter(file => /^(image|video)\//.test(file.type));
  if (!files.length) return;
  e?.preventDefault();
  for (const file of files) upload(file, tray);
};
pick.onchange = () => {
  take(pick.files);
  pick.value = "";
};
body.addEventListener("paste", e => { if (!e.clipboardData.types.includes("text/plain")) take(e.clipboardData.files, e); });
body.addEventListener("dragover", e => { if (e.dataTransfer.types.includes("Files")) e.preventDefault(); });
body.addEventListener("drop", e => take(e.dataTransfer.files, e));
sheet.addEventListener("submit", e => {
  e.preventDefault();
  for (const file of sheet.elements.file.files) upload(file, shelf, sheet.elements.alt.value);
  sheet.reset();
});

// ---------- the date ----------

// What is sent, kept and stored is UTC; what is seen and typed is this browser's own time.
const utc = form.elements.publish_at;
const local = utc.cloneNode();
local.removeAttribute("name");
utc.removeAttribute("id");
utc.type = "hidden";
utc.before(local);
const written = at => at.toISOString().slice(0, at.getSeconds() ? 19 : 16);
const label = local.labels[0].firstChild;
local.title = Intl.DateTimeFormat().resolvedOptions().timeZone;
const tellZone = at => {
  const parts = new Intl.DateTimeFormat(lang, { timeZoneName: "shortOffset" }).formatToParts(at);
  label.data = say("dateHere", { zone: parts.find(part => part.type === "timeZoneName").value }) + " ";
};
const showLocal = () => {
  const at = new Date(`${utc.value}Z`);
  local.value = isNaN(at) ? "" : written(new Date(at - at.getTimezoneOffset() * 60000));
  tellZone(isNaN(at) ? new Date() : at);
};
local.oninput = () => {
  const at = new Date(local.value);
  utc.value = isNaN(at) ? "" : written(at);
  tellZone(isNaN(at) ? new Date() : at);
};
utc.addEventListener("input", showLocal);
form.addEventListener("stored", showLocal);
showLocal();

// ---------- tags ----------

const tags = document.getElementById("f-tags");
const list = document.getElementById("tag-completions");
const field = one("[data-tags]");
let chosen = -1, query, typing;
Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": false, autocomplete: "off" })
  .forEach(([name, value]) => tags.setAttribute(name, value));
const choose = at => {
  chosen = at;
  [...list.children].forEach((option, n) => option.setAttribute("aria-selected", n === at));
  if (at < 0) tags.removeAttribute("aria-activedescendant");
  else tags.setAttribute("aria-activedescendant", list.children[at].id);
};
const shut = () => {
  list.hidden = true;
  tags.setAttribute("aria-expanded", false);
  choose(-1);
};
// The tag that the cursor is in.
const current = () => {
  const from = tags.value.lastIndexOf(",", tags.selectionStart - 1) + 1;
  const end = tags.value.indexOf(",", tags.selectionStart);
  return [from, end < 0 ? tags.value.length : end];
};
const complete = name => {
  const [from, to] = current();
  type(tags, `${from ? " " : ""}${name}${to < tags.value.length ? "" : ", "}`, from, to);
  shut();
};
const offer = async () => {
  const [from, to] = current();
  const q = tags.value.slice(from, to).trim();
  query = q;
  if (!q) return shut();
  try {
    const found = await ask(`${field.dataset.tags}?${new URLSearchParams({ q })}`);
    if (query !== q || document.activeElement !== tags) return;
    const has = tags.value.split(",").map(tag => tag.trim().toLowerCase());
    const fresh = found.filter(tag => tag.name.toLowerCase() === q.toLowerCase() || !has.includes(tag.name.toLowerCase()));
    list.replaceChildren(...fresh.map(({ name, posts }, n) => {
      const option = part("tag-row");
      option.id = `tag-${n}`;
      one("span", option).textContent = name;
      one("small", option).textContent = posts;
      option.onpointerdown = e => {
        e.preventDefault();
        complete(name);
      };
      return option;
    }));
    if (!fresh.length) return shut();
    list.hidden = false;
    tags.setAttribute("aria-expanded", true);
    choose(-1);
  } catch { shut(); }
};
tags.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(offer, 150);
});
tags.addEventListener("blur", shut);
tags.addEventListener("keydown", e => {
  if (list.hidden) return;
  const count = list.children.length;
  if (e.key === "ArrowDown") choose((chosen + 1) % count);
  else if (e.key === "ArrowUp") choose((chosen + count) % (count + 1) - (chosen < 0 ? 1 : 0));
  else if (e.key === "Escape") shut();
  else if (e.key === "Enter" && chosen >= 0) complete(one("span", list.children[chosen]).textContent);
  else return;
  e.preventDefault();
});

// Everything works from here on.
bar.dataset.ready = "";
