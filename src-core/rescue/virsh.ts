/** The same session by hand: what an administrator would type into a POSIX shell, on a host without Salvor. Tested by running it. */
import { overlayVolumeXml } from './overlay-volume.ts';
import { hasSecrets } from './record.ts';
import { domainWord, shellWord } from './shell-word.ts';
import type { SessionFacts } from './steps.ts';
import type { PlannedOverlay, ResolvedRequest } from './plan-types.ts';
import type { MediumSpec, StopRequest } from './types.ts';

export interface ByHand {
  readonly uri: string;
  readonly uuid: string | null;
  readonly session: SessionFacts;
  readonly running: boolean;
  readonly request: ResolvedRequest;
  readonly allowUnbootable: boolean;
  readonly definitionXml: string;
  /** With what each medium is, for the volumes over them. */
  readonly overlays: readonly PlannedOverlay[];
}

/** The commands that make the rescue definition, start the session and end it, in order; one line each, comments begin with #. */
export function virshCommands(by: ByHand): string[] {
  return [
    '# where Salvor is (rescue.xml holds passwords of the guest; take it to where virsh is):',
    planCommand(by),
    ...startCommands(by),
    ...snapshotNote(by),
    by.session.endAtFirstReboot
      ? '# work in the rescue system; the session is over when the guest reboots; or end it:'
      : '# work in the rescue system; then end it:',
    ...endCommands(by),
  ];
}

/** The resolved choices, so that properties of the medium need not be at hand. */
function planCommand({ uri, uuid, session, request, allowUnbootable, overlays }: ByHand): string {
  const pool = overlays[0]?.pool;
  const { device, bus, profile, fallThrough, writes, guestDisks, endAtFirstReboot } = request;
  const option = (name: string, value: string) => `--${name} ${shellWord(value)}`;
  const words = [
    option('uri', uri),
    ...request.media.map((spec) => option('medium', specOf(spec))),
    ...(device.value === 'none' ? [] : [option('device', device.value), option('bus', bus.value)]),
    option('profile', profile),
    option('fall-through', fallThrough.value),
    option('session', request.session.value),
    ...(endAtFirstReboot ? ['--end-at-first-reboot'] : []),
    ...(session.transient ? ['--allow-transient'] : []),
    ...(writes.value === 'direct' ? ['--direct-writes'] : []),
    ...(pool === undefined ? [] : [option('overlay-pool', pool)]),
    ...(guestDisks === 'writable' ? [] : [option('guest-disks', guestDisks)]),
    ...(allowUnbootable ? ['--allow-unbootable'] : []),
    '--out xml --',
    domainWord({ name: session.domain, uuid }),
  ];
  return `(umask 077; salvor plan ${words.join(' ')} > rescue.xml)`;
}

/** A medium as the command line takes it. */
export function specOf(spec: MediumSpec): string {
  switch (spec.kind) {
    case 'volume':
      return `volume:${spec.pool}/${spec.name}`;
    case 'path':
      return `path:${spec.path}`;
    case 'url':
      return `url:${spec.url}`;
    case 'original':
      return 'original';
    case 'kernel': {
      const initrd = spec.initrd === null ? '' : `,initrd:${spec.initrd}`;
      return `kernel:${spec.kernel}${initrd}${spec.cmdline === null ? '' : `,cmdline:${spec.cmdline}`}`;
    }
  }
}

interface Words {
  readonly virsh: string;
  readonly domain: string;
  /** A test that holds when the guest is off: virsh says the same in every language. */
  readonly isOff: string;
}

function wordsOf({ uri, uuid, session }: ByHand): Words {
  const virsh = uri === '' ? 'virsh' : `virsh -c ${shellWord(uri)}`;
  const domain = `--domain ${domainWord({ name: session.domain, uuid })}`;
  return { virsh, domain, isOff: `[ "$(${virsh} -q domid ${domain})" = - ]` };
}

function startCommands(by: ByHand): string[] {
  const { session, running, request } = by;
  const words = wordsOf(by);
  const { virsh, domain, isOff } = words;
  const reset = session.scratchNvram === null ? '' : ' --reset-nvram';
  const stop = [...(running ? stopCommands(words, request.stop) : []), ...snapshotCommand(by, words)];
  const overlays = by.overlays.map((overlay) => overlayCommand(virsh, overlay));
  if (session.kind === 'one-shot') return [...overlays, ...stop, `${virsh} create rescue.xml${reset}`];
  const define = `${virsh} define rescue.xml`;
  const start = `${virsh} start ${domain}${reset}`;
  // Given up, the guest runs on: then its definition stays as it is, or goes again, and the start is refused.
  if (!session.transient) return [...overlays, ...stop, running ? `${isOff} && ${define}` : define, start];
  const givesUp = request.stop.how === 'graceful' && request.stop.onTimeout === 'give-up';
  return [
    ...overlays,
    define,
    ...stop,
    ...(givesUp ? [`${isOff} || ${virsh} undefine ${domain} --keep-nvram`] : []),
    start,
  ];
}

