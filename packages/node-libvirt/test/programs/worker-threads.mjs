/** The addon in several environments at once, ended in several ways while the main one goes on. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const packageUrl = isMainThread ? process.argv[2] : workerData.packageUrl;

async function work(rounds) {
  const { Connection } = await import(packageUrl);
  const { VIR_DOMAIN_METADATA_TITLE } = await import(new URL('generated/constants.js', packageUrl));
  const connection = await Connection.open('test:///default');
  await connection.onDomainEvent('metadataChange', () => undefined);
  const domain = await connection.lookupDomainByName('test');
  // All threads share the test driver's one host: what they do must not get in each other's way.
  for (let round = 0; round < rounds; round++) {
    await domain.setMetadata(VIR_DOMAIN_METADATA_TITLE, `round ${round}`, null, null);
    await connection.listAllDomains();
  }
  return connection;
}

if (isMainThread) {
  const rounds = 20;
  for (let round = 0; round < rounds; round++) {
    const kinds = ['return', 'close', 'exit', 'terminate'];
    await Promise.all(
      kinds.map(
        (kind) =>
          new Promise((resolve, reject) => {
            const worker = new Worker(new URL(import.meta.url), { workerData: { kind, packageUrl } });
            worker.on('message', () => {
              if (kind === 'terminate') void worker.terminate();
            });
            worker.on('error', reject);
            worker.on('exit', resolve);
          }),
      ),
    );
    // The first workers run before this thread has loaded the addon, and it is unloaded with them.
    if (round === 2) await work(1);
  }
  console.log('done');
} else {
  const { kind } = workerData;
  const connection = await work(20);
  parentPort.postMessage('working');
  if (kind === 'close') await connection.close();
  if (kind === 'exit') process.exit();
  if (kind === 'terminate') await work(1_000_000);
}
