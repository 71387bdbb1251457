import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { loadOf } from '../examples/demo/load.js';
import { optionsFrom } from '../examples/demo/options.js';
import { launch } from './browser/chromium.js';
import { collisions, contrasts, piecesOf } from './browser/legible.js';

// The demo itself, shortened, and the page that it writes, in Chromium.

jest.setTimeout(60_000);

const NAMES = ['axios', 'axios-retry', 'axios-resilience'];
const folder = mkdtempSync(join(tmpdir(), 'demo-report-'));
const file = join(folder, 'report.html');

let browser: Browser;
let output: string;
let refused: Awaited<ReturnType<typeof demo>>;
/** The report, for tests that only read it. */
let report: Page;

beforeAll(async () => {
  const ran = demo('--short', '--report', file);
  [browser, refused, { output }] = await Promise.all([launch(), demo('--report', folder), ran]);
  expect(await ran).toEqual({ code: 0, output: expect.stringContaining(file) });
  report = (await open('light', 1280)).page;
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the report; what it says, asks of the network, or does wrong is kept. */
async function open(colorScheme: 'light' | 'dark', width: number): Promise<{ page: Page; heard: string[] }> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const heard: string[] = [];
  const url = pathToFileURL(file).href;
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('request', (request) => request.url() !== url && heard.push(request.url()));
  await page.goto(url);
  return { page, heard };
}

describe('the figures', () => {
  test('in the picture are those in the terminal', async () => {
    const lines = output.split('\n').map((line) => line.trim().split(/ {2,}/));
    const told = NAMES.map((name) => lines.find((cells) => cells[0] === name && cells.length === 9));
    const drawn = await report.evaluate(() => {
      const texts = (selector: string, within: ParentNode = document) =>
        [...within.querySelectorAll(selector)].map((element) => element.textContent ?? '');
      const names = texts('thead th');
      return {
        table: names.map((name, i) => [name, ...texts(`tbody td:nth-child(${i + 2})`)]),
        panels: [...document.querySelectorAll('.panel')].map((panel) => ({
          name: texts('h2', panel)[0],
          glance: texts('.glance dd', panel),
          peak: texts('.peak', panel),
          marks: (panel.querySelector('path.retry')?.getAttribute('d')?.match(/M/g) ?? []).length,
          open: panel.querySelectorAll('rect.open').length,
          description: texts('desc', panel)[0],
        })),
        headline: texts('h1')[0],
        outcome: texts('.lead')[0],
        deeds: texts('.deeds dd'),
      };
    });
    expect(drawn.table).toEqual(told);
    for (const [i, [name, calls, succeeded, share, requests, peak, , , twice]] of drawn.table.entries()) {
      const panel = drawn.panels[i];
      expect(panel).toMatchObject({ name, glance: [share, `${peak} requests`, `${twice} POSTs`], peak: [`${peak}/s`] });
      expect(panel?.description).toContain(`got ${requests} requests, at most ${peak} in one second`);
      expect(panel?.description).toContain(`${succeeded} of ${calls} calls succeeded; there were`);
      expect(drawn.headline).toContain(`${peak} from ${name}`);
      expect(drawn.outcome).toContain(`${share} with ${name}`);
      expect(drawn.outcome).toContain(`${twice} with ${name}`);
    }
    const [retried = '', refused, gaveUp, ...circuit] = drawn.deeds;
    for (const deed of [`retried   ${retried}`, `refused   ${refused}`, `gave up   ${gaveUp}`, ...circuit]) {
      expect(output).toContain(`\n  ${deed}\n`);
    }
    const retries = [...retried.matchAll(/ (\d+) ×/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    expect(retries).toBeGreaterThan(0);
    expect(drawn.panels[2]?.description).toContain(`there were ${retries} retries`);
    // A retry after the script ended is counted, but there is no room to draw it.
    for (const { marks, description = '' } of drawn.panels) {
      expect(marks).toBeLessThanOrEqual(Number(/there were (\d+) retries/.exec(description)?.[1]));
    }
    expect(drawn.panels[0]?.marks).toBe(0);
    expect(drawn.panels[2]?.marks).toBeGreaterThan(retries / 2);
    expect(drawn.panels.map(({ open }) => open > 0)).toEqual([false, false, true]);
  });

  test('the peak is that of any one second, wherever it begins', () => {
    const requestsAt = [0, 900, 950, 990, 1_010, 1_050, 1_899, 1_900, 3_400];
    expect(loadOf(requestsAt, 4_000)).toMatchObject({ peak: 6, peakAt: 1_899 });
    expect(loadOf(requestsAt, 4_000).slices).toEqual([1, 1, 1, 4, 5, 5, 5, 6, 4, 2, 2, 2, 0, 1, 1, 1]);
  });
});

test('a peak is written to the left of the line at the end, however late it is', () => {
  // In a process of its own: the script of the demo reads its command line.
  const program = `
    import { load } from './examples/demo/report/rows.ts';
    import { LENGTH_MS, SHOWN_MS } from './examples/demo/script.ts';
    for (const peakAt of [0.81 * SHOWN_MS, LENGTH_MS - 1, LENGTH_MS, LENGTH_MS + 200, SHOWN_MS + 200]) {
      const figures = { load: { slices: [], peak: 106, peakAt } };
      const [, at] = /class="peak last" x="(.+?)%"/.exec(load(figures, [figures], 38, 158)) ?? [];
      console.log((100 * LENGTH_MS) / SHOWN_MS - Number(at));
    }`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const distances = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n').map(Number);
  expect(distances).toHaveLength(5);
  expect(Math.min(...distances)).toBeGreaterThanOrEqual(0.99);
});

describe.each(['light', 'dark'] as const)('in the %s', (scheme) => {
  test.each([1280, 390])('at a width of %i px it is legible, silent, and needs nothing', async (width) => {
    const { page, heard } = await open(scheme, width);
    const pieces = await piecesOf(page);
    const measured = await contrasts(page, pieces);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const wrong = {
      heard,
      overflow: Math.max(0, overflow),
      small: pieces.filter(({ fontSize }) => fontSize < 11).map(({ text }) => text),
      faint: measured.filter(({ contrast }) => contrast < 4.5),
      colliding: collisions(pieces),
      cut: pieces.filter(({ boxes }) => boxes.some(({ left, right }) => left < 0 || right > width)).map((p) => p.text),
    };
    expect(wrong).toEqual({ heard: [], overflow: 0, small: [], faint: [], colliding: [], cut: [] });
    expect(pieces.length).toBeGreaterThan(100);
    await page.context().close();
  });
});

describe('for those who cannot see it, or not all of it', () => {
  test('each chart has a name and a description, the table its headers, and nothing moves', async () => {
    const found = await report.evaluate(() => {
      const named = (element: Element, attribute: string) =>
        document.getElementById(element.getAttribute(attribute) ?? '')?.textContent ?? '';
      const charts = [...document.querySelectorAll('svg:not([aria-hidden]):not(svg svg)')];
      return {
        names: charts.map((chart) => named(chart, 'aria-labelledby')),
        described: charts.map((chart) => named(chart, 'aria-describedby').length > 50),
        headers: document.querySelectorAll('th[scope=col], th[scope=row]').length,
        scripts: document.scripts.length,
        moving: document.getAnimations().length,
      };
    });
    expect(found).toEqual({
      names: NAMES.map((name) => `${name} over time`),
      described: [true, true, true],
      headers: 11,
      scripts: 0,
      moving: 0,
    });
    expect(readFileSync(file, 'utf8')).not.toMatch(/animation|transition|<animate/);
  });

  test('what is bad is striped, and the states of the circuit differ in shape', async () => {
    const found = await report.evaluate(() => {
      const first = (selector: string) => document.querySelector(`.chart ${selector}`) as Element;
      const fills = ['.failed', '.load', '.succeeded'].map((s) => getComputedStyle(first(s)).fill.includes('#stripes'));
      const heights = ['.open', '.closed'].map((selector) => Number(first(selector).getAttribute('height')));
      return { fills, heights: new Set(heights).size };
    });
    expect(found).toEqual({ fills: [true, false, false], heights: 2 });
  });
});

describe('where the report goes', () => {
  test('a file of the working folder, or what --report names', () => {
    expect(optionsFrom([]).report).toBe(join(process.cwd(), 'demo-report.html'));
    expect(optionsFrom(['--report', file])).toEqual({ report: file, short: false });
  });

  test.each([
    [['--report', join(folder, 'nowhere', 'report.html')], /there is no folder .*nowhere$/],
    [['--report', join(__filename, 'report.html')], /is not a folder$/],
    [['--report', folder], /is not a file$/],
    [['--report', ''], /needs the name of a file$/],
    [['--rapport', file], /Unknown option '--rapport'/],
  ])('%j is refused', (options, why) => {
    expect(() => optionsFrom(options)).toThrow(why);
  });

  test('and refused before the demo begins', () => {
    const { code, output } = refused;
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringMatching(/is not a file\nnpm run demo -- .*\n$/),
    });
  });
});

/** Everything the demo prints, and how it ends. */
function demo(...options: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const command = ['--import', 'tsx', 'examples/demo/main.ts', ...options];
    const child = spawn(process.execPath, command, { timeout: 30_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}
