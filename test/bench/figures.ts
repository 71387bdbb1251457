import { bundleSize } from './bundle-size.js';
import { failingPath } from './failing-path.js';
import type { Figure } from './figure.js';
import { happyPath } from './happy-path.js';
import { heapSlope } from './heap-slope.js';
import { importTime } from './import-time.js';
import { loopback } from './loopback.js';
import { memory } from './memory.js';
import { openCircuit } from './open-circuit.js';
import { origins } from './origins.js';
import { queue } from './queue.js';

export const FIGURES: readonly Figure[] = [
  happyPath,
  loopback,
  failingPath,
  openCircuit,
  queue,
  memory,
  heapSlope,
  origins,
  bundleSize,
  importTime,
];
