// Opens every page of a folder in headless Chromium and holds it to what a page must be. Says what does not hold, and
// ends with 1 if anything does not. Pages in the folder's own folder `once` are opened wide and light only. Where a
// portfolio's page has the same portfolio as JSON beside it, its totals are held to that.
//
//     BROWSER_PACKAGES=target/browser node pages.js FOLDER [FOLDER FOR SCREENSHOTS]
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages stand where scripts/install-browser put them, outside the checkout's sources.
const installed = createRequire(path.resolve(process.env.BROWSER_PACKAGES ?? "target/browser", "package.json"));
const { chromium } = installed("playwright-core");
const axe = fs.readFileSync(installed.resolve("axe-core/axe.min.js"), "utf8");
const [folder, screenshots] = process.argv.slice(2);
const within = (inner) => {
  const found = path.join(folder, inner);
  if (!fs.existsSync(found)) return [];
  return fs.readdirSync(found).filter((name) => name.endsWith(".html")).sort().map((name) => path.join(inner, name));
};
const views = [
  { width: 390, scheme: "light", whole: true },
  { width: 390, scheme: "dark" },
  { width: 1280, scheme: "light", whole: true },
  { width: 1280, scheme: "dark" },
];
const pages = [
  ...within("").map((name) => ({ name, views })),
  ...within("once").map((name) => ({ name, views: views.filter(({ width, scheme }) => width === 1280 && scheme === "light") })),
];
// How much of a page a screenshot shows.
const TALLEST = 4_000;
// How long one step may take, on a machine that has other things to do.
const PATIENCE = 120_000;
// A portfolio has the same rows for each recipient; so many from each end are asked what every page is asked.
const RECIPIENTS = 4;
const wrong = [];

// What is in a page whatever its width and colours.
async function holdsItself(page, tell) {
  const found = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((part) => part.id);
    const targets = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href").slice(1));
    const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]));
    return {
      title: document.title,
      lang: document.documentElement.lang,
      firsts: document.querySelectorAll("h1").length,
      twice: ids.filter((id, at) => ids.indexOf(id) !== at),
      astray: targets.filter((id) => !ids.includes(id)),
      jumps: levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1).length,
      scripts: document.querySelectorAll("script[src], iframe, object, embed, form, img, link[rel=stylesheet]").length,
      handlers: [...document.querySelectorAll("*")].filter((part) =>
        part.getAttributeNames().some((name) => name.startsWith("on"))).length,
    };
  });
  if (!found.title.trim()) tell("has no title");
  if (!found.lang) tell("says no language");
  if (found.firsts !== 1) tell(`has ${found.firsts} first headings`);
  if (found.twice.length) tell(`has an id twice: ${found.twice.join(", ")}`);
  if (found.astray.length) tell(`has links to nowhere: ${found.astray.join(", ")}`);
  if (found.jumps) tell("leaves out a level of headings");
  if (found.scripts) tell("holds something of elsewhere: a script, a frame, a picture or a form");
  if (found.handlers) tell("holds a handler of events");
}

async function isPrinted(page, tell) {
  const printed = await page.pdf({ format: "A4", timeout: PATIENCE });
  if (printed.subarray(0, 5).toString() !== "%PDF-" || printed.length < 5_000) tell("cannot be printed");
}

// Takes away the recipients in the middle.
async function keepsFew(page) {
  await page.evaluate((few) => {
    const groups = Map.groupBy(document.querySelectorAll("[data-who]"), (row) => row.parentElement);
    for (const rows of groups.values()) rows.slice(few, Math.max(few, rows.length - few)).forEach((row) => row.remove());
  }, RECIPIENTS);
}

async function isUnfolded(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
}

