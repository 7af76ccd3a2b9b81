/** The window is a page that shows what strangers named: seen from inside it, nothing but window.salvor leads out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { CHANNELS } from '../../src-core/contract/channels.ts';
import { test } from './salvor-app.ts';
import type { SalvorApp } from './launch.ts';

type AnyApi = Record<string, (input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>>;

let app: SalvorApp;
test.beforeEach(async ({ launchSalvor }) => {
  app = await launchSalvor();
  await app.window.waitForLoadState();
});

/** Run in the page, outside of the call that asks for it: what DevTools evaluates is exempt from the content security policy. */
function inPage<T>(window: Page, act: () => T): Promise<Awaited<T>> {
  const later = `new Promise((resolve, reject) => setTimeout(() => { try { resolve((${act.toString()})()) } catch (problem) { reject(problem) } }))`;
  return window.evaluate<Awaited<T>>(later);
}

test('the page has no Node, no Electron and no way to make code of text', async () => {
  const seen = await inPage(app.window, () => {
    const names = [
      'require',
      'process',
      'Buffer',
      'global',
      'module',
      'exports',
      '__dirname',
      'ipcRenderer',
      'electron',
    ];
    const evaluated = (run: () => unknown) => {
      try {
        return String(run());
      } catch (problem) {
        return (problem as Error).name;
      }
    };
    return {
      names: names.filter((name) => name in window),
      eval: evaluated(() => (0, eval)('1 + 1')),
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
      function: evaluated(() => new Function('return 1')()),
    };
  });
  expect(seen).toEqual({ names: [], eval: 'EvalError', function: 'EvalError' });
});

test('the window is isolated, sandboxed and keeps web security', async () => {
  const preferences = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => {
      const contents = window.webContents as unknown as { getLastWebPreferences: () => Record<string, unknown> };
      const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
      return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag: webviewTag ?? false };
    }),
  );
  expect(preferences).toEqual([
    { contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false },
  ]);
});

/** Do something in the page; the directives of the content security policy that it violated. */
async function violations(window: Page, act: () => Promise<unknown>): Promise<string[]> {
  await window.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seenViolations: seen });
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
  });
  await act();
  const read = () => window.evaluate(() => (window as unknown as { seenViolations: string[] }).seenViolations);
  await expect.poll(async () => (await read()).length).toBeGreaterThan(0);
  return read();
}

const FORBIDDEN: readonly (readonly [string, string, () => unknown])[] = [
  [
    'an inline script',
    'script-src',
    () => {
      const script = document.createElement('script');
      script.textContent = 'window.ranInline = true';
      document.body.append(script);
    },
  ],
  [
    'an event handler in markup',
    'script-src',
    () => {
      document.body.insertAdjacentHTML('beforeend', '<p id="handler" onclick="window.ranInline = true">');
      document.getElementById('handler')?.click();
    },
  ],
  [
    'a script from outside',
    'script-src',
    () => document.body.append(Object.assign(document.createElement('script'), { src: 'https://example.org/x.js' })),
  ],
  [
    'a style without nonce',
    'style-src',
    () => document.head.append(Object.assign(document.createElement('style'), { textContent: 'body { color: red }' })),
  ],
  ['a request to outside', 'connect-src', () => fetch('https://example.org/').catch(() => null)],
  ['a request to this machine', 'connect-src', () => fetch('http://127.0.0.1:9/').catch(() => null)],
  ['a WebSocket', 'connect-src', () => new WebSocket('wss://example.org/')],
  ['an image from outside', 'img-src', () => Object.assign(new Image(), { src: 'https://example.org/x.png' }).src],
  [
    'a frame',
    'frame-src',
    () => document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.org/' })),
  ],
  [
    'a plug-in',
    'object-src',
    () => document.body.append(Object.assign(document.createElement('object'), { data: 'https://example.org/' })),
  ],
];

for (const [what, directive, act] of FORBIDDEN) {
  test(`the content security policy refuses ${what}`, async () => {
    const violated = await violations(app.window, () => inPage(app.window, act));
    expect(
      violated.some((name) => name.startsWith(directive)),
      violated.join(', '),
    ).toBe(true);
    expect(await app.window.evaluate(() => 'ranInline' in window)).toBe(false);
  });
}

test('the policy allows no inline, no eval and nothing by default', async () => {
  const policy = await app.window
    .evaluate(async () => (await fetch(location.href)).headers.get('content-security-policy'))
    .catch(() => null);
  const fromMain = await app.electron.evaluate(
    async ({ net }, url) => (await net.fetch(url)).headers.get('content-security-policy'),
    app.window.url(),
  );
  const text = policy ?? fromMain ?? '';
  expect(text).toContain("default-src 'none'");
  expect(text).not.toMatch(/unsafe-(inline|eval)|\*|https?:/);
});

test('no window is opened and the page cannot be left', async () => {
  const at = app.window.url();
  expect(at).toMatch(/^app:/);
  expect(await app.window.evaluate(() => window.open('https://example.org/'))).toBeNull();
  expect(await app.window.evaluate(() => window.open('about:blank'))).toBeNull();
  for (const target of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,hi', 'app://other/index.html']) {
    await app.window.evaluate((url) => {
      const link = Object.assign(document.createElement('a'), { href: url });
      document.body.append(link);
      link.click();
      location.assign(url);
    }, target);
  }
  // A navigation that was allowed would have committed before the answer to a question asked after it.
  await app.window.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
  expect(app.window.url()).toBe(at);
  expect(app.electron.windows()).toHaveLength(1);
});

