import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { Field } from '../../components/Field.tsx';

/** Media that are written: a path on the host, a web address, a kernel. What is not whole yet is no medium. */
interface WrittenProps {
  readonly medium: MediumSpec | null;
  readonly onChange: (medium: MediumSpec | null) => void;
}

interface OnHostProps extends WrittenProps {
  readonly host: Host | undefined;
}

function isWholePath(text: string): boolean {
  return text.startsWith('/') && text.length > 1;
}

export function PathMedium({ host, medium, onChange }: OnHostProps) {
  const { t } = useTranslation();
  const known = medium?.kind === 'path' ? medium.path : '';
  const [path, setPath] = useState(known);
  const wrong = path !== '' && !path.startsWith('/');

  useEffect(() => {
    if (known !== '') setPath(known);
  }, [known]);

  const change = (text: string): void => {
    setPath(text);
    onChange(isWholePath(text) ? { kind: 'path', path: text } : null);
  };
  return (
    <div className="rescue-pad">
      <Field
        label={t('rescue.medium.path')}
        value={path}
        mono
        placeholder="/var/lib/libvirt/images/rescue.iso"
        invalid={wrong}
        help={wrong ? t('rescue.medium.pathWrong') : t('rescue.medium.pathHelp', { host: host?.name ?? '' })}
        onChange={change}
      />
    </div>
  );
}

export function UrlMedium({ medium, onChange }: WrittenProps) {
  const { t } = useTranslation();
  const [url, setUrl] = useState(medium?.kind === 'url' ? medium.url : '');
  const whole = /^https?:\/\/[^/\s]+\/\S/.test(url);
  const wrong = url !== '' && !whole;
  const change = (text: string): void => {
    const trimmed = text.trim();
    setUrl(trimmed);
    onChange(/^https?:\/\/[^/\s]+\/\S/.test(trimmed) ? { kind: 'url', url: trimmed } : null);
  };
  return (
    <div className="rescue-pad">
      <Field
        label={t('rescue.medium.url')}
        value={url}
        mono
        placeholder="https://mirror.example.net/rescue.iso"
        invalid={wrong}
        help={t(wrong ? 'rescue.medium.urlWrong' : 'rescue.medium.urlHelp')}
        onChange={change}
      />
    </div>
  );
}

interface KernelText {
  readonly kernel: string;
  readonly initrd: string;
  readonly cmdline: string;
}

/** The kernel that was written, or null while a path of it is not whole. */
function kernelOf({ kernel, initrd, cmdline }: KernelText): MediumSpec | null {
  if (!isWholePath(kernel) || (initrd !== '' && !isWholePath(initrd))) return null;
  return { kind: 'kernel', kernel, initrd: initrd || null, cmdline: cmdline || null };
}

export function KernelMedium({ host, medium, onChange }: OnHostProps) {
  const { t } = useTranslation();
  const known = medium?.kind === 'kernel' ? medium : null;
  const [text, setText] = useState<KernelText>({
    kernel: known?.kernel ?? '',
    initrd: known?.initrd ?? '',
    cmdline: known?.cmdline ?? '',
  });
  const change = (part: Partial<KernelText>): void => {
    const next = { ...text, ...part };
    setText(next);
    onChange(kernelOf(next));
  };
  const wrong = (path: string): boolean => path !== '' && !path.startsWith('/');
  const help = t('rescue.medium.pathHelp', { host: host?.name ?? '' });
  return (
    <div className="rescue-pad kernel-fields">
      <Field
        label={t('rescue.medium.kernel')}
        value={text.kernel}
        mono
        placeholder="/var/lib/libvirt/boot/vmlinuz"
        invalid={wrong(text.kernel)}
        help={wrong(text.kernel) ? t('rescue.medium.pathWrong') : help}
        onChange={(kernel) => change({ kernel })}
      />
      <Field
        label={t('rescue.medium.initrd')}
        value={text.initrd}
        mono
        placeholder="/var/lib/libvirt/boot/initrd.img"
        invalid={wrong(text.initrd)}
        {...(wrong(text.initrd) ? { help: t('rescue.medium.pathWrong') } : {})}
        onChange={(initrd) => change({ initrd })}
      />
      <Field
        label={t('rescue.medium.cmdline')}
        value={text.cmdline}
        mono
        placeholder="console=ttyS0 rd.break"
        help={t('rescue.medium.cmdlineHelp')}
        onChange={(cmdline) => change({ cmdline })}
      />
    </div>
  );
}