// The totals of a portfolio's page, and its recipients added up, are to the penny what the JSON says.
async function addsUp(page, portfolio, tell) {
  const shown = await page.evaluate(() => {
    const words = (part) => part.textContent.trim();
    const totals = [...document.querySelectorAll("main > h3")].map((heading) => {
      const under = heading.nextElementSibling;
      const rows = [...under.querySelectorAll("tbody tr")];
      return { title: words(heading), says: words(under), rows: rows.map((row) => [...row.cells].map(words)) };
    });
    const table = document.querySelector(".sortable");
    const titles = [...table.tHead.rows[0].cells].map(words);
    const added = {};
    for (const row of table.tBodies[0].rows) {
      const fund = added[row.dataset.fund] ??= {};
      [...row.cells].forEach((cell, at) => {
        if (cell.dataset.sort) fund[titles[at]] = String(BigInt(fund[titles[at]] ?? 0) + BigInt(cell.dataset.sort));
      });
    }
    return { totals, added };
  });
  const pence = (amount) => BigInt(amount.replace(/[£,.]/g, ""));
  const parts = [
    ["amount", "Amount"], ["earned", "Earned by the rule"], ["released", "Released"], ["redirected", "Redirected"],
    ["withheld", "Held back"], ["recovered", "Taken back"], ["undetermined", "Not decided"],
  ];
  for (const fund of portfolio.funds) {
    const found = shown.totals.find(({ title }) => title === fund.title);
    if (!found) tell(`gives no totals of ${fund.fund}`);
    if (!found) continue;
    if (fund["amount-not-known"] === fund.rulings) {
      if (found.rows.length || !found.says.includes("not known for any")) tell(`adds up ${fund.fund}, which is not known`);
      continue;
    }
    for (const [part, title] of parts) {
      const wanted = pence(fund[part]);
      // A row or a column of nothing may be left out.
      const row = found.rows.find(([says]) => says === title || says.startsWith(`${title} to `) || says.startsWith(`${title},`));
      if (pence(row?.[1] ?? "0") !== wanted) tell(`says ${row?.[1]} for ${part} of ${fund.fund}, which is ${fund[part]}`);
      const sum = shown.added[fund.fund]?.[title] ?? "0";
      if (BigInt(sum) !== wanted) tell(`has recipients whose ${part} of ${fund.fund} comes to ${sum}p, and not to ${fund[part]}`);
    }
  }
  if (!portfolio.funds.some((fund) => pence(fund.amount) > 0n)) tell("has no amount to add up");
}

// Everything that can be pressed or scrolled is reached by the tab key, in its order, and seen to be reached.
async function isReachedByKeyboard(page, tell) {
  const wanted = await page.evaluate(() => {
    const seen = (part) => part.checkVisibility() && !part.closest("details:not([open]) > :not(summary)");
    const parts = [...document.querySelectorAll('a[href], summary, button, input, select, [tabindex="0"]')].filter(seen);
    parts.forEach((part, at) => { part.dataset.reach = String(at); });
    return parts.length;
  });
  let next = 0;
  for (let press = 0; press < wanted && next < wanted; press += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const part = document.activeElement;
      const style = getComputedStyle(part);
      const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      return { reach: part.dataset.reach ?? null, shown, box: part.getBoundingClientRect().toJSON() };
    });
    if (at.reach !== String(next)) break;
    if (!at.shown) tell(`does not show that control ${next} is reached`);
    if (next === 0 && at.box.x < 0) tell("keeps the link that skips to the text out of sight");
    next += 1;
  }
  if (next < wanted) tell(`reaches ${next} of ${wanted} controls by keyboard`);
}

// Goes on with the tab key until what is reached fits.
async function tabsTo(page, selector, tell) {
  for (let press = 0; press < 400; press += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return true;
  }
  tell(`does not reach ${selector} by keyboard`);
  return false;
}

// A portfolio is searched, sorted and opened up without a mouse.
async function worksByKeyboard(page, tell) {
  const rows = () => page.evaluate(() => [...document.querySelectorAll(".sortable tbody tr")].map((row) => ({
    who: row.dataset.who, is: row.dataset.is, hidden: row.hidden, amount: row.querySelector("[data-sort]").dataset.sort,
  })));
  const before = await rows();
  const wanted = before[before.length - 1].who;

  if (!await tabsTo(page, "#choose-find", tell)) return;
  await page.keyboard.type(wanted.toUpperCase());
  const found = (await rows()).filter((row) => !row.hidden);
  if (!found.length || found.some((row) => row.who !== wanted)) tell(`finds ${found.length} rows for ${wanted}`);
  const says = await page.evaluate(() => document.querySelector(".count").textContent);
  if (!/^1 of \d+ (recipient|case)s shown$/.test(says)) tell(`says “${says}” when one is found`);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  if ((await rows()).some((row) => row.hidden)) tell("keeps rows hidden when nothing is looked for");

  if (!await tabsTo(page, "#choose-standing", tell)) return;
  await page.keyboard.press("ArrowDown");
  if ((await rows()).some((row) => row.hidden === row.is.split(" ").includes("open"))) tell("does not choose by standing");
  await page.keyboard.press("ArrowUp");

  if (!await tabsTo(page, ".sortable button", tell)) return;
  while (await page.evaluate(() => document.activeElement.textContent !== "Amount")) {
    if (!await tabsTo(page, ".sortable button", tell)) return;
  }
  for (const [key, turn] of [["Enter", 1n], ["Space", -1n]]) {
    await page.keyboard.press(key);
    const amounts = (await rows()).map((row) => row.amount);
    const known = amounts.filter((amount) => amount !== "").map(BigInt);
    if (known.some((amount, at) => at > 0 && (amount - known[at - 1]) * turn < 0n)) tell(`does not sort by ${key}`);
    if (amounts.slice(known.length).some((amount) => amount !== "")) tell("sorts what is not known among the amounts");
    if (known.length < 2) tell("has nothing to sort");
  }
  const sorted = await page.evaluate(() => document.querySelector(".sortable [aria-sort]")?.getAttribute("aria-sort"));
  if (sorted !== "descending") tell(`says of the sorting: ${sorted}`);

  if (!await tabsTo(page, ".sortable tbody a", tell)) return;
  const goal = await page.evaluate(() => document.activeElement.getAttribute("href").slice(1));
  await page.keyboard.press("Enter");
  await page.waitForFunction((goal) => document.activeElement.id === goal, goal, { timeout: 5_000 })
    .catch(() => tell("does not lead to the reasons by keyboard"));
  if (!await page.evaluate((goal) => document.getElementById(goal).closest("details").open, goal)) tell("does not unfold the reasons");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  if (await page.evaluate((goal) => document.getElementById(goal).closest("details").open, goal)) tell("does not fold the reasons away");
}

