/** What no page may do, whatever gets into it. */
import { app, session } from 'electron';
import type { Session, WebContents } from 'electron';
import { APP_ORIGIN } from './app-protocol.ts';

/** Copying a path or a definition is all that the window asks the system for. */
const ALLOWED_PERMISSIONS: readonly string[] = ['clipboard-sanitized-write'];

/** Once, when the application is ready and before the first window. */
export function lockDown(): void {
  lockSession(session.defaultSession);
  app.on('session-created', lockSession);
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
}

function lockSession(target: Session): void {
  target.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(ALLOWED_PERMISSIONS.includes(permission)),
  );
  target.setPermissionCheckHandler((_contents, permission) => ALLOWED_PERMISSIONS.includes(permission));
  target.setDevicePermissionHandler(() => false);
  target.on('will-download', (event) => event.preventDefault());
  // Nothing is fetched from anywhere, even if a page found a way around its policy.
  target.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }));
}

function mayLoad(url: string): boolean {
  return url.startsWith(`${APP_ORIGIN}/`) || (!app.isPackaged && url.startsWith('devtools:'));
}

function lockContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
