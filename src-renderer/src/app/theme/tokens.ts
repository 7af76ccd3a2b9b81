/**
 * Every colour of the window, once. MUI's theme is made from these, and the style sheets read them as custom properties
 * (`--text`, `--added-bg`, …). Each text colour has a contrast of at least 4.5 : 1 on every background it is used on.
 */
export interface Tokens {
  /** The window behind the panes, and the side pane. */
  readonly chrome: string;
  /** Where content is read. */
  readonly surface: string;
  /** Table heads, code, fields that are read and not written. */
  readonly sunken: string;
  readonly hairline: string;
  /** Borders of controls: 3 : 1 against the surface. */
  readonly control: string;
  readonly text: string;
  readonly muted: string;
  readonly hover: string;
  readonly accent: string;
  readonly accentText: string;
  readonly accentHover: string;
  readonly onAccent: string;
  readonly selected: string;
  /** In rescue, and warnings. */
  readonly amber: string;
  readonly amberBg: string;
  readonly amberLine: string;
  /** Added by the rescue. */
  readonly teal: string;
  readonly tealBg: string;
  readonly tealLine: string;
  /** Refused, failed. */
  readonly red: string;
  readonly redBg: string;
  readonly redLine: string;
  readonly green: string;
  readonly xmlName: string;
  readonly xmlAttribute: string;
  readonly xmlString: string;
}

export type ColourMode = 'light' | 'dark';

export const TOKENS: Readonly<Record<ColourMode, Tokens>> = {
  light: {
    chrome: '#f3f4f6',
    surface: '#ffffff',
    sunken: '#f8f9fa',
    hairline: '#dcdfe4',
    control: '#868e99',
    text: '#1a1d21',
    muted: '#565e68',
    hover: '#ebedf0',
    accent: '#2a5db0',
    accentText: '#2a5db0',
    accentHover: '#224c91',
    onAccent: '#ffffff',
    selected: '#dde7f7',
    amber: '#7c4a00',
    amberBg: '#fff3d9',
    amberLine: '#d99a2b',
    teal: '#0a6363',
    tealBg: '#e0f3f1',
    tealLine: '#3a9d98',
    red: '#a5201a',
    redBg: '#fdeceb',
    redLine: '#d9655e',
    green: '#1f6b36',
    xmlName: '#2a5db0',
    xmlAttribute: '#565e68',
    xmlString: '#0a6363',
  },
  dark: {
    chrome: '#15171a',
    surface: '#1b1e22',
    sunken: '#202429',
    hairline: '#30353c',
    control: '#717a86',
    text: '#e4e7eb',
    muted: '#a3abb5',
    hover: '#262b31',
    accent: '#3d74cf',
    accentText: '#85b3f6',
    accentHover: '#3568bd',
    onAccent: '#ffffff',
    selected: '#24364f',
    amber: '#f2bd62',
    amberBg: '#33280f',
    amberLine: '#8f6a22',
    teal: '#63cdc4',
    tealBg: '#10302e',
    tealLine: '#2f807a',
    red: '#ff9a91',
    redBg: '#3a1917',
    redLine: '#a34740',
    green: '#7fce97',
    xmlName: '#85b3f6',
    xmlAttribute: '#a3abb5',
    xmlString: '#63cdc4',
  },
};

export const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Cantarell, Ubuntu, "Liberation Sans", "DejaVu Sans", sans-serif';
export const MONO =
  'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "Liberation Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

function propertyName(token: string): string {
  return `--${token.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Put the tokens of a mode on the root element, where the style sheets read them. */
export function applyTokens(mode: ColourMode, root: HTMLElement): void {
  for (const [token, value] of Object.entries(TOKENS[mode])) root.style.setProperty(propertyName(token), String(value));
  root.style.setProperty('--font', FONT);
  root.style.setProperty('--mono', MONO);
  root.style.colorScheme = mode;
  root.dataset['theme'] = mode;
}
