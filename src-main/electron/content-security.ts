/** The content security policy of the window, and its one page filled in for a load. */
import { randomBytes } from 'node:crypto';

/**
 * Nothing but what the build holds. Styles that MUI and CodeMirror make at run time carry the nonce of this load; nothing is
 * 'unsafe-inline', neither scripts nor styles. Images are files of the build, and blobs that the page made itself: a drawing becomes a PNG
 * only by way of an image, and nobody but the page can make a blob of its origin.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

export function newNonce(): string {
  return randomBytes(18).toString('base64');
}

const NONCE_META = /(<meta name="csp-nonce" content=")[^"]*(")/;

/** The page with the nonce where its scripts look for it. */
export function fillNonce(html: string, nonce: string): string {
  if (!NONCE_META.test(html)) throw new Error('index.html has no <meta name="csp-nonce">');
  return html.replace(NONCE_META, (_whole, before: string, after: string) => `${before}${nonce}${after}`);
}
