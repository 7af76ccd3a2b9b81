import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { powerOf } from './session.ts';
import type { RescuePlan } from './plan-types.ts';
import type { RescueInputs } from './types.ts';

/** sha256 of a text's UTF-8 bytes, in hex. */
export function hashText(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/**
 * What a plan was made from. `inputs` changes with anything that would make another plan on the same host: definition, request,
 * power, saved memory, jobs, who else has its disks, what the running guest has other than its definition (`pending`), media. The stamp is left out: it differs between the preview and the start.
 */
export function fingerprintOf(inputs: RescueInputs, pending: readonly string[]): RescuePlan['fingerprint'] {
  const { domain, media, request, nvram, overlayPool } = inputs;
  const definition = hashText(domain.definitionXml);
  const rest = {
    definition,
    power: powerOf(domain.state),
    persistent: domain.persistent,
    managedSave: domain.managedSave,
    job: domain.job,
    blockJobs: domain.blockJobs,
    diskUsers: domain.diskUsers,
    pending,
    media: media.map(
      ({ spec, found, source, size, format, content, hash, modified, bootFiles, kin, properties, remembered }) => ({
        spec,
        found,
        source,
        size,
        format,
        content,
        // Other bytes, or written since: it is not the medium that was looked at.
        hash,
        modified,
        bootFiles,
        kin,
        properties,
        remembered,
      }),
    ),
    // Not its size, which firmware may change meanwhile, nor the host's words why it is out of reach, which differ each time.
    nvram: nvram?.kind === 'file' ? nvram.path : nvram?.kind,
    // Where its volumes lie, and whether it can have any; not what is free there.
    overlayPool: overlayPool?.kind === 'folder' ? overlayPool.folder : overlayPool?.why,
    request,
  };
  return { definition, inputs: hashText(JSON.stringify(rest)) };
}
