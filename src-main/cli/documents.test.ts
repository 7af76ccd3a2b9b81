/** What the documents say of the command line, and where their links lead. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { program } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The block of the guide that lists all commands. */
function synopsis(): readonly string[] {
  const [, section = ''] = read('docs/guide.md').split('\n## The command line\n');
  return (/```\n(salvor list.*?)```/s.exec(section)?.[1] ?? '').split('\n').filter((line) => line !== '');
}

const optionsIn = (text: string) => text.match(/--[a-z][a-z0-9-]*/g) ?? [];

/** `salvor media add` and the like, with all options that the guide gives it: those of its lines, and of the groups that are named there. */
function documented(commands: readonly string[]): Record<string, string[]> {
  const found = new Map<string, Set<string>>();
  let current = '';
  for (const line of synopsis()) {
    const group = /^([A-Z]+) {2}/.exec(line)?.[1];
    // The longest that fits: `salvor history show` begins with `salvor history`.
    const named = commands
      .filter((path) => line === path || line.startsWith(`${path} `))
      .sort((a, b) => b.length - a.length);
    if (line.startsWith('salvor')) current = named[0] ?? line;
    if (group !== undefined) current = group;
    const words = found.get(current) ?? new Set();
    for (const option of optionsIn(line)) words.add(option);
    if (line.startsWith('salvor')) for (const word of line.match(/\b(?:REQUEST|STOP|WORDS)\b/g) ?? []) words.add(word);
    found.set(current, words);
  }
  const expanded = (words: Set<string>) => [...words].flatMap((word) => [...(found.get(word) ?? [word])]).sort();
  return Object.fromEntries(
    [...found].filter(([path]) => path.startsWith('salvor')).map(([path, words]) => [path, expanded(words)]),
  );
}

/** Said in words above the list: they are no command's own. */
const GENERAL: readonly (string | undefined)[] = ['--json', '--version'];

/** The same as commander has them; of a group only its commands. */
function known(command: Command, path = ''): Record<string, string[]> {
  const own = `${path}${command.name()}`;
  const options = command.options.map(({ long }) => long ?? '').filter((long) => !GENERAL.includes(long));
  const isGroup = command.commands.length > 0 && options.length === 0;
  const below = command.commands.map((each) => known(each, `${own} `));
  return Object.assign({}, isGroup ? {} : { [own]: options.sort() }, ...below) as Record<string, string[]>;
}

test('the guide has each command with all of its options, and no others', () => {
  const commands = known(program(false, () => undefined));
  expect(documented(Object.keys(commands))).toEqual(commands);
});

const DOCUMENTS = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'packages/node-libvirt/README.md'],
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

describe('links', () => {
  test.each(DOCUMENTS)('of %s lead to files that are there', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)].map(([, link = '']) => link);
    const missing = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(join(ROOT, normalize(join(dirname(document), link)))));
    expect(missing).toEqual([]);
  });
});
