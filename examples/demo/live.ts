import type { Run } from './drive.js';
import { phaseAt } from './script.js';

/** Shows how the runs are getting on: lines that update on a terminal, a plain line a second elsewhere. */
export function showLive(runs: readonly Run[], out: NodeJS.WriteStream = process.stdout): { stop(): void } {
  const startedAt = performance.now();
  let drawn = 0;
  const draw = () => {
    const elapsed = performance.now() - startedAt;
    const head = `+${(elapsed / 1_000).toFixed(0).padStart(2)} s  ${phaseAt(elapsed).name.padEnd(11)}`;
    if (!out.isTTY) return void out.write(`${head}  ${runs.map(inShort).join('   ')}\n`);
    // A line that wraps would put the cursor off.
    const lines = [head, ...runs.map(atLength)].map((line) => line.slice(0, (out.columns || 80) - 1));
    const back = drawn ? `\x1b[${drawn}A` : '';
    drawn = lines.length;
    out.write(back + lines.map((line) => `\x1b[2K${line}\n`).join(''));
  };
  const timer = setInterval(draw, out.isTTY ? 100 : 1_000);
  return {
    stop() {
      clearInterval(timer);
      if (out.isTTY) draw();
    },
  };
}

const share = ({ results }: Run): string => {
  const good = results.filter(({ ok }) => ok).length;
  return results.length ? `${Math.round((100 * good) / results.length)} %`.padStart(5) : '  – %';
};

const inShort = (run: Run): string => `${run.contender.name} ${share(run)}${circuit(run)}`;

function atLength(run: Run): string {
  const { contender, results, server } = run;
  const figures = `${String(results.length).padStart(5)} calls ${share(run)} ok ${String(server.requestsAt.length).padStart(6)} requests`;
  return `  ${contender.name.padEnd(17)} ${figures}${circuit(run)}`;
}

function circuit({ contender }: Run): string {
  const [breaker] = contender.resilience?.breakers.values() ?? [];
  return breaker ? `, circuit ${breaker.state}` : '';
}
