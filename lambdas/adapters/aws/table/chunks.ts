// AWS takes batches of a limited size.
export function chunksOf<Element>(elements: readonly Element[], size: number): Element[][] {
  const count = Math.ceil(elements.length / size);
  return Array.from({ length: count }, (_, index) =>
    elements.slice(index * size, (index + 1) * size),
  );
}
