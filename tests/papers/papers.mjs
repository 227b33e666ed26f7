// Opens the PDF and the workbook of each portfolio in a folder, and holds them to the JSON beside them. Says what does
// not hold, and ends with 1 if anything does not.
//
//     node papers.mjs FOLDER
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const wrong = [];
const run = (program, args, more = {}) => execFileSync(program, args, { maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"], ...more });

const pence = (amount) => BigInt(amount.replace(/[£,.]/g, ""));
const pounds = (amount) => amount.replace(/\B(?=(\d{3})+(?!\d))/g, (_, __, at) => (at > amount.indexOf(".") ? "" : ","));
const shown = (amount) => (amount == null ? "not known" : pounds(amount));

// What each ruling is called: by its case, too, where its recipient has several.
function names(rulings) {
  const named = ({ recipient: { name, code } }) => (code ? `${name} (${code})` : name);
  const all = rulings.map((ruling) => named(ruling.case));
  return rulings.map((ruling, at) => {
    const several = all.filter((name) => name === all[at]).length > 1;
    return several ? `${all[at]}, ${ruling.case.id}` : all[at];
  });
}

// The share of a page that is not white.
function inked(image) {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(image.subarray(0, 40).toString("latin1"));
  const dots = image.subarray(head[0].length);
  return dots.reduce((count, dot) => count + (dot < 160 ? 1 : 0), 0) / dots.length;
}

function holdsPdf(file, portfolio, scratch, tell) {
  const pages = Number(/^Pages:\s+(\d+)/m.exec(run("pdfinfo", [file]))[1]);
  const info = run("pdfinfo", [file]).toString();
  if (!/^Tagged:\s+yes/m.test(info)) tell("is not tagged");
  if (!info.includes(portfolio.pack.title)) tell("has no title");
  const fonts = run("pdffonts", [file]).toString().trim().split("\n").slice(2);
  if (!fonts.length || fonts.some((font) => !/ yes yes yes +\d+ +\d+$/.test(font))) tell(`lacks a font: ${fonts.join(" | ")}`);

  run("pdftoppm", ["-r", "40", "-gray", file, path.join(scratch, "page")]);
  const images = fs.readdirSync(scratch).filter((name) => name.endsWith(".pgm")).sort();
  if (images.length !== pages) tell(`has ${pages} pages, of which ${images.length} can be drawn`);
  images.forEach((name, at) => {
    const share = inked(fs.readFileSync(path.join(scratch, name)));
    if (share < 0.003 || share > 0.5) tell(`page ${at + 1} is ${(share * 100).toFixed(1)} % ink`);
    fs.rmSync(path.join(scratch, name));
  });

  // In the order in which it is read, the lines of a cell together.
  const told = run("pdftotext", ["-raw", file, "-"]).toString().split("\f").map((page) => page.replace(/\s+/g, " "));
  told.slice(0, pages).forEach((page, at) => {
    if (!page.includes(`${at + 1} of ${pages}`)) tell(`page ${at + 1} does not say that it is ${at + 1} of ${pages}`);
  });
  const text = told.join(" ");
  for (const fund of portfolio.funds.filter((fund) => fund["amount-not-known"] < fund.rulings)) {
    const { released, redirected, withheld, recovered, undetermined } = fund;
    for (const sum of [fund.amount, fund.earned, released, redirected, withheld, recovered, undetermined]) {
      if (pence(sum) !== 0n && !text.includes(`£${pounds(sum)}`)) tell(`does not give ${sum} of ${fund.fund}`);
    }
  }
  const told_funds = portfolio.funds.filter((fund) => fund["amount-not-known"] < fund.rulings || fund["earned-not-known"] < fund.rulings);
  names(portfolio.rulings).forEach((name, at) => {
    for (const { fund } of told_funds) {
      const found = portfolio.rulings[at].funds.find((other) => other.fund === fund);
      const row = `${name} ${shown(found?.amount)} ${shown(found?.earned)}`;
      if (found && !text.includes(row)) tell(`has no row “${row}” of ${fund}`);
    }
  });
  return pages;
}

// The files of a zip archive, by name.
function unzip(bytes) {
  const files = new Map();
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== 0x06054b50) end -= 1;
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, name, extra, comment] = [
      bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
    ];
    const place = bytes.readUInt32LE(at + 42);
    const from = place + 30 + bytes.readUInt16LE(place + 26) + bytes.readUInt16LE(place + 28);
    const data = bytes.subarray(from, from + size);
    files.set(bytes.toString("utf8", at + 46, at + 46 + name), method === 0 ? data : zlib.inflateRawSync(data));
    at += 46 + name + extra + comment;
  }
  return files;
}

