// Looks at every page of a running blog: screenshots in six dresses, what is wrong in them, accessibility, valid HTML,
// weight, Lighthouse. Usage: node check.mjs BASE_URL LOGIN PASSWORD ROUTES_RS OUT_FOLDER
// Prints a line a fault; ends with 1 when there is any.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

import { FAULTY, SEEN, findFaults, loadPictures, watchShifts } from "./look.mjs";
import { PAGES, meets, routes } from "./table.mjs";

const [base, login, password, routesFile, out] = process.argv.slice(2);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const WIDTHS = [360, 768, 1440];
const SCHEMES = ["light", "dark"];
const LEAST_SCORE = 0.95;
// Depends on how busy the machine is; what is far below is a fault all the same.
const LEAST_SPEED = 0.9;

const faults = [];
let checks = 0;
const check = (good, sentence) => {
  checks += 1;
  if (!good) {
    faults.push(sentence);
    console.log(`  FAULT ${sentence}`);
  }
};

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});

/// A page in a profile of its own that notes what it must not do.
async function visitor(context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && origin !== base) page.complaints.push(`asks ${origin}`);
  });
  page.on("pageerror", (error) => page.complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // The browser's own line about a page that is meant to answer 404 or 409.
    const own = message.location().url === page.url() && /status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !own) page.complaints.push(`console: ${message.text()}`);
  });
  // Text that was begun and not saved is left behind.
  page.on("dialog", (dialog) => dialog.accept());
  await page.setCacheEnabled(false);
  await page.evaluateOnNewDocument(watchShifts);
  return page;
}

const open = async (page, path) => {
  const answer = await page.goto(base + path, { waitUntil: "load", timeout: 30000 });
  // What scripts do at once is done, and drawn.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  return answer?.status() ?? 0;
};

const pages = { reader: await visitor(await browser.createBrowserContext()), writer: await visitor(await browser.createBrowserContext()) };

await open(pages.writer, "/account/login");
await pages.writer.type("[name=login]", login);
await pages.writer.type("[name=password]", password);
await Promise.all([pages.writer.waitForNavigation(), pages.writer.click("main form [type=submit]")]);
check(!pages.writer.url().includes("/account/login"), "the writer could not log in");

/// Colours change at once, so that none is measured on its way.
const dress = (page, scheme) =>
  page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);

// Something of the writer's own: a comment, and a picture (of this very page).
const first = async () => {
  await open(pages.writer, "/");
  const post = await pages.writer.$eval('article a[href^="/posts/"]', (link) => link.getAttribute("href"));
  await open(pages.writer, post);
  await pages.writer.type("#comment-form textarea", "Thank you for this; I read it twice.");
  await Promise.all([pages.writer.waitForNavigation(), pages.writer.$eval("#comment-form", (form) => form.requestSubmit())]);
  const picture = join(out, "picture.png");
  mkdirSync(out, { recursive: true });
  writeFileSync(picture, await pages.writer.screenshot());
  await open(pages.writer, "/library");
  await pages.writer.$$eval("details", (all) => all.forEach((one) => { one.open = true; }));
  await (await pages.writer.$("main input[type=file]")).uploadFile(picture);
  await Promise.all([pages.writer.waitForNavigation(), pages.writer.$eval("main form[enctype]", (form) => form.requestSubmit())]);
};
await first();

// ---- ways to find a page ----

