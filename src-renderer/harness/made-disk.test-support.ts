/** One disk of a machine page, for tests that need no more than a few of its facts. */
import type { MachineDisk } from '../../src-core/contract/schemas.ts';
import type { ImageLayer } from '../../src-core/disks/types.ts';
import { NO_GUEST_NAMES } from '../../src-core/disks/guest-names.ts';

export function madeDisk(parts: Partial<MachineDisk> = {}): MachineDisk {
  return {
    index: 0,
    device: 'disk',
    sourceType: 'file',
    source: '/srv/disk.qcow2',
    target: 'vda',
    bus: 'virtio',
    format: 'qcow2',
    cache: null,
    serial: null,
    wwn: null,
    alias: null,
    readonly: false,
    shareable: false,
    transient: false,
    secrets: [],
    encrypted: false,
    bootOrder: null,
    address: null,
    backingChain: [],
    layers: [],
    users: [],
    secretStates: [],
    role: 'data',
    roleWhy: '',
    guestNames: NO_GUEST_NAMES,
    capacity: null,
    allocation: null,
    physical: null,
    ...parts,
  };
}

export function madeLayer(parts: Partial<ImageLayer> = {}): ImageLayer {
  return {
    type: 'file',
    source: '/srv/base.qcow2',
    format: 'qcow2',
    capacity: null,
    allocation: null,
    physical: null,
    told: 'host',
    problem: null,
    ...parts,
  };
}
