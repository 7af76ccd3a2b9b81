import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PropertiesProblem, readImageProperties } from './properties.ts';

describe('readImageProperties', () => {
  it('reads what openstack image show -f json prints', () => {
    const printed = {
      checksum: 'b2f7a8e9',
      container_format: 'bare',
      disk_format: 'iso',
      name: 'systemrescue',
      properties: {
        hw_rescue_device: 'cdrom',
        hw_rescue_bus: 'sata',
        os_distro: 'arch',
        os_hash_algo: 'sha512',
        'owner_specified.openstack.md5': '',
        stores: 'file',
      },
      size: 912261120,
      tags: [],
    };
    expect(readImageProperties(printed)).toEqual({
      hw_rescue_bus: 'sata',
      hw_rescue_device: 'cdrom',
      os_distro: 'arch',
    });
  });

  it.each(['image-show', 'image-show-flat'])(
    'reads %s.json: properties as an object, and as older clients print them',
    (name) => {
      const printed: unknown = JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'));
      const found = readImageProperties(printed);
      expect(found).toMatchObject({
        hw_cdrom_bus: 'scsi',
        hw_machine_type: 'q35',
        hw_rescue_bus: 'usb',
        hw_rescue_device: 'disk',
        hw_vif_multiqueue_enabled: 'true',
        os_distro: 'arch',
      });
      expect(Object.keys(found).filter((key) => !/^(hw|os)_/.test(key))).toEqual([]);
    },
  );

  it('reads what glance image-show and the image API print', () => {
    expect(readImageProperties({ id: 'x', hw_rescue_bus: 'usb', hw_rescue_device: 'disk', min_disk: 0 })).toEqual({
      hw_rescue_bus: 'usb',
      hw_rescue_device: 'disk',
    });
  });

  it('reads the properties of older clients, a string of pairs', () => {
    expect(
      readImageProperties({ properties: "hw_rescue_bus='virtio', owner_specified.x='y, z', hw_rescue_device='disk'" }),
    ).toEqual({
      hw_rescue_bus: 'virtio',
      hw_rescue_device: 'disk',
    });
  });

  it('takes numbers and truth values as words, "properties" before the top level, and no empty words', () => {
    expect(
      readImageProperties({
        hw_rescue_bus: 'ide',
        properties: {
          hw_rescue_bus: 'usb',
          hw_boot_menu: true,
          hw_cpu_cores: 4,
          os_admin_user: ' ',
          hw_disk_bus: null,
        },
      }),
    ).toEqual({ hw_boot_menu: 'true', hw_cpu_cores: '4', hw_rescue_bus: 'usb' });
  });

  it.each([
    ['an image without properties', {}],
    ['null for the properties', { properties: null }],
    [
      'names of other kinds',
      { properties: { hw: 'x', hw_: 'x', HW_RESCUE_BUS: 'usb', __proto__: 'x', 'hw_rescue bus': 'usb' } },
    ],
  ])('finds nothing in %s', (_name, json) => {
    expect(readImageProperties(json)).toEqual({});
  });

  it.each([
    ['null', null],
    ['a list', [{ properties: {} }]],
    ['a word', 'hw_rescue_bus=usb'],
    ['a list of properties', { properties: ['hw_rescue_bus'] }],
    ['a property that is an object', { properties: { hw_rescue_bus: {} } }],
    ['a property without end', { properties: { hw_rescue_bus: 'x'.repeat(256) } }],
    ['too many', { properties: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`hw_p${i}`, 'x'])) }],
  ])('refuses %s', (_name, json) => {
    expect(() => readImageProperties(json)).toThrow(PropertiesProblem);
  });

  it('answers or refuses, for any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ properties: fc.jsonValue() })), (json) => {
        try {
          for (const [name, value] of Object.entries(readImageProperties(json))) {
            expect(name).toMatch(/^(hw|os)_/);
            expect(value.length).toBeLessThanOrEqual(255);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(PropertiesProblem);
        }
      }),
    );
  });
});
