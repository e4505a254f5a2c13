// Prints the scores of the last mutation run as the table of docs/mutation.md. Fails where a group scores too little:
// Stryker's own threshold is for all groups together, so a strong one would hide a weak one.
import { readFileSync } from 'node:fs';
import { fileOf, mutationGroups, mutationReport, mutationScoreMin } from './mutation-groups.ts';

type Report = { files: Record<string, { mutants: { status: string }[] }> };
type Counts = { noticed: number; missed: number };

const { files } = JSON.parse(readFileSync(mutationReport, 'utf8')) as Report;

function countsOf(modules: readonly string[]): Counts {
  const statuses = modules
    .flatMap((module) => files[fileOf(module)]?.mutants ?? [])
    .map(({ status }) => status);
  const count = (...some: string[]) => statuses.filter((status) => some.includes(status)).length;
  return { noticed: count('Killed', 'Timeout'), missed: count('Survived', 'NoCoverage') };
}

function scoreOf({ noticed, missed }: Counts): number {
  return (100 * noticed) / (noticed + missed);
}

function row(name: string, counts: Counts): string {
  const { noticed, missed } = counts;
  return `| ${name} | ${scoreOf(counts).toFixed(1)} % | ${noticed} | ${missed} |`;
}

console.log('| group, module | score | noticed | survived |\n|---|---|---|---|');
for (const [group, modules] of Object.entries(mutationGroups)) {
  // A run may be of some modules only.
  const judged = modules.filter((module) => fileOf(module) in files);
  if (judged.length === 0) continue;
  const counts = countsOf(judged);
  console.log(row(`**${group}**`, counts));
  for (const module of judged) console.log(row(`\`${module}\``, countsOf([module])));
  if (scoreOf(counts) < mutationScoreMin) {
    console.error(`${group}: below ${mutationScoreMin} %`);
    process.exitCode = 1;
  }
}
