/** Cycles of one kind in the thousands; says how much memory the process holds after each tenth of them, in KiB. */
const [packageUrl, what, cycles, daemonUri] = process.argv.slice(2);
const { Connection } = await import(packageUrl);
/** A volume of a real host, for what the test driver does not have. */
const volume = daemonUri
  ? await (await (await Connection.open(daemonUri)).lookupStoragePoolByName('images')).lookupVolumeByName('small.img')
  : null;
const shared = await Connection.open('test:///default');

const cycle = {
  /** open, list, close */
  connections: async () => {
    const connection = await Connection.open('test:///default');
    const [domain] = await connection.listAllDomains();
    await domain.xmlDesc();
    await connection.close();
  },
  /** Connections that are dropped, not closed. */
  droppedConnections: async () => {
    await (await Connection.open('test:///default')).listAllDomains();
  },
  /** Objects that are disposed of, and objects that are left to the collector. */
  objects: async () => {
    const domain = await shared.lookupDomainByName('test');
    await domain.xmlDesc();
    domain.dispose();
    await shared.listAllDomains();
    await (await shared.lookupStoragePoolByName('default-pool')).listAllVolumes();
    await shared.getAllDomainStats();
  },
  failures: async () => {
    await shared.lookupDomainByName('absent').catch(() => undefined);
    await shared.hostname({ timeout: 60_000 });
  },
  listeners: async () => {
    const subscription = await shared.onDomainEvent('lifecycle', () => undefined);
    const domain = await shared.lookupDomainByName('test');
    await domain.suspend();
    await domain.resume();
    await subscription.cancel();
  },
  /** Streams that are read to their end, and one that is given up. */
  streams: async () => {
    for (const whole of [true, true, false]) {
      const download = volume.openDownload({});
      while ((await download.receive()) !== null && whole);
      await download.close();
    }
  },
}[what];

async function settle() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const tenth = Number(cycles) / 10;
for (let part = 0; part < 10; part++) {
  for (let index = 0; index < tenth; index++) await cycle();
  await settle();
  console.log(Math.round(process.memoryUsage.rss() / 1024));
}
