// Opens every page of the site in Chromium, on a phone, by day and by night: nothing is wider than the screen, nothing is said
// on the console, and the search finds. Arguments: the folder of the site, the browser, a folder for pictures (or none).
import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";

const [site, browser, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(process.env.ASHBY_PAGE_NODE, "node_modules/"))("playwright-core");
const WIDTH = 390;
const OF_MDBOOK = ["print.html", "404.html", "toc.html"];

function* pages(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* pages(path);
    else if (name.endsWith(".html") && !OF_MDBOOK.includes(name)) yield path;
  }
}

const wrong = [];
const opened = await chromium.launch({ executablePath: browser, args: ["--no-sandbox"] });
for (const colorScheme of ["light", "dark"]) {
  const context = await opened.newContext({ colorScheme, viewport: { width: WIDTH, height: 844 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  let here = "";
  page.on("console", (message) => wrong.push(`${here}: console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${here}: ${error}`));
  // What is still on its way when the page is left is ended by the browser, and lacks nothing.
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") wrong.push(`${here}: not loaded: ${request.url()}: ${why}`);
  });
  for (const path of pages(site)) {
    here = `${relative(site, path)} (${colorScheme})`;
    await page.goto(pathToFileURL(path).href);
    const seen = await page.evaluate(() => {
      const rgb = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).slice(0, 3).map(Number);
      return { width: document.documentElement.scrollWidth, light: rgb.reduce((sum, part) => sum + part, 0) / 3 };
    });
    if (seen.width > WIDTH) wrong.push(`${here}: ${seen.width} pixels wide`);
    if (seen.light > 128 !== (colorScheme === "light")) wrong.push(`${here}: its background is ${seen.light}`);
    if (pictures) await page.screenshot({ path: join(pictures, here.replace(/[^a-z]+/gi, "-") + ".png") });
  }
  here = `search (${colorScheme})`;
  await page.goto(pathToFileURL(join(site, "index.html")).href);
  await page.keyboard.press("s");
  // It searches as keys are let go.
  await page.locator("#mdbook-searchbar").pressSequentially("sync token");
  const found = page.locator("#mdbook-searchresults a").first();
  await found.waitFor({ timeout: 10_000 }).catch(() => wrong.push(`${here}: nothing is found`));
  if (pictures) await page.screenshot({ path: join(pictures, `search-${colorScheme}.png`) });
  await context.close();
}
await opened.close();
for (const what of wrong) console.error(what);
console.log(`looked at ${[...pages(site)].length} pages, by day and by night`);
process.exit(wrong.length ? 1 : 0);
