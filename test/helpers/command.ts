import { run } from '../../src/cli/run.js';
import type { Step } from '../../src/cli/step.js';

export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in this process. */
export async function command(args: readonly string[], steps?: readonly Step[]): Promise<Told> {
  let [out, err] = ['', ''];
  const output = {
    hasColours: false,
    version: () => '1.2.3',
    write(text: string) {
      out += text;
    },
    complain(text: string) {
      err += text;
    },
  };
  const code = await run([...args], output, steps);
  return { code, out, err };
}

/** As much of the JSON document as tests look at. */
export interface Diagnosed {
  readonly code: number;
  readonly steps: Readonly<Record<string, JsonStep>>;
  readonly cause: string | null;
  readonly transient: boolean | null;
  readonly summary: string;
  readonly advice: readonly string[];
  readonly notes: readonly string[];
  readonly text: string;
}

export interface JsonStep {
  readonly outcome: string;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Diagnoses a URL, and reads the document. */
export async function diagnosis(url: string, ...args: string[]): Promise<Diagnosed> {
  const { code, out, err } = await command(['diagnose', url, '--json', ...args]);
  if (err) throw new Error(err);
  const document = JSON.parse(out);
  const steps = Object.fromEntries(document.steps.map((step: { name: string }) => [step.name, step]));
  if (document.exitCode !== code) throw new Error(`exit code ${code}, but the document has ${document.exitCode}`);
  return { ...document, steps, code, text: out };
}
