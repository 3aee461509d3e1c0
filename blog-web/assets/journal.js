// Unsaved text is kept: a copy in this browser at every letter, one on the server every few seconds. Neither is lost
// when the server, the browser, the connection or the session ends.
import { all, ask, body, changed, form, lang, logIn, one, outside, part, say, type } from "./desk.js";

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

// ---------- the text ----------

const envelope = ["writer", "version", "post", "unsaved"];
const controls = () => [...form.elements].filter(field => field.name && !envelope.includes(field.name) && !/file|submit/.test(field.type));
const read = initially => {
  const text = {};
  for (const field of controls()) {
    if (field.type === "radio" || field.type === "checkbox") {
      if (initially ? field.defaultChecked : field.checked) text[field.name] = field.value;
    } else if (field.options) {
      const options = [...field.options];
      text[field.name] = initially ? (options.find(o => o.defaultSelected) ?? options[0]).value : field.value;
    } else text[field.name] = initially && field.type !== "hidden" ? field.defaultValue : field.value;
  }
  return text;
};
// A cover that is not among the files on the page stays chosen too.
const offerCover = id => {
  const row = id && !all("[name=cover]", form).some(field => field.value === id) && part("cover-row");
  if (!row) return;
  one("input", row).value = id;
  row.append(Object.assign(document.createElement("span"), { className: "cover-none", textContent: say("cover") }));
  one(".covers", form).append(row);
};
const write = text => {
  offerCover(text.cover);
  for (const field of controls()) {
    const value = text[field.name];
    if (value === undefined) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
    else if (field.value !== value) {
      if (field === body) type(body, value, 0, body.value.length);
      else field.value = value;
      changed(field);
    }
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
};
const flat = text => JSON.stringify(Object.keys(text).sort().map(name => [name, text[name]]));
const now = () => flat(read());
// The form as it was sent, whatever a browser puts into it again.
let stored = form.dataset.fresh === undefined ? "" : flat(read(true));
const dirty = () => now() !== stored;

// ---------- what is kept of it, here and on the server ----------

// Two tabs write two texts: each page has an id of its own, and counts what it sends.
const newId = () => {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-8$4-");
};
// Storage may be switched off.
const open = name => { try { return window[name]; } catch {} };
export const store = open("localStorage");
const own = form.elements;
let before = own.unsaved.value.trim();
let id, step;
const next = () => {
  id = newId();
  step = 0;
  own.unsaved.value = `${before} ${id}`.trim();
};
next();
// From here on it is a text of its own, made of this one.
const follow = () => {
  before = own.unsaved.value;
  next();
};
const state = one(".editor-state");
// With a button where a session of the writer is missing.
const tell = (sentence, refusal) => {
  if (state.firstChild?.textContent === sentence && !refusal === !state.children.length) return;
  state.textContent = sentence;
  if (!refusal) return;
  const log = Object.assign(document.createElement("button"), { type: "button", className: "button button-small button-quiet", textContent: say("logIn") });
  log.onclick = async () => { if (await logIn(refusal)) keepThere(); };
  state.append(" ", log);
};
const tellRefusal = refusal => {
  if (outside(refusal)) tell(refusal.code === "log-in" ? say("loggedOut") : refusal.sentence, refusal);
  else if (refusal.status) tell(say(here ? "onlyHere" : "notKept", refusal));
  else tell(here ? say("offline") : say("notKept", { sentence: say("noRoom") }));
};
const clock = () => new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });

const writer = own.writer.value;
const prefix = "unsaved ";
const kept = () => Object.keys(store ?? {}).filter(key => key.startsWith(prefix)).map(key => {
  try { return { key, ...JSON.parse(store.getItem(key)) }; } catch { return { key }; }
});
let here = true;
const keepHere = () => {
  if (!dirty()) return store?.removeItem(prefix + id);
  const entry = JSON.stringify({
    id, step, post: own.post.value, writer, version: own.version.value,
    before: before.split(" ").filter(Boolean), at: Date.now(), text: read(),
  });
  here = false;
  try {
    store.setItem(prefix + id, entry);
    here = true;
  } catch { /* Switched off, or full. */ }
};

