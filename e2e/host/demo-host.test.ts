/** The demo host as libvirt's own test driver loads it: nothing is installed for it but libvirt's client library. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../testbed/command.ts';

const DEMO = join(import.meta.dirname, '../../assets/demo');

/** The test driver's state lives in the process, so all of a test's commands go to one virsh. Its answer to each, in order. */
async function virsh(...commands: readonly string[]): Promise<string[]> {
  const input = `${commands.join('\n')}\n`;
  const done = await runCommand('virsh', ['-q', '-c', `test://${join(DEMO, 'host.xml')}`], { input });
  expect(done).toMatchObject({ code: 0, stderr: '' });
  return done.stdout
    .split(/^virsh # .*$/m)
    .slice(1, commands.length + 1)
    .map((answer) => answer.trim());
}

const names = (list: string | undefined): string[] => (list ?? '').split('\n').map((name) => name.trim());

describe('the demo host', () => {
  it('loads, with its machines in the states they are to be in', async () => {
    const [running, off, saved, snapshots] = await virsh(
      'list --name',
      'list --inactive --name',
      'list --all --name --with-managed-save',
      'list --all --name --with-snapshot',
    );
    expect(names(running)).toHaveLength(13);
    expect(names(off)).toEqual(['build-agent-07', 'erp-app-01', 'staging-web-02']);
    expect(names(saved)).toEqual(['build-agent-07']);
    expect(names(snapshots)).toEqual(['staging-web-02']);
  });

  it('has pools with media, one without volumes, and none fuller than it is', async () => {
    const [pools, media, empty, ...fill] = await virsh(
      'pool-list --name',
      'vol-list rescue-media',
      'vol-list uploads',
      'pool-info --bytes default',
      'pool-info --bytes vg-guests',
    );
    expect(names(pools)).toEqual(['archive-nfs', 'default', 'rescue-media', 'uploads', 'vg-guests']);
    expect(media).toContain('/srv/rescue/systemrescue-12.02-amd64.iso');
    expect(empty).toBe('');
    for (const info of fill) {
      const capacity = Number(/Capacity: +(\d+)/.exec(info)?.[1]);
      expect(Number(/Available: +(\d+)/.exec(info)?.[1])).toBeLessThan(capacity);
    }
  });

  it('takes the rescue of erp-app-01, which leaves its definition alone and ends without a trace', async () => {
    const inactive = 'dumpxml --inactive --security-info erp-app-01';
    const [before, , state, live, during, , after] = await virsh(
      inactive,
      `create ${join(DEMO, 'in-rescue.xml')}`,
      'domstate erp-app-01',
      'dumpxml erp-app-01',
      inactive,
      'destroy erp-app-01',
      inactive,
    );
    expect(state).toBe('running');
    expect(live).toContain('urn:salvor:rescue:1');
    expect(live).toContain('ua-salvor-rescue');
    expect(during).toBe(before);
    expect(after).toBe(before);
  });
});
