/** Ends in one of several ways while connections, calls, listeners and objects are alive. */
const [packageUrl, how] = process.argv.slice(2);
const { Connection } = await import(packageUrl);
const connections = await Promise.all(Array.from({ length: 5 }, () => Connection.open('test:///default')));
for (const connection of connections) {
  await connection.onDomainEvent('lifecycle', () => undefined);
  await connection.listAllDomains();
}
const calls = connections.flatMap((connection) => Array.from({ length: 50 }, () => connection.getAllDomainStats()));
const results = Promise.allSettled(calls);
if (how === 'exit') process.exit(0);
if (how === 'throw') {
  process.on('uncaughtException', () => process.exit(0));
  throw new Error('on purpose');
}
await results;
// 'natural': nothing pending is left, so the process ends, its connections and listeners still open.
