/** The modules of the core that mutation testing judges, by what they decide. */
export const mutationGroups = {
  'state machine': ['decide', 'transitions', 'outcome', 'delivery'],
  'retry policy': ['retry-schedule', 'retention'],
  'target policy': ['target-url', 'target-port', 'address'],
  matching: ['matching'],
  signing: ['signature', 'signing-key', 'secrets'],
} as const satisfies Record<string, readonly string[]>;

/** Percent of the mutants of a group that the tests must notice. */
export const mutationScoreMin = 85;

export const mutationReport = '.mutation/report.json';

export function fileOf(module: string): string {
  return `lambdas/core/${module}.ts`;
}
