/** The nonce that the main process put into the page for this load; styles made at run time must carry it. */
export function cspNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
}