const limit = 512 * 1024;
const tooLong = () => {
  const long = new Blob([body.value]).size > limit;
  if (long) tell(say(here ? "onlyHere" : "notKept", { sentence: say("tooLong") }));
  return long;
};

// What a save that stays is under way with.
let underWay;
let sent = stored, sending, timer, wait = 0, since = 0;
const later = seconds => {
  clearTimeout(timer);
  timer = setTimeout(keepThere, seconds * 1000);
};
// One at a time. With somebody waiting for it, it goes also when nothing changed, since it shows whether a save would
// be taken; the answer is the refusal, if there is one.
const keepThere = async waiting => {
  while (sending) await sending;
  const text = now();
  if (!waiting && text === sent) return;
  clearTimeout(timer);
  if (tooLong()) return { status: 413 };
  step += 1;
  since = 0;
  const query = new URLSearchParams({ id, step });
  const fields = new URLSearchParams(new FormData(form));
  sending = ask(`${form.dataset.autosave}?${query}`, fields, waiting).then(() => {
    sent = text;
    wait = 0;
    tell(text === stored ? "" : say("autosaved", { time: clock() }));
  }, refusal => {
    const lasting = refusal.status < 500 && refusal.status !== 429 && !outside(refusal);
    wait = lasting ? 0 : refusal.seconds || Math.min(60, wait * 2 || 2);
    if (refusal.status === 404 && own.post.value) {
      // Deleted meanwhile: from here on it is the text of a new post.
      own.post.value = own.version.value = "";
      form.action = form.dataset.new;
      keepHere();
      later(5);
      tell(say("gone"));
    } else tellRefusal(refusal);
    if (!lasting) later(wait);
    return refusal;
  }).finally(() => { sending = undefined; });
  return sending;
};
addEventListener("online", () => { if (now() !== sent) keepThere(); });

let soon;
const noticed = () => {
  clearTimeout(soon);
  // A very long text takes a moment to write down, so not at every letter.
  if (body.value.length < 200000) keepHere();
  else soon = setTimeout(keepHere, 300);
  since ||= Date.now();
  // Two seconds after the last letter, and every ten while somebody goes on.
  if (!wait) later(Math.max(0, Math.min(2, since / 1000 + 10 - Date.now() / 1000)));
};
form.addEventListener("input", noticed);
form.addEventListener("change", noticed);

// ---------- leaving, coming back, saving ----------

// Until the next page is there; somebody who stopped the browser on its way may go again after a while.
let leaving, stopped;
// What the server keeps may be left without a question.
addEventListener("beforeunload", e => { if (!leaving && dirty() && now() !== sent) e.preventDefault(); });
addEventListener("pagehide", () => {
  if (now() === sent || now() === underWay) return;
  // The save that is under way ends its own text, and not what was typed since.
  if (underWay !== undefined) follow();
  keepHere();
  step += 1;
  navigator.sendBeacon(`${form.dataset.autosave}?${new URLSearchParams({ id, step })}`, new URLSearchParams(new FormData(form)));
});
addEventListener("visibilitychange", () => { if (now() !== sent) keepThere(); });
addEventListener("pageshow", () => {
  leaving = false;
  if (dirty()) noticed();
});
// What was typed comes back from what is kept, with the version that it is of; never from the browser alone.
form.autocomplete = "off";

// Leaves with the form. What is typed until the answer comes is not in it, and is kept as a text of its own.
let passing;
const leave = button => {
  leaving = passing = true;
  clearTimeout(stopped);
  stopped = setTimeout(() => { leaving = false; }, 10000);
  form.requestSubmit(button);
  passing = false;
  sent = now();
  follow();
};
// One save at a time, however often and in whichever way it is asked for: a second one would make a second post, or
// meet the first as somebody else's version.
let going, staying, again;
const go = async button => {
  keepHere();
  tell(say("saving"));
  const refusal = await keepThere(true);
  // What only the text is the reason for, the answer to the save says beside the field.
  if (refusal && (![403, 422].includes(refusal.status) || outside(refusal))) return;
  leave(button);
};
form.addEventListener("submit", async e => {
  if (passing || e.submitter?.matches("[data-preview]")) return;
  e.preventDefault();
  again = false;
  await staying;
  if (!leaving) going ??= go(e.submitter).finally(() => { going = undefined; });
});

