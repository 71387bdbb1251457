// Measures one figure and tells its parent. Usage: NAME EFFORT
import { FIGURES } from './figures.js';

const [, , name, effort = '{}'] = process.argv;
const figure = FIGURES.find((known) => known.name === name);
if (!figure) throw new Error(`there is no figure ${name}`);
const series = await figure.measure(JSON.parse(effort));
// Calls that are held still have their timers.
process.send?.(series, () => process.exit());
