/** The tenant when none is given. */
export const defaultTenant = 'default';
