import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { readinessOf } from '../../../../src-core/library/readiness.ts';
import type { LibraryListing, LibraryMedium } from '../../../../src-core/library/types.ts';
import { setDefault } from '../../app/stores/library.ts';
import { Choice } from '../../components/Choice.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';

/** Architectures that libvirt's QEMU driver is used with; others can be a default through the command line. */
const ARCHES = ['x86_64', 'aarch64', 'ppc64le', 'ppc64', 'riscv64', 's390x', 'i686', 'armv7l', 'loongarch64'];
const FIRMWARES = ['uefi', 'bios'] as const;

interface DefaultsSectionProps {
  readonly medium: LibraryMedium;
  readonly listing: LibraryListing;
}

/** The guests whose rescue begins with it. */
export function DefaultsSection({ medium, listing: { defaults, media } }: DefaultsSectionProps) {
  const { t } = useTranslation();
  const ready = readinessOf(medium);
  const [arch, setArch] = useState(ready.arches?.find((each) => ARCHES.includes(each)) ?? 'x86_64');
  const [firmware, setFirmware] = useState<(typeof FIRMWARES)[number]>(ready.uefi === false ? 'bios' : 'uefi');
  const [error, setError] = useState<ErrorData | null>(null);
  const own = defaults.filter((each) => each.medium === medium.id);
  const holder = defaults.find((each) => each.arch === arch && each.firmware === firmware)?.medium ?? null;
  const other = holder === medium.id ? null : (media.find(({ id }) => id === holder) ?? null);
  return (
    <section aria-labelledby="library-defaults">
      <h3 id="library-defaults" className="head">
        {t('library.defaults.title')}
      </h3>
      {own.length === 0 ? (
        <p className="muted small">{t('library.defaults.none')}</p>
      ) : (
        <ul>
          {own.map((each) => (
            <li key={`${each.arch} ${each.firmware}`} className="library-default">
              <Sign name="check" tone="good" />
              {t('library.defaults.of', { arch: each.arch, firmware: t(`machine.firmware.${each.firmware}`) })}
              <button
                type="button"
                className="plain-link small"
                aria-label={t('library.defaults.stopNamed', {
                  arch: each.arch,
                  firmware: t(`machine.firmware.${each.firmware}`),
                })}
                onClick={() => void setDefault({ arch: each.arch, firmware: each.firmware, id: null }).then(setError)}
              >
                {t('library.defaults.stop')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="library-default-add">
        <label>
          <span className="visually-hidden">{t('library.defaults.arch')}</span>
          <select className="control" value={arch} onChange={(event) => setArch(event.target.value)}>
            {ARCHES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <Choice
          label={t('library.defaults.firmware')}
          value={firmware}
          options={FIRMWARES.map((value) => ({ value, label: t(`machine.firmware.${value}`) }))}
          onChange={setFirmware}
        />
        <Button
          variant="outlined"
          disabled={holder === medium.id}
          aria-describedby="library-default-note"
          onClick={() => void setDefault({ arch, firmware, id: medium.id }).then(setError)}
        >
          {t('library.defaults.make')}
        </Button>
        <span id="library-default-note" className="small muted">
          {holder === medium.id
            ? t('library.defaults.already')
            : other !== null
              ? t('library.defaults.instead', { name: other.name })
              : ready[firmware] === false
                ? t('library.defaults.notBy', { firmware: t(`machine.firmware.${firmware}`) })
                : ''}
        </span>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {medium.host !== null && (
        <p className="small muted">{t('library.defaults.oneHost', { uri: visible(medium.host) })}</p>
      )}
    </section>
  );
}
