/** What a connected host can do for rescue, as a list the user can see (RESCUE.md, host traits). */
export const HOST_TRAITS = [
  'stable-rescue',
  'volume-root-rescue',
  'shared-transient-overlay',
  'usb-boot',
  'usb-cdrom-boot',
  'domain-capabilities',
  'media-read',
] as const;
export type HostTrait = (typeof HOST_TRAITS)[number];
