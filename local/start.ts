/**
 * `npm start`: the product on a laptop. `npm start -- --help` lists the flags.
 *
 * Nothing is imported before the version is checked: what follows uses more than an older Node has.
 */
const NODE_MIN = 24;

const [major = '0'] = process.versions.node.split('.');
if (Number(major) < NODE_MIN) {
  console.error(
    `error: Landline runs TypeScript without compiling it, which needs Node ${NODE_MIN} or newer; this is ${process.version}. ` +
      `Run \`npm ci\`, which installs Node ${NODE_MIN} on Linux and Windows, then \`npm start\`. On a Mac install Node ${NODE_MIN}.`,
  );
  process.exit(2);
}
const { main } = await import('./start/main.ts');
process.exit(await main(process.argv.slice(2)));