// By colour scheme only the contrast differs; the rest is asked once for each width.
async function isAccessible(page, whole, tell) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((whole) => globalThis.axe.run(document, {
    resultTypes: ["violations"],
    ...(whole ? {} : { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } }),
  }), whole);
  for (const { id, impact, help, nodes } of violations) {
    tell(`${impact}: ${help} (${id}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  }
}

async function doesNotOverflow(page, tell) {
  const [has, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (has > room) tell(`is ${has} wide in a window of ${room}`);
  // A word that leaves its box in a drawing.
  const out = await page.evaluate(() => [...document.querySelectorAll("svg.flow")].flatMap((drawing) => {
    const boxes = [...drawing.querySelectorAll("rect")].map((box) => box.getBBox());
    const lines = [...drawing.querySelectorAll("text:not(.when)")];
    return lines.filter((line) => {
      const own = line.getBBox();
      const box = boxes.find((box) => box.x <= own.x && own.x < box.x + box.width && box.y <= own.y && own.y < box.y + box.height);
      return !box || own.x + own.width > box.x + box.width || own.y + own.height > box.y + box.height;
    }).map((line) => line.textContent);
  }));
  if (out.length) tell(`has words beside their box: ${out.slice(0, 3).join(" | ")}`);
}

if (!pages.length) {
  console.error(`no page in ${folder}`);
  process.exit(2);
}
if (screenshots) fs.mkdirSync(screenshots, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  for (const { name, views } of pages) {
    const address = pathToFileURL(path.resolve(folder, name)).href;
    // The page's own policy lets nothing be injected; to ask what it is made of, the test must.
    const context = await browser.newContext({ bypassCSP: true, viewport: { width: 390, height: 900 } });
    const page = await context.newPage();
    let view = "";
    const tell = (what) => wrong.push(`${name}, ${view}: ${what}`);
    page.on("console", (message) => tell(`says in the console: ${message.text()}`));
    page.on("pageerror", (error) => tell(`fails: ${error.message}`));
    page.on("dialog", async (dialog) => { tell("opens a dialogue"); await dialog.dismiss(); });
    page.on("request", (request) => {
      const asked = request.url().split("#")[0];
      if (asked !== address && asked !== "about:blank" && !asked.startsWith("data:")) tell(`asks for ${request.url()}`);
    });
    page.setDefaultTimeout(PATIENCE);
    const figures = path.resolve(folder, name.replace(/html$/, "json"));
    for (const { width, scheme, whole } of views) {
      view = `${width} wide, ${scheme}`;
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      // Only a page just opened has nothing reached by keyboard yet, and nobody missing.
      await page.goto(address, { waitUntil: "load" });
      await doesNotOverflow(page, tell);
      if (screenshots) {
        const file = `${path.basename(name, ".html")}-${width}-${scheme}.png`;
        const clip = { x: 0, y: 0, width, height: await page.evaluate((most) => Math.min(document.documentElement.scrollHeight, most), TALLEST) };
        await page.screenshot({ path: path.join(screenshots, file), fullPage: true, clip });
      }
      if (view === "1280 wide, light") {
        await holdsItself(page, tell);
        await isPrinted(page, tell);
        if (fs.existsSync(figures)) {
          await addsUp(page, JSON.parse(fs.readFileSync(figures, "utf8")), tell);
          await worksByKeyboard(page, tell);
          await page.goto("about:blank");
          await page.goto(address, { waitUntil: "load" });
        }
      }
      await keepsFew(page);
      if (whole) await isReachedByKeyboard(page, tell);
      await isUnfolded(page);
      await doesNotOverflow(page, tell);
      await isAccessible(page, whole, tell);
    }
    await context.close();
  }
} finally {
  await browser.close();
}
for (const line of wrong) console.error(line);
const opened = pages.reduce((count, page) => count + page.views.length, 0);
console.log(`${pages.length} pages in ${opened} views: ${wrong.length ? `${wrong.length} do not hold` : "all hold"}`);
process.exit(wrong.length ? 1 : 0);
