import { expect, test } from 'vitest';
import { uriProblem } from './uri.ts';

test.each([
  ['qemu:///system', null],
  ['qemu:///session', null],
  ['  qemu:///system ', null],
  ['qemu+ssh://root@kvm1.example.net/system', null],
  ['qemu+ssh://root@kvm1.example.net:2222/system?keyfile=/root/.ssh/id', null],
  ['qemu+tls://[fe80::1]/system', null],
  ['qemu+unix:///system?socket=/run/other/libvirt-sock', null],
  ['test:///default', null],
  ['test:///srv/demo/host.xml', null],
  ['', 'empty'],
  ['   ', 'empty'],
  ['kvm1.example.net', 'form'],
  ['qemu:/system', 'form'],
  ['qemu+ssh://root@host/system extra', 'form'],
  ['qemu+ssh:///system', 'host'],
  ['qemu+ssh://root@/system', 'host'],
  ['qemu+tls://kvm1.example.net', 'path'],
  ['qemu:///', 'path'],
])('%s', (uri, problem) => {
  expect(uriProblem(uri)).toBe(problem);
});
