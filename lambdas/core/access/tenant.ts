/** Whose data it is when nobody says. */
export const defaultTenant = 'default';
