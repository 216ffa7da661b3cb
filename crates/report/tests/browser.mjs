// Opens pages in Chromium as people do, and prints what is wrong with them, as one JSON array of sentences.
// browser.mjs CHROMIUM FOLDER PAGE…; screenshots and prints go into FOLDER.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

// Where npm has put the packages.
const require = createRequire(`${process.env.ASHBY_PAGE_NODE}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [program, folder, ...pages] = process.argv.slice(2);
const wrong = [];
const browser = await chromium.launch({
  executablePath: program,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

/** What does not fit: run within the page. */
function misfits() {
  const found = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) {
    found.push(`it is ${root.scrollWidth} pixels wide and not ${root.clientWidth}`);
  }
  const shown = (one) => getComputedStyle(one).display !== 'none' && one.getBoundingClientRect().width > 0;
  for (const picture of document.querySelectorAll('svg.picture')) {
    const chart = picture.closest('figure').dataset.chart;
    const frame = picture.getBoundingClientRect();
    const texts = [...picture.querySelectorAll('text')].filter(shown);
    const boxes = texts.map((text) => [text, text.getBoundingClientRect()]);
    for (const [text, box] of boxes) {
      const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
      if (size < 11) found.push(`${chart}: "${text.textContent}" has ${size} pixels`);
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) {
        found.push(`${chart}: "${text.textContent}" sticks out`);
      }
      for (const [other, its] of boxes) {
        const meet = Math.min(box.right, its.right) - Math.max(box.left, its.left) > 1
          && Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 3;
        if (text !== other && meet) found.push(`${chart}: "${text.textContent}" is over "${other.textContent}"`);
      }
    }
  }
  return found;
}

/** What accessibility rules find: run within the page. */
async function violations() {
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
  return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`);
}

async function check(file) {
  const address = file.startsWith('http') ? file : pathToFileURL(file).href;
  const name = basename(new URL(address).pathname, '.html');
  for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390], ['light', 320], ['forced', 1280]]) {
    const where = `${name}, ${scheme}, ${width}`;
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme === 'dark' ? 'dark' : 'light',
      forcedColors: scheme === 'forced' ? 'active' : 'none',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.on('request', (request) => request.url() === address || wrong.push(`${where}: asks for ${request.url()}`));
    page.on('console', (message) => wrong.push(`${where}: says ${message.text()}`));
    page.on('pageerror', (error) => wrong.push(`${where}: fails with ${error}`));
    await page.goto(address);
    await page.screenshot({ path: join(folder, `${name}-${scheme}-${width}.png`), fullPage: true });
    for (const misfit of await page.evaluate(misfits)) wrong.push(`${where}: ${misfit}`);
    await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
    for (const misfit of await page.evaluate(misfits)) wrong.push(`${where}, tables opened: ${misfit}`);
    if (scheme !== 'forced') {
      await page.evaluate(axe);
      for (const violation of await page.evaluate(violations)) wrong.push(`${where}: ${violation}`);
    }
    await context.close();
  }
  const context = await browser.newContext({ viewport: { width: 688, height: 1046 }, colorScheme: 'dark' });
  const page = await context.newPage();
  await page.goto(address);
  await page.emulateMedia({ media: 'print' });
  const printed = await page.evaluate(() => [...document.querySelectorAll('figure:not([data-empty])')].map((figure) => ({
    chart: figure.dataset.chart,
    height: figure.getBoundingClientRect().height,
    isLong: figure.classList.contains('long'),
    table: figure.querySelector('table').getBoundingClientRect().height,
    ground: getComputedStyle(document.body).backgroundColor,
  })));
  for (const { chart, height, isLong, table, ground } of printed) {
    // What an A4 page has between its margins.
    if (!isLong && height > 1046) wrong.push(`${name}, print: ${chart} is ${height} pixels high`);
    if (table === 0) wrong.push(`${name}, print: the table of ${chart} is closed`);
    if (ground !== 'rgb(255, 255, 255)') wrong.push(`${name}, print: on ${ground}`);
  }
  for (const misfit of await page.evaluate(misfits)) wrong.push(`${name}, print: ${misfit}`);
  await page.pdf({ path: join(folder, `${name}.pdf`), preferCSSPageSize: true, printBackground: false });
  await context.close();
}
await Promise.all(pages.map(check));
await browser.close();
console.log(JSON.stringify(wrong));
