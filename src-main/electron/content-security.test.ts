import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentSecurityPolicy, fillNonce, newNonce } from './content-security.ts';

test('the policy allows the build, styles with the nonce, and nothing else', () => {
  const policy = contentSecurityPolicy('abc');
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'nonce-abc'",
      "img-src 'self' blob:",
      "connect-src 'none'",
    ]),
  );
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
  expect(policy.match(/blob:/g), 'for images alone').toHaveLength(1);
});

test('every load has a nonce of its own, of 144 bits', () => {
  const nonces = new Set(Array.from({ length: 100 }, newNonce));
  expect(nonces.size).toBe(100);
  for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
});

test('the page of the window has the place for it, and a page without is an error', async () => {
  const page = await readFile(join(import.meta.dirname, '../../src-renderer/index.html'), 'utf8');
  expect(fillNonce(page, 'a$&b')).toContain('<meta name="csp-nonce" content="a$&b"');
  expect(() => fillNonce('<html></html>', 'abc')).toThrow();
});
