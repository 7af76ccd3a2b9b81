import type * as publicFace from 'node-libvirt';
import type * as constants from 'node-libvirt/constants';
import type * as insides from '../../src/native.ts';

/** The package under test: the built one, or the one that `npm run test:asan` names. Child processes get the same. */
export const packageUrl =
  process.env['NODE_LIBVIRT_UNDER_TEST'] ?? new URL('../../dist/index.js', import.meta.url).href;

export const { Connection, LibvirtError, LibvirtTimeoutError } = (await import(packageUrl)) as typeof publicFace;
export const vir = (await import(new URL('generated/constants.js', packageUrl).href)) as typeof constants;
export const { native } = (await import(new URL('native.js', packageUrl).href)) as typeof insides;

/** Whether this is the AddressSanitizer build, which is slower and holds freed memory back. */
export const sanitized = process.env['NODE_LIBVIRT_UNDER_TEST'] !== undefined;
