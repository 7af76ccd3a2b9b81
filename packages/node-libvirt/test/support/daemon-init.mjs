/**
 * The first process of a private libvirt host, in mount, host-name and process namespaces of its own (see daemon.ts):
 * private folders take the place of the machine's, then libvirtd and virtlogd run. When this process ends, the kernel
 * ends all of them, guests included; it ends when its standard input closes, that is with the test in whatever way.
 *
 * Lines on standard input: "stop" and "continue" freeze and thaw libvirtd.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [folder] = process.argv.slice(2);
for (const name of ['etc', 'run', 'var/lib', 'var/log', 'var/cache']) {
  mkdirSync(`/${name}/libvirt`, { recursive: true });
  execFileSync('mount', ['--bind', `${folder}/${name}/libvirt`, `/${name}/libvirt`]);
}
const options = { stdio: ['ignore', 'inherit', 'inherit'] };
spawn('virtlogd', ['-p', `${folder}/virtlogd.pid`], options);
const libvirtd = spawn('libvirtd', ['-p', `${folder}/libvirtd.pid`], options);
libvirtd.on('exit', (code, signal) => {
  console.log(`libvirtd ended: ${code ?? signal}`);
});
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'stop') libvirtd.kill('SIGSTOP');
  if (line === 'continue') libvirtd.kill('SIGCONT');
  if (line === 'kill') libvirtd.kill('SIGKILL');
  console.log(`done: ${line}`);
});
lines.on('close', () => process.exit());
