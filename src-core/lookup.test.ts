import { describe, expect, it } from 'vitest';
import { lookup } from './lookup.ts';
import { diskXml, domainXml, inputs } from './rescue/inputs.test-support.ts';
import { previewRescue } from './rescue/plan.ts';

/** What every object of JavaScript has. */
const WORDS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

describe('lookup', () => {
  it.each(WORDS)('finds no %s', (word) => {
    expect(lookup({ a: 1 }, word)).toBeUndefined();
    expect(lookup({ a: 1 }, 'a')).toBe(1);
  });

  it.each(WORDS)('a definition may say %s wherever it names a kind', (word) => {
    const disk = diskXml('sda', word).replace("type='file'", `type='${word}'`);
    const controllers = `<controller type='usb' model='${word}'/><controller type='${word}'/>`;
    const shapes = [
      domainXml({ devices: disk + controllers }),
      domainXml({ type: word }),
      domainXml({ machine: word, arch: word }),
      domainXml().replace("unit='KiB'", `unit='${word}'`),
    ];
    for (const xml of shapes) {
      const { plan } = previewRescue(inputs({ xml }));
      expect(structuredClone(plan)).toEqual(plan);
    }
  });
});
