// npm run simulate -- [--lives busy|quiet] [--clocks] ([--seeds N] [--from S] | --seed S [--trace])
// Runs one life per seed. A seed that breaks an invariant is printed with the command that replays it.
import { parseArgs } from 'node:util';
import { livesOf, simulateSideBySide, timed } from './seeds.ts';
import type { Lives } from './seeds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    lives: { type: 'string', default: 'busy' },
    clocks: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const lives: Lives = values.lives === 'quiet' ? 'quiet' : 'busy';
if (values.seed === undefined) {
  const seeds = {
    lives,
    from: Number(values.from),
    count: Number(values.seeds),
    clocks: values.clocks,
  };
  const report = await timed(() => simulateSideBySide(seeds));
  console.log(report.summary);
  for (const failure of report.failures) console.error(failure);
  process.exitCode = report.failures.length === 0 ? 0 : 1;
} else {
  const result = await livesOf[lives]({
    seed: Number(values.seed),
    clocks: values.clocks,
    ...(values.trace && { trace: console.log }),
  });
  console.log(`seed ${values.seed}: ${JSON.stringify(result)}`);
}
