// What the scripts of the desk share: parts of the page, questions to the server, text that goes to the cursor.
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const one = (selector, root = document) => root.querySelector(selector);
export const part = id => document.getElementById(id)?.content.firstElementChild.cloneNode(true);
export const changed = field => field.dispatchEvent(new Event("input", { bubbles: true }));
export const form = one("[data-journal]");
export const lang = { en: "en-GB" }[document.documentElement.lang] ?? document.documentElement.lang;
export const body = document.getElementById("f-body");

const words = {};
for (const p of all("[data-word]", document.getElementById("desk-words")?.content ?? document.createElement("p"))) {
  words[p.dataset.word] = p.textContent;
}
export const say = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// ---------- asking the server, and the log-in in place ----------

// Whether a refusal is for want of a session of who wrote the text.
export const outside = refusal => ["log-in", "other-writer"].includes(refusal.code);

// One dialog for everything that waits for it; false when it was put off.
let loggingIn;
export const logIn = refusal => loggingIn ??= new Promise(done => {
  const dialog = part("log-in");
  const back = document.activeElement;
  const asked = one("form", dialog);
  const wrong = one("[role=alert]", dialog);
  let worked = false;
  document.body.append(dialog);
  asked.elements.login.value = form.elements.writer.value;
  if (refusal?.code === "other-writer") one(".hint", dialog).textContent = refusal.sentence;
  one("[data-later]", dialog).onclick = () => dialog.close();
  dialog.onclose = () => {
    dialog.remove();
    // The browser gives back the focus without the cursor: letters that are typed then would go nowhere.
    back.blur();
    back.focus({ preventScroll: true });
    done(worked);
  };
  asked.onsubmit = async e => {
    e.preventDefault();
    try {
      // A redirect leads on from a log-in that worked; anything else says why not.
      const answer = await fetch(asked.action, { method: "POST", body: new URLSearchParams(new FormData(asked)), redirect: "manual" });
      if (answer.type === "opaqueredirect") {
        worked = true;
        return dialog.close();
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      wrong.textContent = one(".notice-error p, .error, .lede", page)?.textContent ?? say("failed");
    } catch { wrong.textContent = say("offline"); }
    wrong.hidden = false;
  };
  dialog.showModal();
  (asked.elements.login.value ? asked.elements.password : asked.elements.login).focus();
}).finally(() => { loggingIn = undefined; });

// The answer's data. Fails with the server's sentence and status; without a status the server was not reached.
// Somebody who is waiting for the answer is asked to log in where that is needed.
export const ask = async (path, fields, waiting) => {
  for (;;) {
    const answer = await fetch(path, { method: fields ? "POST" : "GET", body: fields, headers: { Accept: "application/json" } });
    if (answer.status === 204) return {};
    const data = await answer.json().catch(() => ({}));
    if (answer.ok) return data;
    if (waiting && outside(data) && await logIn(data)) continue;
    const seconds = Number(answer.headers.get("Retry-After"));
    throw { status: answer.status, code: data.code, sentence: data.sentence ?? say("failed"), seconds };
  }
};

// ---------- lines of Markdown go to the cursor, or else to the clipboard ----------

// As if typed, so that the browser can undo it.
export const type = (field, text, start = field.selectionStart, end = field.selectionEnd) => {
  field.focus();
  field.setSelectionRange(start, end);
  // Browsers take long over a long one, by the line.
  if (text.length < 5000 && document.execCommand(text ? "insertText" : "delete", false, text)) return;
  field.setRangeText(text, start, end, "end");
  changed(field);
};
// Before somebody was in the text, its end is where they go on.
let been;
body?.addEventListener("focus", () => { been = true; });
export const paragraph = line => {
  if (!been) body.setSelectionRange(body.value.length, body.value.length);
  const before = body.value.slice(0, body.selectionStart);
  const after = body.value.slice(body.selectionEnd);
  type(body, (before && !/\n\n$/.test(before) ? "\n\n" : "") + line + (/^\n\n/.test(after) ? "" : "\n\n"));
};
for (const button of all("[data-use]")) {
  const line = button.previousElementSibling;
  button.hidden = false;
  if (body) button.textContent = say("insert");
  button.onclick = () => {
    line.select();
    body ? paragraph(line.value) : navigator.clipboard?.writeText(line.value);
  };
}
