/** Values of secrets that a person hands over: read from files or standard input, never from the command line, which others can see. */
import { plain, tell } from './output.ts';
import { usage } from './arguments.ts';
import { readBytes } from './read-file.ts';

/** libvirt takes no longer ones. */
const MAX_LENGTH = 65_536;
const SECRET = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})=(?:@(.+)|(-))$/is;
const NEWLINE = 0x0a;

/** Where the value of a secret comes from: a file, or standard input (`-`). */
export interface SecretSource {
  readonly uuid: string;
  readonly from: string;
}

/** UUID=@FILE, UUID=- or UUID=@-. What is given instead is never repeated: it may be the value. */
export function parseSecrets(texts: readonly string[]): readonly SecretSource[] {
  const sources = texts.map((text) => {
    const match = SECRET.exec(text);
    if (match === null)
      throw usage(
        '--secret takes UUID=@FILE, or UUID=- for standard input; the value itself has no place on a command line, where others can see it',
      );
    return { uuid: (match[1] ?? '').toLowerCase(), from: match[2] ?? '-' };
  });
  if (new Set(sources.map(({ uuid }) => uuid)).size < sources.length) throw usage('--secret: one value a secret');
  if (sources.filter(({ from }) => from === '-').length > 1)
    throw usage('--secret: standard input holds one value; give the others as files');
  return sources;
}

/** By UUID the bytes as they are, as virsh secret-set-value --file takes them: a line end at the end belongs to the value. Throws file-unreadable and usage. */
export async function readSecrets(sources: readonly SecretSource[], quiet: boolean): Promise<Map<string, Buffer>> {
  if (process.stdin.isTTY && sources.some(({ from }) => from === '-'))
    throw usage('--secret UUID=-: standard input is a terminal, which shows what is typed; give a file or a pipe');
  const values = new Map<string, Buffer>();
  for (const { uuid, from } of sources) {
    const bytes = await readBytes(from, MAX_LENGTH);
    if (bytes.length === 0)
      throw usage(`--secret ${uuid}: there is nothing in ${from === '-' ? 'standard input' : from}`);
    if (bytes.at(-1) === NEWLINE && !quiet)
      tell(`salvor: the value of ${uuid} ends with a line end, which is taken as a part of it (${plain(from)})`);
    values.set(uuid, bytes);
  }
  return values;
}