test('no permission is granted', async () => {
  const answers = await app.window.evaluate(async () => {
    const named = (problem: unknown) => (problem as Error).name;
    const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
    return {
      camera: (await mediaDevices?.getUserMedia({ video: true, audio: true }).then(() => 'granted', named)) ?? 'absent',
      notifications: await Notification.requestPermission(),
      place: await new Promise((resolve) =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          () => resolve('denied'),
        ),
      ),
    };
  });
  expect(answers).toEqual({
    camera: expect.stringMatching(/NotAllowedError|NotFoundError|absent/) as unknown,
    notifications: 'denied',
    place: 'denied',
  });
});

test('app:// serves the application and no other file', async () => {
  const { origin } = await app.window.evaluate(() => ({ origin: `${location.protocol}//${location.host}` }));
  const status = (path: string) =>
    app.electron
      .evaluate(async ({ net }, url) => (await net.fetch(url)).status, `${origin}/${path}`)
      .catch(() => 'refused');
  expect(await status('index.html')).toBe(200);
  for (const path of [
    '../../package.json',
    '%2e%2e/%2e%2e/package.json',
    '..%2f..%2fpackage.json',
    '..%5c..%5cpackage.json',
    '/etc/passwd',
    '%00',
    'nowhere.html',
  ]) {
    expect(await status(path), path).not.toBe(200);
  }
});

test('window.salvor has the channels of the contract, and cannot be changed', async () => {
  const api = await app.window.evaluate(() => {
    const salvor = (window as unknown as { salvor: Record<string, unknown> }).salvor;
    const before = salvor['hosts.list'];
    const replaced = Reflect.set(salvor, 'hosts.list', () => 'forged');
    const added = Reflect.set(salvor, 'extra', () => 'forged');
    const whole = Reflect.set(window, 'salvor', {});
    return {
      names: Object.keys(salvor).sort(),
      kinds: [...new Set(Object.values(salvor).map((value) => typeof value))],
      frozen: Object.isFrozen(salvor),
      changed: [replaced, added, whole],
      same: before === (window as unknown as { salvor: Record<string, unknown> }).salvor['hosts.list'],
    };
  });
  expect(api).toEqual({
    names: [...Object.keys(CHANNELS), 'offerFile', 'onEvent'].sort(),
    kinds: ['function'],
    frozen: true,
    changed: [false, false, false],
    same: true,
  });
});

test('every channel answers a malformed message with invalid-message', async () => {
  const wrong = [undefined, 0, 'x', [], { hostId: 7 }, { extra: true }, { hostId: 'x'.repeat(10_000) }];
  const answers = await app.window.evaluate(
    async ({ names, inputs }) => {
      const salvor = (window as unknown as { salvor: AnyApi }).salvor;
      const codes: [string, string][] = [];
      for (const name of names) {
        for (const input of inputs) {
          const answer = await (salvor[name] as AnyApi[string])(input);
          codes.push([`${name} ${JSON.stringify(input)}`.slice(0, 80), answer.ok ? 'ok' : (answer.error?.code ?? '?')]);
        }
      }
      return codes;
    },
    { names: Object.keys(CHANNELS), inputs: wrong },
  );
  expect(answers.length).toBe(Object.keys(CHANNELS).length * wrong.length);
  expect(answers.filter(([, code]) => code !== 'invalid-message')).toEqual([]);
});

test('a page cannot offer a file that nobody dropped: what it makes itself has no path', async () => {
  const offered = await app.window.evaluate(async () => {
    const { offerFile } = (window as unknown as { salvor: AnyApi }).salvor;
    const outcomes: unknown[] = [];
    for (const file of [new File(['x'], 'passwd'), { path: '/etc/passwd', name: 'passwd' }, '/etc/passwd', null]) {
      const answer: unknown = await Promise.resolve()
        .then(() => (offerFile as AnyApi[string])(file))
        .then(
          (given) => (given.ok ? ((given as { value?: unknown }).value ?? null) : given.error?.code),
          () => 'refused',
        );
      outcomes.push(answer);
    }
    return outcomes;
  });
  for (const outcome of offered) expect([null, 'refused', 'invalid-message', 'file-unreadable']).toContain(outcome);
});

test('a well-formed message about what is not there is answered in words', async () => {
  const answer = await app.window.evaluate(() => {
    const salvor = (window as unknown as { salvor: AnyApi }).salvor;
    return (salvor['hosts.connect'] as AnyApi[string])({ hostId: 'nowhere' });
  });
  expect(answer).toMatchObject({
    ok: false,
    error: { code: 'host-not-found', message: expect.any(String) as unknown },
  });
});

test('a second start hands over to the first and ends', async () => {
  const args = app.electron
    .process()
    .spawnargs.slice(1)
    .filter((arg) => !/^--(inspect|remote-debugging-port)/.test(arg) && arg !== '-r' && !arg.includes('playwright'));
  const second = spawn(app.electron.process().spawnfile, args, { stdio: 'ignore' });
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(app.electron.windows()).toHaveLength(1);
});
