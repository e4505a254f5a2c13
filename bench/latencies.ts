// Each round has its own quantile, and the median round speaks for all: the machine has other work at times.

/** The median of the rounds' quantiles. */
export function quantileOf(rounds: readonly (readonly number[])[], share: number): number {
  return median(rounds.map((values) => quantile(values, share)));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function described(rounds: readonly (readonly number[])[]): string {
  return `p50 ${ms(quantileOf(rounds, 0.5))}, p99 ${ms(quantileOf(rounds, 0.99))}`;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