const links = async (path, as = "reader") => {
  await open(pages[as], path);
  return pages[as].$$eval("a[href]", (all) => all.map((a) => ({ path: a.getAttribute("href"), text: a.textContent })));
};
const lists = async () => {
  const all = [];
  for (let path = "/", n = 0; path && n < 8; n += 1) {
    const found = await links(path);
    all.push(...found.filter((link) => /^\/posts\/[^/#]+$/.test(link.path)));
    path = found.find((link) => /^\/\?after=/.test(link.path) && !all.seen?.has(link.path))?.path;
    (all.seen ??= new Set()).add(path);
  }
  return all;
};
// A form, sent by the writer: the answer's address and text.
const send = async (path, fields) => {
  await open(pages.writer, "/");
  return pages.writer.evaluate(async (path, fields) => {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    return { path: new URL(answer.url).pathname, text: await answer.text() };
  }, path, fields);
};
let posts, drafted;
const ways = {
  find: async (page, pattern, as) => (await links(page, as)).find((link) => pattern.test(link.path))?.path,
  titled: async (pattern) => (posts ??= await lists()).find((link) => pattern.test(link.text))?.path,
  holding: async (selector) => {
    for (const { path } of (posts ??= await lists())) {
      await open(pages.reader, path);
      if (await pages.reader.$(selector)) return path;
    }
    return undefined;
  },
  draft: async () => (drafted ??= (await send("/write", { title: "A lamp for the quay", body: "Not lit *yet*.", status: "draft" })).path),
  preview: async () => (await send(`${await ways.draft()}/links`, { days: "7" })).text.match(/\/preview\/[\w-]{43}/)?.[0],
  comment: async (action) => {
    for (const { path } of (posts ??= await lists())) {
      const found = (await links(path, "writer")).find((link) => new RegExp(`^/comments/[^/]+/${action}$`).test(link.path));
      if (found) return found.path;
    }
    return undefined;
  },
};

// ---- what is done on a page before it is looked at ----

// The form of what is stored: it says which version it was filled from.
const WRITTEN = "main form:has([name=version])";
const steps = {
  // Somebody else saved meanwhile: the form says an older version than there is.
  conflict: async (page) => {
    await page.$eval(WRITTEN, async (form) => {
      const theirs = new FormData(form);
      theirs.set("body", `${theirs.get("body")}\n\nA sentence of theirs.`);
      await fetch(form.action, { method: "POST", body: new URLSearchParams(theirs) });
      form.elements.body.value += "\n\nA sentence of mine.";
    });
    const [answer] = await Promise.all([page.waitForNavigation(), page.$eval(WRITTEN, (form) => form.requestSubmit())]);
    return answer.status();
  },
  // As the script shows it beside the text, or in its place where there is no room for both.
  preview: async (page) => {
    await page.waitForSelector(".tools[data-ready]");
    await page.evaluate(() => document.documentElement.classList.contains("with-preview") || document.querySelector("[data-preview]").click());
    await page.waitForSelector(".editor-preview .prose p");
    return 200;
  },
  // The answer that shows the link, once.
  link: async (page) => {
    const [answer] = await Promise.all([page.waitForNavigation(), page.$eval("main form:has([name=days])", (form) => form.requestSubmit())]);
    return answer.status();
  },
};

// ---- the looking itself ----

const doubt = async () => {
  const page = await visitor(await browser.createBrowserContext());
  await page.setViewport({ width: 360, height: 800 });
  await page.goto("about:blank");
  await page.setContent(FAULTY);
  await page.evaluate(async () => {
    const wait = (time) => new Promise((done) => setTimeout(done, time));
    await wait(600);
    document.body.prepend(Object.assign(document.createElement("div"), { style: "height:300px" }));
    await wait(200);
  });
  const found = await page.evaluate(findFaults);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const part of SEEN) check(found.some((fault) => fault.includes(part)), `a page that ${part} passes for a good one`);
  check(violations.some(({ id }) => id === "color-contrast"), "faint letters pass for good ones");
};
await doubt();

// ---- every page ----

const validator = new HtmlValidate(
  new FileSystemConfigLoader({
    extends: ["html-validate:standard"],
    // Addresses of lists of files, and texts of people, may be as they are.
    rules: { "long-title": "off", "no-trailing-whitespace": "off" },
  }),
);
const visited = [];

for (const entry of PAGES) {
  const page = pages[entry.as];
  const path = typeof entry.at === "string" ? entry.at : await entry.at(ways);
  check(path, `${entry.name}: no such page was found`);
  if (!path) continue;
  page.complaints.length = 0;
  await page.setViewport({ width: 1440, height: 900 });
  let status = await open(page, path);
  if (entry.then) status = await steps[entry.then](page);
  check(status === (entry.status ?? 200), `${entry.name}: ${path} answered ${status}`);
  visited.push(path);

  const html = entry.then ? await page.content() : await page.evaluate(() => fetch(location.href).then((answer) => answer.text()));
  const report = await validator.validateString(html, `${entry.name}.html`);
  for (const message of report.results.flatMap((result) => result.messages).filter((message) => message.severity === 2))
    check(false, `${entry.name}: HTML line ${message.line}: ${message.message} (${message.ruleId})`);
  checks += 1;

  for (const width of WIDTHS) {
    await page.setViewport({ width, height: width < 500 ? 800 : 900 });
    // Pages that were sent by a form are not asked for again.
    if (!entry.then) await open(page, path);
    for (const scheme of SCHEMES) {
      await dress(page, scheme);
      await page.evaluate(loadPictures);
      const found = await page.evaluate(findFaults);
      for (const fault of found) check(false, `${entry.name} at ${width} ${scheme}: ${fault}`);
      checks += 1;
      writeFileSync(join(out, `${entry.name}-${width}-${scheme}.png`), await page.screenshot({ fullPage: true }));
    }
  }
  // The narrowest window, with the fullest head: a writer's.
  if (entry.name === "home" || entry.name === "drafts") {
    await page.setViewport({ width: 320, height: 800 });
    await open(page, path);
    await page.evaluate(loadPictures);
    for (const fault of await page.evaluate(findFaults)) check(false, `${entry.name} at 320: ${fault}`);
    checks += 1;
    writeFileSync(join(out, `${entry.name}-320.png`), await page.screenshot());
  }
  for (const scheme of SCHEMES) {
    await dress(page, scheme);
    // From the developer's side, past the page's own policy.
    await page.evaluate(axeSource);
    const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const violation of result.violations.filter(({ impact }) => impact === "serious" || impact === "critical"))
      check(false, `${entry.name} ${scheme}: ${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
    checks += 1;
  }
  for (const complaint of new Set(page.complaints)) check(false, `${entry.name}: ${complaint}`);
  console.log(`${entry.name}: ${path}`);
}

for (const route of routes(routesFile)) check(visited.some((path) => meets(route, path)), `no page of ${route} was looked at; add one to table.mjs`);

// ---- weight ----

const weigh = async () => {
  const page = await visitor(await browser.createBrowserContext());
  const got = [];
  page.on("response", (answer) => got.push(answer));
  await open(page, "/");
  const sizes = { document: 0, stylesheet: 0, script: 0 };
  let before = 0;
  for (const answer of got) {
    const kind = answer.request().resourceType();
    if (kind === "image" || kind === "media") continue;
    before += 1;
    if (kind in sizes) sizes[kind] += gzipSync(await answer.buffer()).length;
  }
  const cards = (await page.$$("article.card")).length;
  const all = sizes.document + sizes.stylesheet + sizes.script;
  console.log(`home with ${cards} posts: ${all} bytes compressed (HTML ${sizes.document}, CSS ${sizes.stylesheet}, JS ${sizes.script}) in ${before} requests before pictures`);
  check(cards === 10, `the home page has ${cards} posts, not 10`);
  check(all <= 15 * 1024, `the home page weighs ${all} bytes, more than 15 KiB`);
  check(sizes.script <= 10 * 1024, `its scripts weigh ${sizes.script} bytes, more than 10 KiB`);
  check(before <= 6, `${before} requests before pictures, more than 6`);
};
await weigh();

// ---- Lighthouse ----

const port = new URL(browser.wsEndpoint()).port;
const post = visited[PAGES.findIndex((entry) => entry.name === "post")];
for (const [name, path] of [["home", "/"], ["post", post]]) {
  // The best of three, since a busy machine only ever makes a page slower.
  const best = {};
  for (let round = 0; round < 3; round += 1) {
    const result = await lighthouse(base + path, { port, output: "json", logLevel: "error", onlyCategories: ["performance", "accessibility", "best-practices", "seo"] });
    for (const [category, { score }] of Object.entries(result.lhr.categories)) best[category] = Math.max(best[category] ?? 0, score ?? 0);
    const audits = Object.values(result.lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9).map((audit) => audit.id);
    best.audits = audits;
    if (["performance", "accessibility", "best-practices", "seo"].every((category) => best[category] >= LEAST_SCORE)) break;
  }
  const { audits, ...scores } = best;
  console.log(`Lighthouse ${name}: ${Object.entries(scores).map(([category, score]) => `${category} ${Math.round(score * 100)}`).join(", ")}`);
  for (const [category, score] of Object.entries(scores)) check(score >= (category === "performance" ? LEAST_SPEED : LEAST_SCORE), `Lighthouse ${name}: ${category} ${Math.round(score * 100)} (${audits.join(", ")})`);
}

await browser.close();
console.log(`pages: ${checks - faults.length} passed, ${faults.length} failed`);
process.exit(faults.length > 0 ? 1 : 0);
