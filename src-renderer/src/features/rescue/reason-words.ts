import { useTranslation } from 'react-i18next';
import type { FindingCode } from '../../../../src-core/rescue/texts.ts';
import type { Finding } from '../../../../src-core/rescue/types.ts';

/** Reasons that say enough in a few words beside the choice they take away; the others are told in full. */
const SHORT = [
  'device-bus-fit',
  'machine-bus-fit',
  'host-bus',
  'host-device',
  'usb-disabled',
  'bus-full',
  'pci-full',
  'never-boots-floppy',
  'never-boots-usb-cdrom',
  'never-boots-iso-disk',
  'never-boots-bus',
  'never-boots-no-firmware',
  'never-boots-u-boot',
  'uefi-no-fall-through',
  'medium-format',
] as const;

function shortCode(code: FindingCode): (typeof SHORT)[number] | null {
  return SHORT.find((known) => known === code) ?? null;
}

/** A refusal in the words that fit beside a disabled choice. */
export function useReasonWords(): (finding: Pick<Finding, 'code' | 'params' | 'message'>) => string {
  const { t } = useTranslation();
  const { t: inFull } = useTranslation('finding');
  return ({ code, params, message }) => {
    const short = shortCode(code);
    return short === null
      ? inFull(code, { replace: params, defaultValue: message })
      : t(`rescue.attach.reasons.${short}`, { replace: params });
  };
}
