/** app://salvor/: the window's own files, and no others. */
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { protocol } from 'electron';
import { contentSecurityPolicy, fillNonce, newNonce } from './content-security.ts';

const SCHEME = 'app';
export const APP_ORIGIN = `${SCHEME}://salvor`;
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Before the application is ready: the scheme is a real origin, with a secure context. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/**
 * Serve the files that are in the folder now, by their exact names. A request is looked up in that list and never becomes a path, so there
 * is nothing to traverse.
 */
export async function serveApp(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, file).split(sep).join('/')}`, file);
  }
  protocol.handle(SCHEME, (request) => answer(files, request));
}

async function answer(files: ReadonlyMap<string, string>, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const file = url.host === 'salvor' && request.method === 'GET' ? files.get(url.pathname) : undefined;
  if (file === undefined) return new Response('Not found', { status: 404, headers: { 'content-type': 'text/plain' } });
  const headers: Record<string, string> = {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
  };
  const content = await readFile(file);
  if (extname(file) !== '.html') return new Response(new Uint8Array(content), { headers });
  const nonce = newNonce();
  return new Response(fillNonce(content.toString('utf8'), nonce), {
    headers: { ...headers, 'content-security-policy': contentSecurityPolicy(nonce), 'cache-control': 'no-store' },
  });
}
