import { describe, expect, it } from 'vitest';
import { createPictureHandlers } from './picture-services.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:red}</style><g><path d="M0 0"/></g></svg>';
const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex').toString('base64');

function saved() {
  const files: { name: string; content: string | Uint8Array }[] = [];
  const save = createPictureHandlers({
    saveFile: (name, content) => {
      files.push({ name, content });
      return Promise.resolve(`/home/${name}`);
    },
  })['picture.save'];
  return { files, save };
}

describe('picture.save', () => {
  it('writes a drawing as it is, and an image as its bytes', async () => {
    const { files, save } = saved();
    expect(await save({ name: 'Storage of web-01', format: 'svg', data: SVG })).toBe('/home/Storage of web-01.svg');
    await save({ name: 'Storage of web-01', format: 'png', data: PNG });
    expect(files[0]?.content).toBe(SVG);
    expect(files[1]).toEqual({ name: 'Storage of web-01.png', content: Buffer.from(PNG, 'base64') });
  });

  it.each([
    ['../../etc/passwd', 'etc-passwd.svg'],
    ['a/b\\c:d\n\u202ee', 'a-b-c-d-e.svg'],
    ['...', 'picture.svg'],
    ['', 'picture.svg'],
    ['Größe ディスク', 'Größe ディスク.svg'],
    ['x'.repeat(300), `${'x'.repeat(80)}.svg`],
  ])('makes a file name of %j', async (name, file) => {
    const { files, save } = saved();
    await save({ name, format: 'svg', data: SVG });
    expect(files[0]?.name).toBe(file);
  });

  it.each([
    ['no XML', 'svg', 'MZ'],
    ['XML of another kind', 'svg', '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['a script', 'svg', SVG.replace('<path d="M0 0"/>', '<script>x</script>')],
    ['something foreign', 'svg', SVG.replace('<path d="M0 0"/>', '<foreignObject/>')],
    ['an image in it', 'svg', SVG.replace('<path d="M0 0"/>', '<image href="file:///etc/passwd"/>')],
    ['a handler', 'svg', SVG.replace('<g>', '<g onload="x()">')],
    ['a reference', 'svg', SVG.replace('<g>', '<g xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a">')],
    ['a style from outside', 'svg', SVG.replace('fill:red', 'fill:url(https://example.org/x)')],
    ['the same behind an escape', 'svg', SVG.replace('fill:red', String.raw`fill:u\72l(https://example.org/x)`)],
    ['the same in an attribute', 'svg', SVG.replace('<g>', String.raw`<g fill="u\72l(https://example.org/x)">`)],
    ['an import', 'svg', SVG.replace('.a{fill:red}', '@import "https://example.org/x"')],
    ['a style sheet from outside', 'svg', `<?xml-stylesheet href="https://example.org/x"?>${SVG}`],
    ['an element of no namespace', 'svg', SVG.replace('<g>', '<g><script xmlns=""/>')],
    ['a DTD', 'svg', `<!DOCTYPE svg [<!ENTITY x "y">]>${SVG}`],
    ['no base64', 'png', 'data:image/png;base64,AAAA'],
    ['bytes of another kind', 'png', Buffer.from('#!/bin/sh').toString('base64')],
  ] as const)('writes nothing of %s', async (_what, format, data) => {
    const { files, save } = saved();
    await expect(async () => save({ name: 'x', format, data })).rejects.toMatchObject({
      data: { code: 'invalid-message' },
    });
    expect(files).toEqual([]);
  });
});
