import { describe, expect, test } from 'vitest';
import { row, session } from '../../../harness/fake-world.test-support.ts';
import { searchMachines, sortMachines } from './search.ts';

const web2 = row({ uuid: 'aaaa', name: 'web-2', disks: [{ target: 'vda', source: '/images/web-2.qcow2' }] });
const web10 = row({ uuid: 'bbbb', name: 'web-10', state: 'shutoff' });
const mail = row({ uuid: 'cccc', name: 'Mail', title: 'Relay', hostId: 'kvm', hostName: 'kvm-7', session: session() });
const rows = sortMachines([web10, mail, web2]);

describe('sortMachines', () => {
  test('counts as people do, and without regard to case', () => {
    expect(rows.map((one) => one.name)).toEqual(['Mail', 'web-2', 'web-10']);
  });

  test('does not depend on the order in which rows arrived', () => {
    const twins = [
      row({ uuid: '1', name: 'a', hostName: 'x' }),
      row({ uuid: '2', name: 'a', hostName: 'b' }),
      row({ uuid: '0', name: 'a', hostName: 'x' }),
    ];
    expect(sortMachines(twins).map((one) => one.uuid)).toEqual(['2', '0', '1']);
    expect(sortMachines(twins.toReversed()).map((one) => one.uuid)).toEqual(['2', '0', '1']);
  });
});

describe('searchMachines', () => {
  test.each([
    ['', 'all', ['Mail', 'web-2', 'web-10']],
    ['WEB', 'all', ['web-2', 'web-10']],
    ['bbbb', 'all', ['web-10']],
    ['kvm-7', 'all', ['Mail']],
    ['relay', 'all', ['Mail']],
    ['shutoff', 'all', ['web-10']],
    ['/images/web', 'all', ['web-2']],
    ['web vda', 'all', ['web-2']],
    ['web mail', 'all', []],
    ['', 'rescue', ['Mail']],
    ['rescue', 'all', ['Mail']],
    ['', 'running', ['Mail', 'web-2']],
    ['web', 'running', ['web-2']],
  ] as const)('“%s” among %s', (query, filter, names) => {
    expect(searchMachines(rows, query, filter).map((one) => one.name)).toEqual(names);
  });

  test('sees a row that was replaced', () => {
    const renamed = { ...web2, name: 'db-1' };
    expect(searchMachines([renamed], 'db-1', 'all')).toEqual([renamed]);
    expect(searchMachines([web2], 'db-1', 'all')).toEqual([]);
  });
});