function crc(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

// The same files as an archive, nothing compressed.
function zip(files) {
  const parts = [];
  const list = [];
  let at = 0;
  for (const [name, data] of files) {
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt32LE(crc(data), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), head, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    list.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), head, tail, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(list.length, 4);
  end.writeUInt16LE(list.length, 6);
  end.writeUInt32LE(list.reduce((sum, part) => sum + part.length, 0), 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, ...list, Buffer.from("PK\x05\x06"), end]);
}

// The cells of a CSV file.
function cells(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows[rows.length - 1];
    if (quoted && letter === '"' && text[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; }
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === ",") row.push("");
    else if (!quoted && letter === "\n") rows.push([""]);
    else row[row.length - 1] += letter;
  }
  return rows;
}

// A workbook carries the results of its formulas. Here they are taken away and wrong ones put in their place, so that
// what comes out is what the spreadsheet calculated.
function recalculated(file, scratch, tell) {
  const files = unzip(fs.readFileSync(file));
  const sheet = "xl/worksheets/sheet1.xml";
  let formulas = 0;
  const falsified = files.get(sheet).toString().replace(/<\/f><v>[^<]*<\/v>/g, () => { formulas += 1; return "</f><v>1234.5</v>"; });
  if (formulas < 10) tell(`has ${formulas} formulas`);
  files.set(sheet, Buffer.from(falsified));
  const copy = path.join(scratch, "portfolio.xlsx");
  fs.writeFileSync(copy, zip(files));
  const profile = path.join(scratch, "profile");
  fs.mkdirSync(path.join(profile, "user"), { recursive: true });
  fs.writeFileSync(path.join(profile, "user", "registrymodifications.xcu"), `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
`);
  // Commas, quotes, UTF-8, every sheet, cells as they are and not as they look.
  const form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1";
  run("soffice", [`-env:UserInstallation=${pathToFileURL(profile)}`, "--headless", "--norestore", "--convert-to", form, "--outdir", scratch, copy]);
  return cells(fs.readFileSync(path.join(scratch, "portfolio-Summary.csv"), "utf8"));
}

function holdsWorkbook(file, portfolio, scratch, tell) {
  const rows = recalculated(file, scratch, tell);
  const titles = rows.find(([first]) => first === "Fund");
  const columns = [
    ["amount", "Amount"], ["released", "Released"], ["redirected", "Redirected"], ["withheld", "Held back"],
    ["recovered", "Paid and taken back"], ["undetermined", "Not decided"], ["earned", "Earned by the rule"],
  ];
  const inPence = (cell) => (/^-?\d+(\.\d{1,2})?$/.test(cell) ? BigInt(Math.round(Number(cell) * 100)) : cell);
  for (const fund of portfolio.funds) {
    const row = rows.find(([first]) => first === fund.fund);
    const cell = (title) => row?.[titles.indexOf(title)];
    for (const [part, title] of columns) {
      const unknown = fund[part === "earned" ? "earned-not-known" : "amount-not-known"] === fund.rulings;
      const wanted = unknown ? "not known" : pence(fund[part]);
      if (inPence(cell(title)) !== wanted) tell(`calculates ${cell(title)} for ${part} of ${fund.fund}, which is ${fund[part]}`);
      if (!unknown && part === "amount" && Number(cell("Parts less amount")) !== 0) tell(`has parts of ${fund.fund} that are not its amount`);
    }
    if (Number(cell("Recipients")) !== fund.rulings) tell(`counts ${cell("Recipients")} recipients of ${fund.fund}`);
  }
  const outcomes = rows.find(([first]) => first === "Condition");
  for (const finding of portfolio.findings) {
    const row = rows.find(([first]) => first === finding.condition);
    for (const outcome of ["Met", "Unmet", "Undetermined", "Pending", "Not applicable"]) {
      const counted = Number(row?.[outcomes.indexOf(outcome)]);
      const wanted = finding[outcome.toLowerCase().replace(" ", "-")];
      if (counted !== wanted) tell(`counts ${counted} ${outcome} of ${finding.condition}, which are ${wanted}`);
    }
  }
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "papers-"));
const counts = [];
try {
  for (const name of fs.readdirSync(folder).sort()) {
    const file = (ending) => path.join(folder, name, `portfolio.${ending}`);
    const portfolio = JSON.parse(fs.readFileSync(file("json"), "utf8"));
    const tell = (what) => (says) => wrong.push(`${name}, ${what}: ${says}`);
    counts.push(`${name}: ${holdsPdf(file("pdf"), portfolio, scratch, tell("PDF"))} pages, ${portfolio.rulings.length} rulings`);
    holdsWorkbook(file("xlsx"), portfolio, scratch, tell("workbook"));
  }
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
if (!counts.length) wrong.push(`no portfolio in ${folder}`);
for (const line of wrong) console.error(line);
console.log(`${counts.join("; ")}: ${wrong.length ? `${wrong.length} do not hold` : "all hold"}`);
process.exit(wrong.length ? 1 : 0);
