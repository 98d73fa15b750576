import { CONTENDERS, type Task } from './contenders.ts';

/** One contender in a process of its own, so that its CPU and memory are its alone. Argument: name and task as JSON. */

const [name = '', text = ''] = process.argv.slice(2);
const contender = CONTENDERS[name];
if (contender === undefined) throw new Error(`There is no contender ${name}: ${Object.keys(CONTENDERS).join(', ')}`);
const task: Task = JSON.parse(text);
const before = process.cpuUsage();
const began = performance.now();
const rows = await contender(task);
const seconds = (performance.now() - began) / 1_000;
const { user, system } = process.cpuUsage(before);
const peakMb = process.resourceUsage().maxRSS / 1_024;
console.log(JSON.stringify({ rows, seconds, cpuSeconds: (user + system) / 1e6, peakMb }));
process.exit(0);