/**
 * virsh gives a volume the image below it from XML alone where that lies outside the pools: so it is written for all of them, as Salvor does.
 */
function overlayCommand(virsh: string, overlay: PlannedOverlay): string {
  const create = `${virsh} vol-create --pool ${shellWord(overlay.pool)} --file /dev/stdin`;
  return `printf %s ${shellWord(overlayVolumeXml(overlay))} | ${create}`;
}

/** By hand a snapshot is not named after a session. */
const SNAPSHOT = 'salvor-by-hand';

/** While the guest runs on, having been given up, this fails: a snapshot of it would be another one, with its memory. */
function snapshotCommand({ session: { snapshot } }: ByHand, { virsh, domain, isOff }: Words): string[] {
  if (snapshot === null) return [];
  const disks = snapshot.targets.map((target) => `--diskspec ${shellWord(`${target},snapshot=internal`)}`);
  return [`${isOff} && ${virsh} snapshot-create-as ${domain} --name ${SNAPSHOT} ${disks.join(' ')}`];
}

function snapshotNote(by: ByHand): string[] {
  if (by.session.snapshot === null) return [];
  const { virsh, domain } = wordsOf(by);
  return [
    `# the snapshot stays; go back to it, the guest off: ${virsh} snapshot-revert ${domain} --snapshotname ${SNAPSHOT}`,
  ];
}

/** shutdown returns at once: wait until the guest is off, as long as the request says. */
function stopCommands({ virsh, domain, isOff }: Words, stop: StopRequest): string[] {
  if (stop.how === 'force') return [`${virsh} destroy ${domain}`];
  if (stop.onTimeout === 'keep-waiting') return [`${virsh} shutdown ${domain}`, `until ${isOff}; do sleep 1; done`];
  const wait = `n=0; until ${isOff} || [ $n -ge ${stop.timeoutSeconds} ]; do sleep 1; n=$((n+1)); done`;
  return [
    `${virsh} shutdown ${domain}`,
    wait,
    ...(stop.onTimeout === 'force' ? [`${isOff} || ${virsh} destroy ${domain}`] : []),
  ];
}

function endCommands(by: ByHand): string[] {
  const { session, running } = by;
  const words = wordsOf(by);
  const { virsh, domain } = words;
  const made = [
    ...by.overlays.map(({ pool, name }) => `${virsh} vol-delete --pool ${shellWord(pool)} --vol ${shellWord(name)}`),
    ...(session.scratchNvram === null ? [] : removeFile(virsh, session.scratchNvram)),
  ];
  const start = running ? [`${virsh} start ${domain}`] : [];
  const stop = endStop(words, by.request.stop);
  // Ended by force in the end: a transient session's domain is defined, so it is off afterwards, and not gone.
  if (session.kind === 'one-shot') return [...stop, ...made, ...start];
  const recover = recoverCommands(by, words);
  if (!session.transient) return [...stop, ...recover, `${virsh} define original.xml`, ...made, ...start];
  return [...stop, ...recover, `${virsh} create original.xml`, `${virsh} undefine ${domain} --keep-nvram`, ...made];
}

/** Ending never gives up half-way: what does not shut down is forced off, or waited for. */
function endStop(words: Words, stop: StopRequest): string[] {
  return stopCommands(words, stop.onTimeout === 'give-up' ? { ...stop, onTimeout: 'force' } : stop);
}

/** Lines of a dumped definition that hold what stays out of the record. */
const SECRET_LINES = '/<graphics .* passwd=|<cookie /';

/** original.xml from the record in the rescue definition; passwords from the rescue definition itself. */
function recoverCommands({ definitionXml }: ByHand, { virsh, domain }: Words): string[] {
  const decode = String.raw`sed -n 's:.*<salvor.original>\([^<]*\)<.*:\1:p' session.xml | base64 -d`;
  const fill = ` | awk 'NR==FNR{if(${SECRET_LINES})s[++n]=$0;next}${SECRET_LINES}{$0=s[++m]}1' session.xml -`;
  return [
    `(umask 077; ${virsh} dumpxml --inactive --security-info ${domain} > session.xml)`,
    `(umask 077; ${decode}${hasSecrets(definitionXml) ? fill : ''} > original.xml)`,
  ];
}

/** Remove a file of the host through libvirt, so that it works from anywhere. */
function removeFile(virsh: string, path: string): string[] {
  const slash = path.lastIndexOf('/');
  const folder = shellWord(path.slice(0, slash) || '/');
  return [
    `${virsh} pool-create-as --name salvor-nvram --type dir --target ${folder}`,
    `${virsh} vol-delete --pool salvor-nvram --vol ${shellWord(path.slice(slash + 1))}`,
    `${virsh} pool-destroy --pool salvor-nvram`,
  ];
}
