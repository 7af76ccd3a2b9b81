import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { fakeSalvor } from '../../../harness/fake-salvor.test-support.ts';
import { makeWorld } from '../../../harness/fake-world.test-support.ts';
import { renderWindow } from '../../../harness/render.test-support.tsx';

async function openNames(machine: string) {
  const { user } = await renderWindow(fakeSalvor(makeWorld()));
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${machine}`) }));
  await user.click(await screen.findByRole('radio', { name: 'Names' }));
  return { user, table: screen.getByRole('table', { name: 'Names in the guest' }) };
}

test('a row for each disk, with what its kernel name depends on and which one to use', async () => {
  const { table } = await openNames('web-01');
  const cellsOf = (target: string) => {
    const row = within(table).getByRole('rowheader', { name: target }).closest('tr');
    if (row === null) throw new Error(`no row of ${target}`);
    return within(row).getAllByRole('cell');
  };
  const [kernel, byPath, byId] = cellsOf('sda');
  expect(kernel).toHaveTextContent('/dev/sr0');
  expect(byPath).toHaveTextContent('pci-0000:00:1f.2-ata-1');
  expect(byId).toHaveTextContent('ata-QEMU_DVD-ROM_QM00001');
  const said = (target: string) =>
    screen.getAllByText(target, { selector: 'dt' }).map((name) => name.nextSibling?.textContent);
  expect(said('sda')).toEqual(['The only cdrom drive.', expect.stringMatching(/Use the by-path name/)]);
  // Without addresses, how virtio disks are counted is not told; that is said once for all of them.
  expect(cellsOf('vda')[0]).toHaveTextContent('cannot be told');
  expect(said('vda, vdb, vdc, vdd')).toEqual([expect.stringMatching(/^One of \/dev\/vda to \/dev\/vdd/)]);
  // What cannot be told is a dash to see, and words to hear.
  expect(within(table).getAllByText('cannot be told').length).toBeGreaterThan(0);
});

test('arrows walk the rows', async () => {
  const { user, table } = await openNames('web-01');
  within(table).getByRole('button', { name: 'vda' }).focus();
  await user.keyboard('{ArrowDown}');
  expect(within(table).getByRole('button', { pressed: true })).toHaveFocus();
  expect(within(table).getByRole('button', { pressed: true })).toHaveTextContent('vdb');
  await user.keyboard('{Home}');
  expect(within(table).getByRole('button', { name: 'vda' })).toHaveFocus();
});

test('both copies are what they say', async () => {
  const { user } = await openNames('web-01');
  await user.click(screen.getByRole('button', { name: 'Copy as table' }));
  expect(await navigator.clipboard.readText()).toMatch(
    /^target\tkernel name\tby-id\tby-path\t.*\n(.*\n)*sda\t\/dev\/sr0\t/,
  );
  await user.click(screen.getByRole('button', { name: 'Copy for /etc/fstab' }));
  const lines = (await navigator.clipboard.readText()).trimEnd().split('\n');
  expect(lines[0]).toContain('web-01');
  for (const line of lines) expect(line).toMatch(/^#/);
});
