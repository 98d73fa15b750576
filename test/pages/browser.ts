import { createServer, type Server } from 'node:http';
import { after, before } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium as engine, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, chromium, chromiumEnvironment, NO_CHROMIUM } from '../../local/chromium.ts';
import { systemClock } from '../../shared/app/clock.ts';
import type { Facts } from '../../shared/status/facts.ts';
import { statusReply } from '../../shared/status/http-reply.ts';
import { close, listen, WAIT_MS } from '../wait.ts';

/** The page in a real browser, served with the headers it has in the product. */

export interface Served {
  /** Opens the page of these facts. */
  open(facts: Facts, options?: BrowserContextOptions): Promise<Page>;
  /** What the page wrote to the console, and requests for anything but itself. */
  readonly complaints: string[];
}

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** One browser for the tests of a file. In CI there has to be one; elsewhere its tests are skipped without. */
export function browser(): Served {
  let running: Browser | undefined;
  let server: Server | undefined;
  let port = 0;
  let shown: Facts | undefined;
  const complaints: string[] = [];

  before(async () => {
    const executablePath = chromium();
    if (executablePath === undefined) {
      if (process.env['CI'] === 'true') throw new Error(NO_CHROMIUM);
      return;
    }
    running = await engine.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: chromiumEnvironment() });
    server = createServer(async (request, response) => {
      const asked = { method: request.method ?? '', accept: request.headers.accept ?? null, format: null };
      const reply = await statusReply(asked, systemClock, async () => {
        if (shown === undefined) throw new Error('Nothing is shown');
        return shown;
      });
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
    port = await listen(server);
  });
  after(async () => {
    await running?.close();
    if (server !== undefined) await close(server);
  });

  return {
    complaints,
    async open(facts, options = {}) {
      if (running === undefined) throw new Error(NO_CHROMIUM);
      shown = facts;
      const context = await running.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      context.setDefaultTimeout(WAIT_MS);
      const page = await context.newPage();
      const url = `http://127.0.0.1:${port}/api/status`;
      page.on('console', message => complaints.push(message.text()));
      page.on('pageerror', error => complaints.push(String(error)));
      page.on('request', request => {
        if (request.url() !== url && !request.url().endsWith('/favicon.ico')) complaints.push(request.url());
      });
      await page.goto(url);
      return page;
    },
  };
}

/** Option of a test that needs a browser: skipped where there can be none, which in CI is a failure instead. */
export const NEEDS_BROWSER = { skip: process.env['CI'] !== 'true' && chromium() === undefined ? NO_CHROMIUM : false };
