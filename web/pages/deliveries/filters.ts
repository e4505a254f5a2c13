// The list's filters, as kept in the URL.
import type { Query } from '../../api/calls.ts';
import type { DeliveryStatus } from '../../api/resources.ts';
import { deliveryStatuses } from '../../api/resources.ts';

export type Filters = {
  status: DeliveryStatus | '';
  subscription_id: string;
  event_type: string;
  error_code: string;
  /** RFC 3339, as the API expects. */
  since: string;
  until: string;
};

/** `subscriptionId` comes from a path such as /deliveries/sub_…; the query overrides it. */
export function filtersFrom(query: URLSearchParams, subscriptionId: string): Filters {
  const text = (name: string) => query.get(name)?.trim() ?? '';
  const status = deliveryStatuses.find((one) => one === text('status')) ?? '';
  return {
    status,
    subscription_id: text('subscription_id') || subscriptionId,
    event_type: text('event_type'),
    error_code: text('error_code'),
    since: text('since'),
    until: text('until'),
  };
}

export function queryOf(filters: Filters): Query<'listDeliveries'> {
  const given = Object.entries(filters).filter(([, value]) => value !== '');
  return Object.fromEntries(given) as Query<'listDeliveries'>;
}

export function areSet(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== '');
}

/** Converts a URL time to an input in the viewer's zone, and back. */
export function inputTime(text: string): string {
  const at = new Date(text);
  if (text === '' || Number.isNaN(at.getTime())) return '';
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export function timeOfInput(text: string): string {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
