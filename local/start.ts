/**
 * `npm start`: the product on a laptop. `npm start -- --help` lists the flags.
 *
 * Nothing is imported before the version is checked: what follows uses more than an older Node has.
 */
const NODE_MIN = 24;

const [major = '0'] = process.versions.node.split('.');
if (Number(major) < NODE_MIN) {
  console.error(
    `error: Landline runs its TypeScript as it is, which needs Node ${NODE_MIN} or newer; this is ${process.version}. ` +
      'Run `npm ci` and then `npm start`, which brings its own Node, or install a newer one.',
  );
  process.exit(2);
}
const { main } = await import('./start/main.ts');
process.exit(await main(process.argv.slice(2)));
