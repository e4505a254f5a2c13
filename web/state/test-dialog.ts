// The test webhook dialog can be opened from anywhere, with or without a subscription.
import { signal } from '@preact/signals';

const isOpen = signal(false);
const subscriptionId = signal<string | null>(null);

export const testDialog = {
  isOpen,
  subscriptionId,
  open: (id: string | null): void => {
    subscriptionId.value = id;
    isOpen.value = true;
  },
  close: (): void => {
    isOpen.value = false;
  },
};
