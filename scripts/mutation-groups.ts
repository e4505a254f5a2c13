/** The modules of the core that mutation testing judges, by what they decide. */
export const mutationGroups = {
  'state machine': [
    'deliveries/decide',
    'deliveries/transitions',
    'deliveries/outcome',
    'deliveries/delivery',
  ],
  'retry policy': ['deliveries/retry-schedule', 'deliveries/retention'],
  'target policy': ['endpoints/target-url', 'endpoints/target-port', 'endpoints/address'],
  matching: ['events/matching'],
  signing: ['signing/signature', 'signing/signing-key', 'signing/secrets'],
} as const satisfies Record<string, readonly string[]>;

/** Percent of the mutants of a group that the tests must notice. */
export const mutationScoreMin = 85;

export const mutationReport = '.mutation/report.json';

export function fileOf(module: string): string {
  return `lambdas/core/${module}.ts`;
}
