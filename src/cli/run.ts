import { type Place, placeAt } from '../diagnose/place.js';
import { type Asked, readArguments, UsageError } from './arguments.js';
import { conclude, EXIT } from './conclusion.js';
import { HELP } from './help.js';
import { jsonReport } from './json.js';
import { Secrets, secretsIn } from './secrets.js';
import type { Journey, Step } from './step.js';
import { textReport } from './text.js';
import { STEPS, type Stage, walk } from './walk.js';

/** What a run writes to. */
export interface Output {
  readonly hasColours: boolean;
  write(text: string): void;
  complain(text: string): void;
  version(): string;
}

/** Does what the command line asks, and returns the exit code. */
export async function run(argv: string[], output: Output, steps: readonly Step[] = STEPS): Promise<number> {
  const secrets = new Secrets();
  try {
    const asked = readArguments(argv);
    if (asked === 'help') output.write(HELP);
    else if (asked === 'version') output.write(`${output.version()}\n`);
    else {
      secrets.add(...secretsIn(asked.headers, asked.url.searchParams));
      return await report(asked, output, steps, secrets);
    }
    return EXIT.healthy;
  } catch (error) {
    const message = secrets.clean(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) {
      output.complain(`axios-resilience: ${message}\nSee: axios-resilience --help\n`);
      return EXIT.usage;
    }
    output.complain(`axios-resilience: an error of its own, which should be reported: ${message}\n`);
    return EXIT.internal;
  }
}

async function report(asked: Asked, output: Output, steps: readonly Step[], secrets: Secrets) {
  // URLs of http and https have a host.
  const target = placeAt(asked.url.href) as Place;
  const journey: Journey = { asked, target, secrets, clean: (words) => secrets.clean(words), addresses: [] };
  const text = textReport(output.hasColours);
  const say = (words: string) => {
    if (!asked.json) output.write(secrets.conceal(words));
  };
  const stages: Stage[] = [];
  say(text.opening(journey));
  for await (const stage of walk(journey, steps)) {
    stages.push(stage);
    say(text.stage(stage));
  }
  const conclusion = conclude(journey, stages);
  say(text.conclusion(conclusion));
  if (asked.json) output.write(jsonReport(conclusion, stages, secrets));
  return conclusion.exitCode;
}