// What is refused for what it says is sent as a form, whose answer shows it.
const stay = async () => {
  const text = underWay = now();
  try {
    const data = await ask(form.action, new URLSearchParams(new FormData(form)), true);
    for (const old of [...before.split(" "), id]) store?.removeItem(prefix + old);
    form.action = data.edit;
    history.replaceState(null, "", data.edit);
    for (const button of all("[data-preview]")) button.formAction = data.preview;
    const untouched = now() === text;
    for (const [name, value] of Object.entries(data.fields)) {
      if (envelope.includes(name) || untouched) own[name].value = value;
    }
    stored = sent = untouched ? now() : text;
    before = "";
    next();
    form.dispatchEvent(new Event("stored"));
    tell(say("saved", { time: clock() }));
    if (!untouched) noticed();
  } catch (refusal) {
    again = false;
    if (refusal.status && !outside(refusal) && refusal.status < 500) return leave();
    tellRefusal(refusal);
    later(2);
  } finally {
    underWay = undefined;
  }
};
// Saves and stays.
export const saveHere = async () => {
  if (going || leaving) return;
  if (staying) return void (again = true);
  if (!form.reportValidity()) return;
  keepHere();
  if (tooLong()) return;
  tell(say("saving"));
  again = false;
  staying = (async () => {
    while (sending) await sending;
    clearTimeout(timer);
    // What is kept meanwhile would come to the server after the save that ends it.
    await (sending = stay().finally(() => { sending = undefined; }));
  })().finally(() => { staying = undefined; });
  await staying;
  // Asked for again with more text.
  if (again && dirty()) saveHere();
};

// ---------- what earlier pages left ----------

const bringBack = entry => {
  keepHere();
  keepThere();
  // What stood here stays under its own id.
  before = [...entry.before, entry.id].join(" ");
  next();
  if (entry.version) own.version.value = entry.version;
  write(entry.text);
};
const offers = one(".unsaved");
const rows = one(".unsaved-rows");
const seen = [now()];
// On the page of two versions nothing else is offered, which would take the place of both.
if (rows) for (const entry of kept().sort((a, b) => b.at - a.at)) {
  if (!entry.text || entry.post !== own.post.value || entry.writer !== writer) continue;
  const text = flat(entry.text);
  const row = one(`[data-unsaved="${entry.id}"]`);
  const there = row && row.dataset.step >= entry.step + 1;
  // What is stored, or as new on the server, needs no copy here.
  if (text === stored) store.removeItem(entry.key);
  if (seen.includes(text) || there) continue;
  seen.push(text);
  const offer = row ?? part("unsaved-row");
  one(".unsaved-title", offer).textContent = entry.text.title || one(".unsaved-title", offer).textContent;
  one(".unsaved-excerpt", offer).textContent = (entry.text.body ?? "").slice(0, 140);
  const time = one("time", offer);
  time.dateTime = new Date(entry.at).toISOString();
  time.textContent = new Date(entry.at).toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });
  const gone = () => {
    offer.remove();
    offers.hidden = !rows.children.length;
  };
  one("a", offer).onclick = e => {
    e.preventDefault();
    bringBack(entry);
    gone();
  };
  one("form", offer).onsubmit = e => {
    e.preventDefault();
    store.removeItem(entry.key);
    ask(e.target.action.replace(/[^/]+\/forget$/, `${entry.id}/forget`), new URLSearchParams()).catch(() => {});
    gone();
  };
  if (!row) rows.append(offer);
  offers.hidden = false;
}
// Newest first, wherever it was kept.
const at = row => -new Date(one("time", row).dateTime);
rows?.append(...[...rows.children].sort((a, b) => at(a) - at(b)));
// Copies that nobody came back for.
for (const entry of kept()) if (!(Date.now() - entry.at < 30 * 86400000)) store.removeItem(entry.key);
if (dirty()) noticed();
