/** Opens a stopped daemon, which hangs; then ends, by itself or by process.exit(). */
const [packageUrl, uri, how] = process.argv.slice(2);
const { Connection } = await import(packageUrl);
await Connection.open(uri, { keepAlive: null, timeout: 300 }).catch((error) => {
  console.log(error.name === 'LibvirtTimeoutError' ? 'timed out' : error);
});
if (how === 'exit') process.exit();
