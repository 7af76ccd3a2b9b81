import { errorCodeNames, errorDomainNames, errorLevelNames } from './generated/constants.ts';

/** What libvirt says about a failure (virError), and which of its functions said it. */
export interface LibvirtErrorData {
  /** virErrorNumber, for example VIR_ERR_NO_DOMAIN. */
  readonly code: number;
  /** virErrorDomain: the part of libvirt that failed, for example VIR_FROM_QEMU. */
  readonly domain: number;
  /** virErrorLevel. */
  readonly level: number;
  readonly message: string;
  /** The function of libvirt that was called, for example "virDomainCreateXML". */
  readonly call: string;
}

/** A failure that libvirt reported. */
export class LibvirtError extends Error {
  override readonly name: string = 'LibvirtError';
  /** virErrorNumber, for example VIR_ERR_NO_DOMAIN (42). */
  readonly code: number;
  /** The name of the code, for example "VIR_ERR_NO_DOMAIN"; the bare number for a code newer than this build. */
  readonly codeName: string;
  /** virErrorDomain: the part of libvirt that failed. */
  readonly domain: number;
  /** The name of the domain, for example "VIR_FROM_QEMU". */
  readonly domainName: string;
  /** virErrorLevel. */
  readonly level: number;
  /** The name of the level, for example "VIR_ERR_ERROR". */
  readonly levelName: string;
  /** The function of libvirt that was called, for example "virDomainCreateXML". */
  readonly call: string;

  constructor(data: LibvirtErrorData) {
    super(data.message);
    // It is made when libvirt's answer comes in: there are no frames of the caller's on the stack.
    this.stack = `${new.target.name}: ${data.message}`;
    this.code = data.code;
    this.codeName = errorCodeNames[data.code] ?? String(data.code);
    this.domain = data.domain;
    this.domainName = errorDomainNames[data.domain] ?? String(data.domain);
    this.level = data.level;
    this.levelName = errorLevelNames[data.level] ?? String(data.level);
    this.call = data.call;
  }
}

/**
 * A call did not return within its deadline. Its code is VIR_ERR_OPERATION_TIMEOUT, as for libvirt's own time-outs;
 * those say that nothing happened, this one does not: see `started`.
 */
export class LibvirtTimeoutError extends LibvirtError {
  override readonly name: string = 'LibvirtTimeoutError';
  /** The deadline that passed, in milliseconds. */
  readonly timeout: number;
  /**
   * true: libvirt was called and may still do the work, the outcome is unknown.
   * false: the call was still waiting for a free thread; it has been withdrawn and will never be made.
   */
  readonly started: boolean;

  constructor(data: LibvirtErrorData, timeout: number, started: boolean) {
    super(data);
    this.timeout = timeout;
    this.started = started;
  }
}
