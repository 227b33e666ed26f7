// Pictures of a page and of a terminal, by headless Chromium: node screenshots.mjs FOLDER
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const installed = createRequire(path.resolve(process.env.BROWSER_PACKAGES ?? "target/browser", "package.json"));
const { chromium } = installed("playwright-core");
const [folder] = process.argv.slice(2);
const LINES = 42;

const escaped = (text) => text.replace(/[&<>]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter]);
const COLOURS = ["#555f69", "#ff8a80", "#7bd88f", "#f2c55c", "#82aaff", "#c792ea", "#7fdbca", "#e8ebee"];

// What a terminal makes of its escape codes, as far as the command uses them.
function drawn(text) {
  let style = {};
  return text.split(/\u001b\[([\d;]*)m/).map((part, at) => {
    if (at % 2 === 0) {
      const css = `${style.bold ? "font-weight:700;" : ""}${style.dim ? "opacity:.7;" : ""}${style.colour ? `color:${style.colour}` : ""}`;
      return css ? `<span style="${css}">${escaped(part)}</span>` : escaped(part);
    }
    for (const code of part.split(";").map(Number)) {
      if (code === 0) style = {};
      else if (code === 1) style = { ...style, bold: true };
      else if (code === 2) style = { ...style, dim: true };
      else if (code >= 30 && code <= 37) style = { ...style, colour: COLOURS[code - 30] };
      else if (code >= 90 && code <= 97) style = { ...style, colour: COLOURS[code - 90] };
    }
    return "";
  }).join("");
}

const lines = fs.readFileSync(path.join(folder, "terminal.ansi"), "utf8").split("\n").slice(0, LINES).join("\n");
const terminal = `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; background: #14181c; color: #e8ebee; }
  pre { margin: 0; padding: 20px 24px; font: 14px/1.35 "DejaVu Sans Mono", monospace; width: max-content; }
</style><pre><span style="color:#7bd88f">$</span> ringfence evaluate rules/better-care-fund/2015-16 examples/england-2015-16/england.yaml

${drawn(lines)}</pre>`;
fs.writeFileSync(path.join(folder, "terminal.html"), terminal);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  for (const [name, file, height] of [["page", "portfolio.html", 900], ["terminal", "terminal.html", 0]]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: height || 900 } });
    await page.goto(pathToFileURL(path.resolve(folder, file)).href, { waitUntil: "load" });
    const whole = height === 0 ? page.locator("pre") : page;
    await whole.screenshot({ path: path.join(folder, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
